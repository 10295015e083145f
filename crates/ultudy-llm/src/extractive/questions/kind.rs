//! What a reader can tell of the kind of thing a term names: from what the text says it is,
//! from the noun its name ends in, and from whether it can be counted.

use super::genus::{Genus, Likeness};
use super::{Maker, headnoun};
use crate::extractive::language::Language;
use crate::extractive::mentions::Mention;
use crate::extractive::subjects;
use crate::extractive::terms::Term;
use crate::extractive::word::Role;

/// Mentions looked at.
const MENTIONS_MAX: usize = 40;
/// Articles and their like that stand before one of several, lower case.
const ONE_OF_SEVERAL: [&str; 18] = [
    "a", "an", "each", "every", "another", "one", "two", "several", "many", "ein", "eine", "einen",
    "einem", "einer", "eines", "jeder", "jede", "jedes",
];

/// The kind of thing that a term names.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    /// What the text puts it under.
    said: Option<Genus>,
    /// What its name puts it under: “loss *function*”.
    named: Option<Genus>,
    /// Whether there can be several; none where the text does not show it.
    counted: Option<bool>,
}

impl Kind {
    /// How like this kind, which a question tells, is another, of which only the name is
    /// seen.
    pub(super) fn likeness(&self, other: &Self) -> Likeness {
        let said = self.said.as_ref().filter(|said| said.is_classed());
        let own = said
            .or(self.named.as_ref())
            .or(self.said.as_ref())
            .into_iter();
        let pairs = own.flat_map(|own| {
            let others = [&other.said, &other.named].into_iter().flatten();
            others.map(move |other| own.likeness(other))
        });
        let counted = self.counted.zip(other.counted);
        let (mut least, mut most) = (Likeness::Opaque, None);
        for likeness in pairs {
            most = most.max(Some(likeness));
            least = least.min(likeness);
        }
        match most {
            _ if counted.is_some_and(|(own, other)| own != other) => Likeness::Unlike,
            // One noun of its kind is enough, one of another kind too.
            Some(most) if least > Likeness::Alike => most,
            _ => least,
        }
    }
}

impl Maker<'_> {
    /// The kind of thing that a term names.
    pub(super) fn kind(&self, term: usize) -> &Kind {
        const UNKNOWN: &Kind = &Kind {
            said: None,
            named: None,
            counted: None,
        };
        self.kinds.get(term).unwrap_or(UNKNOWN)
    }

    /// The kind of thing that a term names, as far as the text shows it beside what it is `said`
    /// to be.
    pub(super) fn kind_of(&self, term: &Term, said: Option<Genus>) -> Kind {
        Kind {
            said,
            named: self.noun_of(term),
            counted: self.is_counted(term),
        }
    }

    /// What a name ends in, or where its language has it so, begins with.
    fn noun_of(&self, term: &Term) -> Option<Genus> {
        let lexicon = &self.study.text.lexicon;
        if matches!(lexicon.language, Language::Japanese | Language::Other) {
            return Some(Genus::of(&term.name, lexicon.language));
        }
        let mention = term.mentions.first()?;
        let sentence = self.study.sentence(mention.sentence);
        let words = sentence.words.get(mention.words.clone())?;
        let noun = headnoun::of(&sentence.plain, words, lexicon)?;
        Some(Genus::of(noun, lexicon.language))
    }

    /// Whether the text speaks of one, each or several of a term, or of it as of water.
    pub(super) fn is_counted(&self, term: &Term) -> Option<bool> {
        let language = self.study.text.lexicon.language;
        if !matches!(language, Language::English | Language::German) {
            return None;
        }
        let mentions = term.mentions.iter().take(MENTIONS_MAX);
        let mut bare = false;
        for mention in mentions {
            let sentence = self.study.sentence(mention.sentence);
            if self.is_modifier(mention) {
                continue;
            }
            let article = self.article(sentence, mention.words.start);
            if article.is_some_and(|article| ONE_OF_SEVERAL.contains(&article.as_str())) {
                return Some(true);
            }
            let written = sentence.written(&mention.words).unwrap_or_default();
            if self.is_plural(written) {
                return Some(true);
            }
            let lexicon = &self.study.text.lexicon;
            let before = mention.words.start.checked_sub(1);
            bare |= match before.and_then(|at| sentence.words.get(at)) {
                None => subjects::goes_on_with_verb(sentence, mention.words.end, lexicon),
                Some(before) => lexicon.grammar.is_preposition(before),
            };
        }
        bare.then_some(false)
    }

    /// Whether a mention only tells more of the noun behind it: “a *lazy* list”.
    pub(super) fn is_modifier(&self, mention: &Mention) -> bool {
        let words = &self.study.sentence(mention.sentence).words;
        words
            .get(mention.words.end)
            .is_some_and(|next| next.joined && matches!(next.role, Role::Content | Role::Weak))
    }
}

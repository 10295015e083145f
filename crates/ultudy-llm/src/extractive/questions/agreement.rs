//! Which terms agree with the article of a gap, in gender or in whether they can be counted.

use super::Maker;
use super::forms::Gap;
use crate::extractive::language::Language;
use crate::extractive::mentions::Mention;
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// What a French or Spanish article is shortened before.
const VOWELS: [char; 12] = ['a', 'e', 'i', 'o', 'u', 'y', 'h', 'é', 'è', 'ê', 'î', 'œ'];
/// Articles with the genders their nouns may have (masculine, feminine, neuter, plural), by
/// language.
const GENDERS: [(Language, &[(&str, &str)]); 3] = [
    (
        Language::German,
        &[
            (
                "ein kein sein mein unser dem einem jedem keinem des eines keines zum vom im am",
                "mn",
            ),
            ("eine jede einer zur", "f"),
            ("keine seine unsere die diese", "fp"),
            ("einen jeden keinen", "m"),
            ("der", "mfp"),
            ("jeder dieser", "mf"),
            ("das jedes dieses", "n"),
            ("den", "mp"),
        ],
    ),
    (
        Language::French,
        &[
            ("le un du au ce cet", "m"),
            ("la une cette", "f"),
            ("les des ces aux", "p"),
        ],
    ),
    (
        Language::Spanish,
        &[
            ("el un del al este", "m"),
            ("la una esta", "f"),
            ("los unos estos las unas estas", "p"),
        ],
    ),
];

impl Maker<'_> {
    /// Whether the text writes a form with an article of the gap's gender, or in English
    /// with one if the gap has one.
    pub(super) fn agrees(&self, gap: &Gap<'_>, form: &str, forms: &[(&str, &Mention)]) -> bool {
        let language = self.study.text.lexicon.language;
        let mut own = forms
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(form));
        match language {
            Language::Japanese | Language::Other => true,
            Language::English => own.any(|(_, mention)| {
                let sentence = self.study.sentence(mention.sentence);
                let article = self.article(sentence, mention.words.start);
                // In “a lazy list” the article is not that of “lazy”.
                if self.is_modifier(mention) {
                    return false;
                }
                match gap.article.as_deref() {
                    Some("a" | "an") => article.is_some(),
                    Some(_) => true,
                    None => {
                        self.is_plural(gap.model)
                            || (article.is_none() && self.stands_bare(sentence, mention))
                    }
                }
            }),
            _ => {
                let elided = gap.article.as_deref() == Some("l");
                let wanted = match gap.article.as_deref() {
                    Some(article) => genders(article, language),
                    None => "",
                };
                let vowel = form.to_lowercase().starts_with(VOWELS);
                wanted.is_empty() && (!elided || vowel)
                    || shares(&self.genders_of(own.map(|(_, mention)| *mention)), wanted)
            }
        }
    }

    /// Whether the text shows that a term cannot stand in the gap.
    pub(super) fn clashes(&self, gap: &Gap<'_>, term: &Term, forms: &[(&str, &Mention)]) -> bool {
        let language = self.study.text.lexicon.language;
        match language {
            Language::Japanese | Language::Other => false,
            Language::English => {
                let counted = self.is_counted(term);
                match gap.article.as_deref() {
                    Some("a" | "an") => counted == Some(false),
                    Some(_) => false,
                    None => counted != Some(false) && !self.is_plural(gap.model),
                }
            }
            _ => {
                let own = self.genders_of(forms.iter().map(|(_, mention)| *mention));
                let wanted = gap.article.as_deref();
                let wanted = wanted.map_or("", |article| genders(article, language));
                !own.is_empty() && !wanted.is_empty() && !shares(&own, wanted)
            }
        }
    }

    /// The genders that all articles before mentions allow; none if there are no articles.
    fn genders_of<'t>(&self, mentions: impl Iterator<Item = &'t Mention>) -> String {
        let language = self.study.text.lexicon.language;
        let articles = mentions.filter_map(|mention| {
            let sentence = self.study.sentence(mention.sentence);
            self.article(sentence, mention.words.start)
        });
        let allowed = articles.map(|article| genders(&article, language));
        let known = allowed.filter(|genders| !genders.is_empty());
        let all = known.map(str::to_owned).reduce(|known, genders| {
            known
                .chars()
                .filter(|gender| genders.contains(*gender))
                .collect()
        });
        all.unwrap_or_default()
    }

    /// Whether a mention stands without an article where a noun could have one.
    fn stands_bare(&self, sentence: &Sentence, mention: &Mention) -> bool {
        let before = mention.words.start.checked_sub(1);
        before
            .and_then(|at| sentence.words.get(at))
            .is_none_or(|word: &Word| {
                word.role == Role::Stop
                    || !sentence
                        .words
                        .get(mention.words.start)
                        .is_some_and(|word| word.joined)
            })
    }
}

/// The genders of the nouns an article may stand before; none if it stands before all.
fn genders(article: &str, language: Language) -> &'static str {
    let listed = GENDERS.iter().find(|(of, _)| *of == language);
    let groups = listed.map_or(&[][..], |(_, groups)| groups);
    let group = groups
        .iter()
        .find(|(articles, _)| articles.split(' ').any(|one| one == article));
    group.map_or("", |&(_, genders)| genders)
}

fn shares(left: &str, right: &str) -> bool {
    left.chars().any(|gender| right.contains(gender))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genders_are_told_by_articles() {
        assert!(shares(
            genders("ein", Language::German),
            genders("der", Language::German)
        ));
        assert!(!shares(
            genders("eine", Language::German),
            genders("das", Language::German)
        ));
        assert!(!shares(
            genders("una", Language::Spanish),
            genders("el", Language::Spanish)
        ));
    }
}

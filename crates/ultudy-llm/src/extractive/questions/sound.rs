//! Which sentences can be asked about, and which terms can be answers.

use super::definiens::Form;
use super::gloss::is_letter;
use super::{Maker, Rigor};
use crate::extractive::language::{Language, is_hiragana};
use crate::extractive::mentions::Mention;
use crate::extractive::study::Support;
use crate::extractive::subjects;
use crate::extractive::telling;
use crate::extractive::terms::Term;
use crate::extractive::text::Sentence;
use crate::extractive::word::{Role, Word};

/// Meaning words that must be left to tell which term is missing.
const MEANING_MIN: usize = 3;
/// The same where the sentence says that it defines.
const MEANING_MIN_SURE: usize = 2;
/// The same where the sentence does not define the term.
const MEANING_MIN_LOOSE: usize = 5;
/// Words before what a sentence opens with.
const OPENING: usize = 2;
/// How surely a sentence defines that is taken for a definition.
pub(super) const DEFINES: u8 = 3;

/// Mentions up to which a phrase may be a chance meeting of words.
const SELDOM: usize = 2;
/// Score of a term that is the matter of its section.
const MATTER: f32 = 6.0;
/// Centrality of a sentence that the text turns on.
const CENTRAL: f32 = 0.5;

impl Maker<'_> {
    /// Whether a sentence says enough to know the term by it, and needs no other for it.
    pub(super) fn tells(&self, found: &Support) -> bool {
        let sentence = self.study.sentence(found.sentence);
        let enough = match found.defines {
            5.. => MEANING_MIN_SURE,
            DEFINES.. => MEANING_MIN,
            _ => MEANING_MIN_LOOSE,
        };
        let subject = || self.is_subject(found);
        let about = match self.rigor {
            Rigor::Defined | Rigor::Loose | Rigor::Near => false,
            Rigor::Told => subject() && (found.defines >= DEFINES || self.is_active(found)),
            Rigor::Named => subject() || self.is_central(found),
            Rigor::Any => subject(),
            Rigor::Last | Rigor::Law => found
                .places
                .first()
                .is_some_and(|place| place.start <= OPENING),
        };
        about
            && found.sentence < self.study.text.own
            && !Self::is_vague_sentence(sentence)
            && (self.rigor == Rigor::Law
                || !(is_law(sentence) || self.is_part(found) || begins_quoted(sentence)))
            && self.study.complete[found.sentence]
            && found.clean
            && (self.rigor >= Rigor::Any || !has_letters(sentence))
            && sentence.meaning_outside(&found.places) >= enough
    }

    /// “The *linarith* tactic”: whether the term only tells more of a noun behind it.
    fn is_part(&self, found: &Support) -> bool {
        let english = self.study.text.lexicon.language == Language::English;
        let words = &self.study.sentence(found.sentence).words;
        let mut places = found.places.iter();
        english
            && places.any(|place| {
                let verb = subjects::goes_on_with_verb(
                    self.study.sentence(found.sentence),
                    place.end,
                    &self.study.text.lexicon,
                );
                let next = words.get(place.end);
                let noun = next.is_some_and(|next| {
                    next.joined && matches!(next.role, Role::Content | Role::Weak)
                });
                noun && !verb
            })
    }

    /// “One reason is a lack of time” says nothing of reasons.
    pub(super) fn is_vague_sentence(sentence: &Sentence) -> bool {
        const VAGUE: [&str; 14] = [
            "one", "another", "some", "our", "its", "their", "many", "most", "no", "unser",
            "unsere", "notre", "nuestra", "kein",
        ];
        let first = sentence.plain.split(' ').next().unwrap_or_default();
        VAGUE.contains(&first.to_lowercase().as_str())
    }

    /// Whether the term does something in its sentence, which is more than being so or able to.
    fn is_active(&self, found: &Support) -> bool {
        let sentence = self.study.sentence(found.sentence);
        let lexicon = &self.study.text.lexicon;
        let Some(place) = found.places.first() else {
            return false;
        };
        if lexicon.language == Language::Japanese {
            return true;
        }
        let verb = sentence.words.get(place.end);
        let next = sentence.words.get(place.end + 1);
        // “X is the …” says what it is, “X is always …” does not.
        let is_so = verb.is_some_and(|word| lexicon.grammar.is_verb(word));
        let article = next.is_some_and(|word| {
            lexicon.grammar.is_determiner(word) && !lexicon.grammar.extends_nouns(word)
        });
        !is_so || article
    }

    /// Whether a sentence is one the text turns on.
    fn is_central(&self, found: &Support) -> bool {
        self.study.ranking.weights[found.sentence] >= CENTRAL
    }

    /// Whether the term is what the sentence says something of.
    pub(super) fn is_subject(&self, found: &Support) -> bool {
        let sentence = self.study.sentence(found.sentence);
        let Some(place) = found.places.first() else {
            return false;
        };
        subjects::is_subject(sentence, place, &self.study.text.lexicon)
    }

    /// Whether a concept can be made of a term of which nothing is defined: the matter of
    /// its section.
    pub(in crate::extractive) fn is_matter(&self, term: &Term) -> bool {
        term.heading.is_some() || term.score >= MATTER
    }

    /// Whether a term can be a concept or an answer: a name, not a word that any text has.
    pub(super) fn is_name(&self, index: usize, term: &Term) -> bool {
        let lexicon = &self.study.text.lexicon;
        let general = term.roots.iter().all(|&root| lexicon.is_general(root));
        let defined = self
            .gloss(index)
            .is_some_and(|gloss| gloss.form != Form::Does);
        let name = &term.name;
        let grammar = matches!(lexicon.language, Language::Japanese | Language::Other)
            && (name.chars().any(is_hiragana) || name.chars().count() < 2);
        let clean = !name.contains([':', '=', '/', '(', ')', '[', '.', '|', '…', '#']);
        let digit = |c: char| c.is_ascii_digit();
        let numbered = name.ends_with(digit) || name.starts_with(digit);
        let whole = clean
            && !grammar
            && !numbered
            && !self.ends_in_verb(term)
            && !self.is_chance(index, term);
        whole
            && !is_of_text(name)
            && !self.is_proper(term)
            && (defined || !(general || self.is_no_noun(term)))
    }

    /// Whether a term is the name of a person or a thing, and no section's matter.
    fn is_proper(&self, term: &Term) -> bool {
        let inner = term.mentions.iter();
        let mut inner = inner.filter(|mention| mention.words.start > 0).peekable();
        let capital = |mention: &Mention| {
            let words = &self.study.sentence(mention.sentence).words;
            words
                .get(mention.words.clone())
                .is_some_and(|words| words.iter().all(|word| word.capital))
        };
        let plain = term.name.chars().skip(1).all(|c| !c.is_uppercase());
        let sure = term.definitions.iter().any(|&(_, strength)| strength >= 5);
        let language = self.study.text.lexicon.language;
        !matches!(
            language,
            Language::German | Language::Japanese | Language::Other
        ) && plain
            && term.name.starts_with(char::is_uppercase)
            && term.heading.is_none()
            && !sure
            && inner.peek().is_some()
            && inner.all(capital)
    }

    /// Whether an English phrase ends in what tells of its noun (“operations required”, “type
    /// Finset”), or is a verb's form (“assuming”).
    fn is_chance(&self, index: usize, term: &Term) -> bool {
        if self.study.text.lexicon.language != Language::English || term.heading.is_some() {
            return false;
        }
        let last = term.name.rsplit(' ').next().unwrap_or_default();
        let upper = |text: &str| text.starts_with(char::is_uppercase);
        if term.key.len() == 1 {
            let property = self.gloss(index).is_some_and(|gloss| gloss.adjective);
            let participle = last.ends_with("ed") && !last.ends_with("eed") && last.len() > 4;
            (last.ends_with("ing") && term.mentions.len() < 2) || (participle && !property)
        } else {
            last.ends_with("ed") || (upper(last) && !upper(&term.name))
        }
    }

    /// Whether a seldom phrase may end in a verb: “command specifies”.
    fn ends_in_verb(&self, term: &Term) -> bool {
        let plural = term.name.ends_with('s') && !term.name.ends_with("ss");
        let sure = term.definitions.iter().any(|&(_, strength)| strength >= 5);
        self.study.text.lexicon.language == Language::English
            && term.key.len() > 1
            && plural
            && !sure
            && term.heading.is_none()
            && term.mentions.len() <= SELDOM
    }

    /// Whether an English term mostly stands before a noun, as in “generic procedure”,
    /// or never where nouns stand.
    fn is_no_noun(&self, term: &Term) -> bool {
        let lexicon = &self.study.text.lexicon;
        if lexicon.language != Language::English {
            return false;
        }
        let at = |mention: &Mention, at: Option<usize>| {
            let words = &self.study.sentence(mention.sentence).words;
            at.and_then(|at| words.get(at)).cloned()
        };
        let goes_on = |mention: &&Mention| {
            at(mention, Some(mention.words.end)).is_some_and(|word| {
                let article =
                    lexicon.grammar.is_determiner(&word) && !lexicon.grammar.extends_nouns(&word);
                word.joined && (matches!(word.role, Role::Content | Role::Weak) || article)
            })
        };
        let as_noun = |mention: &Mention| {
            let plain = &self.study.sentence(mention.sentence).plain;
            // “In practice one stops” has no noun.
            at(mention, mention.words.start.checked_sub(1)).is_some_and(|word| {
                lexicon.grammar.precedes_nouns(&word)
                    && !lexicon.grammar.extends_nouns(&word)
                    && !plain[word.range].eq_ignore_ascii_case("one")
            })
        };
        let modifies = term.mentions.iter().filter(goes_on).count() * 2 >= term.mentions.len();
        let named = term.heading.is_some() || term.mentions.iter().any(as_noun);
        modifies || (!named && term.key.len() == 1)
    }
}

/// Whether a sentence begins with a quotation, as the remains of longer ones do.
fn begins_quoted(sentence: &Sentence) -> bool {
    sentence.plain.starts_with(['“', '„', '"', '«', '‘'])
}

/// “Every expression has a type”: what holds for all of a kind may hold for others too.
fn is_law(sentence: &Sentence) -> bool {
    let first = sentence.plain.split(' ').next().unwrap_or_default();
    let lower = first.to_lowercase();
    telling::is_every(&lower) || matches!(lower.as_str(), "each" | "any" | "both")
}

/// Whether letters stand for something that whoever reads the sentence alone does not know.
pub(super) fn has_letters(sentence: &Sentence) -> bool {
    let letter = |word: &Word| is_letter(word, &sentence.plain);
    sentence.words.iter().any(letter)
}

/// Whether a name is one of what texts are made of: “prominent example”, “case of failure”.
fn is_of_text(name: &str) -> bool {
    const OF_TEXT: [&str; 43] = [
        "structure",
        "manipulation",
        "effect",
        "analogue",
        "analog",
        "version",
        "counterpart",
        "notion",
        "variant",
        "example",
        "examples",
        "case",
        "cases",
        "thing",
        "things",
        "idea",
        "ideas",
        "reason",
        "reasons",
        "sense",
        "senses",
        "aspect",
        "aspects",
        "essence",
        "fact",
        "facts",
        "way",
        "ways",
        "beispiel",
        "fall",
        "idee",
        "grund",
        "aspekt",
        "exemple",
        "cas",
        "idée",
        "raison",
        "aspect",
        "ejemplo",
        "caso",
        "idea",
        "razón",
        "aspecto",
    ];
    let lower = name.to_lowercase();
    let links = [" of ", " de ", " der ", " des ", " del "];
    let end = links.iter().filter_map(|link| lower.find(link)).min();
    let head = lower.get(..end.unwrap_or(lower.len())).unwrap_or_default();
    head.rsplit(' ')
        .next()
        .is_some_and(|noun| OF_TEXT.contains(&noun))
}

//! What the words of a language can do next to each other.

use std::collections::HashSet;

use super::inflection;
use super::language::Language;
use super::stopwords::Words;
use super::word::{Role, Word, WordId};

/// The grammar of one language, as far as terms are found by it.
pub(super) struct Grammar {
    language: Language,
    determiners: HashSet<WordId>,
    prepositions: HashSet<WordId>,
    before_verbs: HashSet<WordId>,
    verbs: HashSet<WordId>,
    relatives: HashSet<WordId>,
    links: HashSet<WordId>,
    backward: HashSet<WordId>,
    stop: HashSet<&'static str>,
    weak: HashSet<String>,
}

impl Grammar {
    /// The grammar of a language whose words are numbered by `id`.
    pub(super) fn new(language: Language, mut id: impl FnMut(&str) -> WordId) -> Self {
        let words: &Words = language.words();
        let mut ids = |list: &str| list.split_whitespace().map(&mut id).collect();
        Self {
            language,
            determiners: ids(words.determiners),
            prepositions: ids(words.prepositions),
            before_verbs: ids(words.before_verbs),
            verbs: ids(words.verbs),
            relatives: ids(words.relatives),
            links: ids(words.links),
            backward: ids(words.backward),
            stop: words.stop.split_whitespace().collect(),
            weak: words
                .weak
                .split_whitespace()
                .map(|word| reduced(word, language))
                .collect(),
        }
    }

    /// What a word can do in a term.
    pub(super) fn role(&self, written: &str) -> Role {
        let lower = written.to_lowercase().replace('’', "'");
        let length = lower.chars().count();
        if self.stop.contains(lower.as_str()) {
            Role::Stop
        } else if length < 2
            || !lower.chars().any(char::is_alphabetic)
            || is_indexed_letter(written)
            || is_run_together(written)
            || written.contains(':')
        {
            Role::Symbol
        } else if length == 2 || self.weak.contains(&reduced(&lower, self.language)) {
            Role::Weak
        } else {
            Role::Content
        }
    }

    /// The same of two characters of text without spaces.
    pub(super) fn pair_role(&self, pair: &str) -> Role {
        if self.weak.contains(pair) {
            Role::Weak
        } else {
            Role::Content
        }
    }

    /// Whether a word may open a noun phrase.
    pub(super) fn is_determiner(&self, word: &Word) -> bool {
        self.determiners.contains(&word.form)
    }

    /// Whether a word is a preposition.
    pub(super) fn is_preposition(&self, word: &Word) -> bool {
        self.prepositions.contains(&word.form)
    }

    /// Whether nouns follow a word.
    pub(super) fn precedes_nouns(&self, word: &Word) -> bool {
        self.is_determiner(word) || self.prepositions.contains(&word.form)
    }

    /// Whether verbs follow a word.
    pub(super) fn precedes_verbs(&self, word: &Word) -> bool {
        self.before_verbs.contains(&word.form)
    }

    /// Whether a word tells more of the noun before it: “that”, “of”.
    pub(super) fn extends_nouns(&self, word: &Word) -> bool {
        self.relatives.contains(&word.form) || self.prepositions.contains(&word.form)
    }

    /// Whether a word, lower case, tells more of the noun before it.
    pub(super) fn is_complement(&self, lower: &str) -> bool {
        let words = self.language.words();
        [words.prepositions, words.relatives, words.links]
            .iter()
            .any(|list| list.split_whitespace().any(|word| word == lower))
    }

    /// Whether a clause that tells of a noun begins with a word.
    pub(super) fn is_relative(&self, word: &Word) -> bool {
        self.relatives.contains(&word.form)
    }

    /// Whether a word is a verb that says of a subject what it is.
    pub(super) fn is_verb(&self, word: &Word) -> bool {
        self.verbs.contains(&word.form)
    }

    /// Whether the word at `at` may stand within a term: “rate *of* change”, “théorie de
    /// *la* mesure”.
    pub(super) fn is_link(&self, words: &[Word], at: usize) -> bool {
        let is = |at: usize| {
            words
                .get(at)
                .is_some_and(|word| self.links.contains(&word.form))
        };
        let article = matches!(self.language, Language::French | Language::Spanish)
            && words.get(at).is_some_and(|word| self.is_determiner(word));
        is(at) || (article && at.checked_sub(1).is_some_and(is))
    }

    /// Whether a word needs what was said before it.
    pub(super) fn is_backward(&self, word: &Word) -> bool {
        self.backward.contains(&word.form)
    }
}

fn reduced(lower: &str, language: Language) -> String {
    inflection::reduce(lower, language).unwrap_or_else(|| lower.to_owned())
}

/// “TEuklid”: a letter and its index, which lost its place below the line.
fn is_indexed_letter(written: &str) -> bool {
    let mut characters = written.chars();
    let capitals = characters
        .by_ref()
        .take(2)
        .filter(|c| c.is_uppercase())
        .count();
    capitals == 2 && characters.filter(|c| c.is_lowercase()).count() >= 2
}

/// “forms.define”: the end of a sentence and the head of the next, without their space.
fn is_run_together(written: &str) -> bool {
    let lower = |part: &str| !part.is_empty() && part.chars().all(char::is_lowercase);
    written
        .split_once('.')
        .is_some_and(|(left, right)| lower(left) && lower(right))
}

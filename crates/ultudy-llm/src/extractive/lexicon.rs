//! Words, their stems and what they can do, as small numbers that compare fast.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use rust_stemmers::Stemmer;
use unicode_segmentation::UnicodeSegmentation;

use super::inflection;
use super::language::{Language, is_cjk};

/// A stem or a form of a word, as a number; equal numbers, equal words.
pub(super) type WordId = u32;

/// What a word can do in a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Carries meaning.
    Content,
    /// Carries meaning, but too common in teaching to be a term by itself.
    Weak,
    /// Grammar.
    Stop,
    /// A number, or a letter standing for something.
    Symbol,
}

/// One word where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Bytes of the text; those of two characters of CJK text overlap.
    pub range: Range<usize>,
    /// Itself without number and gender: terms are compared by it.
    pub stem: WordId,
    /// What is common to all words made from it: sentences are compared by it.
    pub root: WordId,
    /// Itself in lower case.
    pub form: WordId,
    /// What it can do.
    pub role: Role,
    /// Whether it begins with a capital.
    pub capital: bool,
    /// Whether only a space or a hyphen separates it from the word before.
    pub joined: bool,
}

/// The words of one lesson.
pub(super) struct Lexicon {
    /// The language they are in.
    pub language: Language,
    stemmer: Option<Stemmer>,
    ids: HashMap<String, WordId>,
    determiners: HashSet<WordId>,
    prepositions: HashSet<WordId>,
    before_verbs: HashSet<WordId>,
    verbs: HashSet<WordId>,
    links: HashSet<WordId>,
    backward: HashSet<WordId>,
    stop: HashSet<&'static str>,
    weak: HashSet<&'static str>,
}

impl Lexicon {
    pub(super) fn new(language: Language) -> Self {
        let words = language.words();
        let mut lexicon = Self {
            language,
            stemmer: language.stemmer(),
            ids: HashMap::new(),
            determiners: HashSet::new(),
            prepositions: HashSet::new(),
            before_verbs: HashSet::new(),
            verbs: HashSet::new(),
            links: HashSet::new(),
            backward: HashSet::new(),
            stop: words.stop.split_whitespace().collect(),
            weak: words.weak.split_whitespace().collect(),
        };
        lexicon.determiners = lexicon.forms(words.determiners);
        lexicon.prepositions = lexicon.forms(words.prepositions);
        lexicon.before_verbs = lexicon.forms(words.before_verbs);
        lexicon.verbs = lexicon.forms(words.verbs);
        lexicon.links = lexicon.forms(words.links);
        lexicon.backward = lexicon.forms(words.backward);
        lexicon
    }

    fn forms(&mut self, words: &str) -> HashSet<WordId> {
        words.split_whitespace().map(|word| self.id(word)).collect()
    }

    /// The number of a stem or lower-case form.
    pub(super) fn id(&mut self, text: &str) -> WordId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = WordId::try_from(self.ids.len()).unwrap_or(WordId::MAX);
        self.ids.insert(text.to_owned(), id);
        id
    }

    /// Whether a word may open a noun phrase.
    pub(super) fn is_determiner(&self, word: &Word) -> bool {
        self.determiners.contains(&word.form)
    }

    /// Whether nouns follow a word.
    pub(super) fn precedes_nouns(&self, word: &Word) -> bool {
        self.is_determiner(word) || self.prepositions.contains(&word.form)
    }

    /// Whether verbs follow a word.
    pub(super) fn precedes_verbs(&self, word: &Word) -> bool {
        self.before_verbs.contains(&word.form)
    }

    /// Whether a word is a verb that says of a subject what it is.
    pub(super) fn is_verb(&self, word: &Word) -> bool {
        self.verbs.contains(&word.form)
    }

    /// Whether a word may stand within a term.
    pub(super) fn is_link(&self, word: &Word) -> bool {
        self.links.contains(&word.form)
    }

    /// Whether a word needs what was said before it.
    pub(super) fn is_backward(&self, word: &Word) -> bool {
        self.backward.contains(&word.form)
    }

    /// The words of a text in order. Text without spaces gives each two neighbouring
    /// characters as a word.
    pub(super) fn words(&mut self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut run: Option<Range<usize>> = None;
        for (start, piece) in text.split_word_bound_indices() {
            let cjk = piece.chars().next().is_some_and(is_cjk);
            if cjk {
                let begun = run.take().map_or(start, |run| run.start);
                run = Some(begun..start + piece.len());
                continue;
            }
            if let Some(run) = run.take() {
                self.push_pairs(text, run, &mut words);
            }
            if piece.chars().any(char::is_alphanumeric) {
                self.push_word(text, start, piece, &mut words);
            }
        }
        if let Some(run) = run {
            self.push_pairs(text, run, &mut words);
        }
        words
    }

    fn push_pairs(&mut self, text: &str, run: Range<usize>, words: &mut Vec<Word>) {
        let starts: Vec<_> = text[run.clone()]
            .char_indices()
            .map(|(at, _)| run.start + at)
            .chain([run.end])
            .collect();
        for pair in starts.windows(starts.len().min(3)) {
            let (Some(&start), Some(&end)) = (pair.first(), pair.last()) else {
                continue;
            };
            self.push(text, start..end, Role::Content, words);
        }
    }

    fn push_word(&mut self, text: &str, start: usize, piece: &str, words: &mut Vec<Word>) {
        // “l'intégrale” is two words in French.
        let elided = match self.language {
            Language::French => piece.find(['\'', '’']).filter(|&at| at <= 2),
            _ => None,
        };
        if let Some(at) = elided {
            self.push(text, start..start + at, Role::Stop, words);
            let rest = piece[at..].trim_start_matches(['\'', '’']);
            let rest_start = start + piece.len() - rest.len();
            self.push_plain(text, rest_start..start + piece.len(), words);
        } else {
            self.push_plain(text, start..start + piece.len(), words);
        }
    }

    fn push_plain(&mut self, text: &str, range: Range<usize>, words: &mut Vec<Word>) {
        if range.is_empty() {
            return;
        }
        let written = &text[range.clone()];
        let role = if is_indexed_letter(written) || is_run_together(written) {
            Role::Symbol
        } else {
            self.role(&written.to_lowercase().replace('’', "'"))
        };
        self.push(text, range, role, words);
    }

    fn role(&self, lower: &str) -> Role {
        if self.stop.contains(lower) {
            Role::Stop
        } else if lower.chars().count() < 2 || !lower.chars().any(char::is_alphabetic) {
            Role::Symbol
        } else if lower.chars().count() == 2 || self.weak.contains(lower) {
            Role::Weak
        } else {
            Role::Content
        }
    }

    fn push(&mut self, text: &str, range: Range<usize>, role: Role, words: &mut Vec<Word>) {
        let written = &text[range.clone()];
        let lower = written.to_lowercase().replace('’', "'");
        let root = match &self.stemmer {
            Some(stemmer) if role != Role::Stop => stemmer.stem(&lower).into_owned(),
            _ => lower.clone(),
        };
        let stem = inflection::reduce(&lower, self.language);
        let joined = words.last().is_some_and(|before: &Word| {
            let gap = text.get(before.range.end..range.start).unwrap_or_default();
            matches!(gap, "" | " " | "-" | "‐" | "‑" | "'" | "’")
        });
        words.push(Word {
            stem: self.id(stem.as_ref().unwrap_or(&root)),
            root: self.id(&root),
            form: self.id(&lower),
            capital: written.starts_with(char::is_uppercase),
            range,
            role,
            joined,
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let mut lexicon = Lexicon::new(Language::English);
        let words = lexicon.words("Metric spaces; the metric space");
        assert_eq!(words[0].stem, words[3].stem);
        assert_eq!(words[1].stem, words[4].stem);
        assert_eq!(words[2].role, Role::Stop);
        assert!(words[1].joined && !words[2].joined && words[4].joined);
    }

    #[test]
    fn text_without_spaces_gives_pairs_of_characters() {
        let mut lexicon = Lexicon::new(Language::Other);
        let text = "探索問題 A*";
        let words = lexicon.words(text);
        let seen: Vec<_> = words.iter().map(|word| &text[word.range.clone()]).collect();
        assert_eq!(seen, ["探索", "索問", "問題", "A"]);
    }

    #[test]
    fn french_elisions_are_words_of_their_own() {
        let mut lexicon = Lexicon::new(Language::French);
        let words = lexicon.words("l’intégrale");
        assert_eq!(words.len(), 2);
        assert!(words[1].joined);
    }
}

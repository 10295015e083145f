//! The words of a text and their stems, as small numbers that compare fast.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use rust_stemmers::Stemmer;
use unicode_segmentation::UnicodeSegmentation;

use super::general;
use super::grammar::Grammar;
use super::inflection;
use super::language::{Language, is_cjk};
use super::word::{Role, Word, WordId};

/// The words of one lesson.
pub(super) struct Lexicon {
    /// The language they are in.
    pub language: Language,
    /// What they can do next to each other.
    pub grammar: Grammar,
    stemmer: Option<Stemmer>,
    ids: HashMap<String, WordId>,
    general: HashSet<WordId>,
}

impl Lexicon {
    pub(super) fn new(language: Language) -> Self {
        let mut ids = HashMap::new();
        let stemmer = language.stemmer();
        let lists = [general::words(language), language.words().weak];
        let general = lists
            .into_iter()
            .flat_map(str::split_whitespace)
            .map(|word| match &stemmer {
                Some(stemmer) => number(&mut ids, &stemmer.stem(word)),
                None => number(&mut ids, word),
            })
            .collect();
        Self {
            language,
            grammar: Grammar::new(language, |word| number(&mut ids, word)),
            stemmer,
            ids,
            general,
        }
    }

    /// Whether a root is one of general language, not of the matter of some book.
    pub(super) fn is_general(&self, root: WordId) -> bool {
        self.general.contains(&root)
    }

    /// The number of a stem or lower-case form.
    pub(super) fn id(&mut self, text: &str) -> WordId {
        number(&mut self.ids, text)
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
            let role = self.grammar.pair_role(&text[start..end]);
            self.push(text, start..end, role, words);
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
        let role = self.grammar.role(&text[range.clone()]);
        self.push(text, range, role, words);
    }

    fn push(&mut self, text: &str, range: Range<usize>, role: Role, words: &mut Vec<Word>) {
        let written = &text[range.clone()];
        let lower = written.to_lowercase().replace('’', "'");
        let root = match &self.stemmer {
            Some(stemmer) if role != Role::Stop => stemmer.stem(&lower).into_owned(),
            _ => lower.clone(),
        };
        let stem = inflection::reduce(&lower, self.language);
        let before = words.last_mut();
        let gap = before
            .as_ref()
            .map(|before| text.get(before.range.end..range.start).unwrap_or_default());
        let joined = gap.is_some_and(|gap| matches!(gap, "" | " " | "-" | "‐" | "‑" | "'" | "’"));
        let mut role = role;
        if let (Some(before), Some("-" | "‐" | "‑")) = (before, gap) {
            // “one-sided” is a word of its own, though “one” is grammar.
            for role in [&mut before.role, &mut role] {
                if *role == Role::Stop {
                    *role = Role::Weak;
                }
            }
        }
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

fn number(ids: &mut HashMap<String, WordId>, text: &str) -> WordId {
    if let Some(&id) = ids.get(text) {
        return id;
    }
    let id = WordId::try_from(ids.len()).unwrap_or(WordId::MAX);
    ids.insert(text.to_owned(), id);
    id
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

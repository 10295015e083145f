//! Whether terms stand in sentences, and in what order.

use std::collections::BTreeMap;

use super::answer::{Answer, Sentence};
use crate::search::{function_words, words::is_unspaced};

/// An expected answer of so few terms may be given by naming them.
const SHORT: usize = 3;
/// In prose, at least one word in six is grammar.
const GRAMMAR_SHARE: usize = 6;
/// Words of meaning in a row that no sentence has.
const RUN_MAX: usize = 5;
/// Members of a list have no more words than this, on average.
const MEMBER_WORDS: usize = 2;
/// Grammar that joins the members of a list as well as the words of a sentence.
const LINKS: [&str; 26] = [
    "a", "an", "the", "and", "or", "also", "der", "die", "das", "ein", "eine", "und", "oder", "le",
    "la", "les", "un", "une", "et", "ou", "el", "los", "las", "y", "o", "l",
];

/// Whether an answer lists terms instead of saying something about them.
pub(super) fn is_list(answer: &Answer, model: &Answer, language: Option<&str>) -> bool {
    let expected = model.words().filter(|word| !word.is_function).count();
    if expected <= SHORT || is_quotation(answer, model) {
        return false;
    }
    let text: String = answer
        .sentences
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    let unspaced = text.chars().filter(|&c| is_unspaced(c)).count();
    if unspaced * 2 > text.chars().count() {
        // Japanese grammar is written in hiragana; a list of nouns has next to none.
        let grammar = text
            .chars()
            .filter(|c| matches!(c, '\u{3040}'..='\u{309f}'))
            .count();
        return language == Some("ja") && grammar * GRAMMAR_SHARE < unspaced;
    }
    let words = answer.words().count();
    let members = answer.separators + 1;
    let is_enumerated = answer.separators >= 2 && words <= members * MEMBER_WORDS;
    if !function_words::is_known(language) {
        return is_enumerated;
    }
    let is_link = |term: &str| LINKS.contains(&term);
    let grammar: Vec<&str> = answer
        .words()
        .filter(|word| word.is_function)
        .map(|word| word.term.as_str())
        .collect();
    let joins = grammar.iter().filter(|term| !is_link(term)).count();
    is_enumerated
        || grammar.len() * GRAMMAR_SHARE < words
        || joins == 0
        || longest_run(answer) > RUN_MAX
}

/// Whether the answer is a piece of the expected one, word by word.
fn is_quotation(answer: &Answer, model: &Answer) -> bool {
    let said: Vec<&str> = answer.words().map(|word| word.term.as_str()).collect();
    let all: Vec<&str> = model.words().map(|word| word.term.as_str()).collect();
    !said.is_empty() && all.windows(said.len()).any(|run| run == said)
}

fn longest_run(answer: &Answer) -> usize {
    let runs = answer
        .sentences
        .iter()
        .flat_map(|sentence| sentence.words.split(|word| word.is_function));
    runs.map(<[_]>::len).max().unwrap_or_default()
}

/// How much the order of the terms differs from the expected one's, from 0 to 1: the share
/// of pairs of neighbours that come the other way round. Few terms have no order.
pub(super) fn disorder(said: &[&Sentence], model: &Answer) -> f64 {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, word) in model.words().enumerate() {
        places.entry(&word.term).or_insert(place);
    }
    let order: Vec<usize> = said
        .iter()
        .flat_map(|sentence| sentence.terms())
        .filter_map(|term| places.get(term).copied())
        .collect();
    if order.len() < 4 {
        return 0.0;
    }
    let turned = order.windows(2).filter(|pair| pair[0] > pair[1]).count();
    #[allow(clippy::cast_precision_loss, reason = "a few words")]
    let share = turned as f64 / (order.len() - 1) as f64;
    share
}

//! Whether a clause denies, and whether an answer denies what is expected.

use unicode_segmentation::UnicodeSegmentation;

use std::collections::BTreeSet;

use super::answer::{Answer, Sentence};
use crate::search::words::fold;

/// Words that deny, folded.
fn negators(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &[
            "nicht", "kein", "keine", "keinen", "keiner", "keinem", "keines", "nie", "niemals",
            "nichts", "ohne", "weder", "falsch",
        ],
        "fr" => &[
            "pas", "jamais", "aucun", "aucune", "sans", "rien", "non", "faux",
        ],
        "es" => &[
            "no", "nunca", "jamas", "sin", "ningun", "ninguna", "ninguno", "tampoco", "nada",
            "falso",
        ],
        _ => &[
            "not", "no", "never", "cannot", "without", "neither", "none", "nothing", "false",
            "wrong",
        ],
    }
}

/// What looks like a denial and is none.
const BOTH: [&str; 7] = [
    "not only",
    "not just",
    "nicht nur",
    "non seulement",
    "pas seulement",
    "no solo",
    "no solamente",
];

/// Japanese denies at the end of its verbs.
const JAPANESE: [&str; 7] = [
    "ない",
    "ません",
    "なかった",
    "なく",
    "ではなく",
    "ずに",
    "異なる",
];

/// Words that turn a sentence: what stands before them may be denied alone.
fn contrasts(language: &str) -> &'static [&'static str] {
    match language {
        "de" => &["sondern", "aber", "jedoch"],
        "fr" => &["mais", "cependant"],
        "es" => &["sino", "pero"],
        _ => &["but", "however", "whereas"],
    }
}

/// A clause in parts, at the words that turn it.
pub(super) fn at_contrasts(clause: &str, language: Option<&str>) -> Vec<String> {
    let turns = contrasts(language.unwrap_or_default());
    let mut parts = vec![String::new()];
    for word in clause.split_word_bounds() {
        if turns.contains(&fold(word).as_str()) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(word);
        }
    }
    parts
}

/// Whether a clause denies: an odd number of its words does.
pub(super) fn is_negative(clause: &str, language: Option<&str>) -> bool {
    if language == Some("ja") {
        let marks = JAPANESE.iter().filter(|mark| clause.contains(**mark));
        return marks.count() > 0;
    }
    let language = language.unwrap_or_default();
    let words: Vec<String> = clause
        .unicode_words()
        .map(|word| word.replace('’', "'").to_lowercase())
        .collect();
    let line = words
        .iter()
        .map(|word| fold(word))
        .collect::<Vec<_>>()
        .join(" ");
    let both = BOTH.iter().filter(|both| line.contains(**both)).count();
    let denials = words.iter().filter(|word| {
        let folded = fold(word);
        word.ends_with("n't") || negators(language).contains(&folded.as_str())
    });
    denials.count().saturating_sub(both) % 2 == 1
}

/// The clause of an answer, if any, that says of the same terms the opposite.
pub(super) fn denial(said: &[&Sentence], model: &Answer) -> Option<String> {
    let all: BTreeSet<&str> = model.sentences.iter().flat_map(Sentence::terms).collect();
    let enough = all.len().min(2);
    let opposes = |clause: &&&Sentence| {
        let terms: BTreeSet<&str> = clause.terms().collect();
        let shared = |other: &&Sentence| other.terms().filter(|term| terms.contains(term)).count();
        let closest = model.sentences.iter().max_by_key(shared);
        closest.is_some_and(|closest| {
            let common = shared(&closest);
            common >= enough && common > 0 && clause.is_negative != closest.is_negative
        })
    };
    said.iter().find(opposes).map(|clause| clause.text.clone())
}

//! Labels in a series: "Exercise 3.1", "Theorem 4", "Figure 2". They count things inside
//! sections and begin none.

use std::collections::HashMap;

use super::{candidate::Candidate, number};

/// Labels of one kind from which they are a series.
const LENGTH_MIN: usize = 3;

/// Longest words before the number, in bytes.
const WORDS_MAX: usize = 40;

/// For each candidate, whether it is a label in a series.
pub(super) fn labels(candidates: &[Candidate]) -> Vec<bool> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let kinds: Vec<Option<String>> = candidates.iter().map(|c| kind(&c.title)).collect();
    for kind in kinds.iter().flatten() {
        *counts.entry(kind.clone()).or_default() += 1;
    }
    let is_series = |kind: &String| counts.get(kind).is_some_and(|count| *count >= LENGTH_MIN);
    kinds
        .iter()
        .map(|kind| kind.as_ref().is_some_and(is_series))
        .collect()
}

/// The words before the first number of a title, unless they name a chapter.
fn kind(title: &str) -> Option<String> {
    let at = title.find(|c: char| c.is_numeric())?;
    let words = title[..at].trim_end();
    let begins = words.chars().next().is_some_and(char::is_alphabetic);
    let parsed = number::parse(title).is_some();
    let first = words.split(' ').next().unwrap_or_default();
    (begins && !parsed && words.len() <= WORDS_MAX && !number::is_unit(first))
        .then(|| words.to_lowercase())
}

//! Definitions in Japanese and Chinese, whose words are not parted by spaces.

use std::ops::Range;

use super::definitions::Found;
use super::language::is_hiragana;
use super::text::{Sentence, words_in};

/// Turns that follow a term at the head of its clause, and how surely they define.
const AFTER_SUBJECT: &[(&str, u8)] = &[
    ("とは", 5),
    ("是指", 5),
    ("是一种", 4),
    ("是一個", 3),
    ("是一个", 3),
];
/// Turns that follow a name: “… を後続関数と呼ぶ”.
const AFTER_NAME: &[&str] = &["と呼ぶ", "と呼ばれ", "とよぶ", "という。"];
/// Turns that a name follows.
const BEFORE_NAME: &[&str] = &["称为", "稱為", "叫做", "称作"];
/// Bytes of each mark and particle looked for here.
const MARK: usize = 3;

/// The terms a sentence defines.
pub(super) fn definitions(sentence: &Sentence) -> Vec<Found> {
    let text = &sentence.plain;
    let subjects = subjects(text).into_iter().chain(predicated(text));
    let names = names(text).into_iter().map(|range| (range, 5));
    subjects
        .chain(names)
        .filter(|(range, _)| is_cjk_term(&text[range.clone()]))
        .filter_map(|(range, strength)| Some((words_in(&sentence.words, &range)?, strength)))
        .collect()
}

fn subjects(text: &str) -> Vec<Found> {
    let clause = |end: usize| {
        let mark = text[..end].rfind(['、', '，', '。', '：']);
        mark.map_or(0, |at| at + MARK)
    };
    AFTER_SUBJECT
        .iter()
        .filter_map(|&(cue, strength)| {
            let at = text.find(cue)?;
            Some((clause(at)..at, strength))
        })
        .collect()
}

/// “X は … である。”: what the whole sentence says something of.
fn predicated(text: &str) -> Option<Found> {
    let closed = text.ends_with("である。") || text.ends_with("です。");
    let at = text.find('は').filter(|_| closed)?;
    let subject = &text[..at];
    let plain = !subject.contains('、') && !subject.chars().any(is_hiragana);
    plain.then_some((0..at, 3))
}

fn names(text: &str) -> Vec<Range<usize>> {
    let before = AFTER_NAME.iter().filter_map(|cue| {
        let at = text.find(cue)?;
        let start = text[..at].rfind(['を', 'は', '、']);
        Some(start.map_or(0, |at| at + MARK)..at)
    });
    let after = BEFORE_NAME.iter().filter_map(|cue| {
        let at = text.find(cue)? + cue.len();
        let length = text[at..].find(['，', '。', '、', '；']);
        Some(at..length.map_or(text.len(), |length| at + length))
    });
    before.chain(after).collect()
}

fn is_cjk_term(text: &str) -> bool {
    let characters = text.chars().count();
    let grammar = text.chars().filter(|&c| is_hiragana(c)).count();
    (2..=12).contains(&characters) && grammar * 2 < characters
}

//! Definitions in Japanese and Chinese, whose words are not parted by spaces.

use super::definitions::Found;
use super::language::is_hiragana;
use super::text::{Sentence, words_in};

/// The terms a sentence defines.
pub(super) fn definitions(sentence: &Sentence) -> Vec<Found> {
    let text = &sentence.plain;
    let clause = |end: usize| {
        text[..end]
            .rfind(['、', '，', '。', '：'])
            .map_or(0, |at| at + 3)
    };
    let mut ranges = Vec::new();
    for (cue, strength) in [
        ("とは", 5),
        ("是指", 5),
        ("是一种", 4),
        ("是一個", 3),
        ("是一个", 3),
    ] {
        ranges.extend(text.find(cue).map(|at| (clause(at)..at, strength)));
    }
    if text.ends_with("である。") || text.ends_with("です。") {
        let subject = text
            .find('は')
            .filter(|&at| !text[..at].contains('、') && !text[..at].ends_with('と'));
        ranges.extend(subject.map(|at| (0..at, 3)));
    }
    for cue in ["と呼ぶ", "と呼ばれ", "とよぶ", "という。"] {
        if let Some(at) = text.find(cue) {
            let start = text[..at].rfind(['を', 'は', '、']).map_or(0, |at| at + 3);
            ranges.push((start..at, 5));
        }
    }
    for cue in ["称为", "稱為", "叫做", "称作"] {
        if let Some(at) = text.find(cue).map(|at| at + cue.len()) {
            let end = text[at..]
                .find(['，', '。', '、', '；'])
                .map_or(text.len(), |end| at + end);
            ranges.push((at..end, 5));
        }
    }
    ranges
        .into_iter()
        .filter(|(range, _)| is_cjk_term(&text[range.clone()]))
        .filter_map(|(range, strength)| Some((words_in(&sentence.words, &range)?, strength)))
        .collect()
}

fn is_cjk_term(text: &str) -> bool {
    let characters = text.chars().count();
    let grammar = text.chars().filter(|&c| is_hiragana(c)).count();
    (2..=12).contains(&characters) && grammar * 2 < characters
}

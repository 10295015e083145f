//! Which runs of words the text has, so that no wrong option says what it says elsewhere.

use std::collections::HashSet;
use std::ops::Range;

use crate::extractive::language::is_cjk;
use crate::extractive::text::Sentence;

/// Words of a run.
const RUN: usize = 3;
/// Characters of text without spaces before and behind a change.
const AROUND: usize = 2;

/// The runs of words of a text.
pub(in super::super) struct Known {
    runs: HashSet<[String; RUN]>,
    /// All of it, where there are no spaces.
    unspaced: String,
}

impl Known {
    pub(super) fn of(sentences: &[Sentence]) -> Self {
        let mut known = Self {
            runs: HashSet::new(),
            unspaced: String::new(),
        };
        for sentence in sentences {
            let words = words(&sentence.quote);
            let runs = words
                .windows(RUN)
                .filter_map(|run| run.to_vec().try_into().ok());
            known.runs.extend(runs);
            if sentence.plain.contains(is_cjk) {
                known.unspaced.push_str(&sentence.quote);
                known.unspaced.push('\n');
            }
        }
        known
    }

    /// Whether the text has the words that come out at a place, with those around them.
    pub(super) fn has(&self, text: &str, place: &Range<usize>, other: &str) -> bool {
        let before = text.get(..place.start).unwrap_or_default();
        let behind = text.get(place.end..).unwrap_or_default();
        if text.contains(is_cjk) {
            let mut head: Vec<char> = before.chars().rev().take(AROUND).collect();
            head.reverse();
            let tail: String = behind.chars().take(AROUND).collect();
            let run = format!("{}{other}{tail}", String::from_iter(head));
            return self.unspaced.contains(&run);
        }
        let (before, behind) = (words(before), words(behind));
        let mut run: Vec<_> = before.last().cloned().into_iter().collect();
        run.extend(words(other));
        run.extend(behind.first().cloned());
        let mut runs = run.windows(RUN).peekable();
        let has = |run: &[String]| {
            let run: Option<[String; RUN]> = run.to_vec().try_into().ok();
            run.is_some_and(|run| self.runs.contains(&run))
        };
        runs.peek().is_some() && runs.all(has)
    }
}

fn words(text: &str) -> Vec<String> {
    let bare = |word: &str| {
        let word = word.trim_matches(|c: char| !(c.is_alphanumeric() || "$\\{}".contains(c)));
        word.to_lowercase()
    };
    let words = text.split_whitespace().map(bare);
    words.filter(|word| !word.is_empty()).collect()
}

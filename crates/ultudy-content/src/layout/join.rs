//! Lines of one paragraph put back together.

use crate::pdf::is_spaceless;

/// Appends a line to the text before it: a hyphenated word is made whole, a script
/// without spaces gets none.
pub(crate) fn append(text: &mut String, line: &str) {
    if line.is_empty() {
        return;
    }
    if ends_hyphenated(text) && line.chars().next().is_some_and(char::is_lowercase) {
        text.pop();
    } else if !meets_without_space(text, line) {
        text.push(' ');
    }
    text.push_str(line);
}

fn ends_hyphenated(text: &str) -> bool {
    let mut ending = text.chars().rev();
    ending
        .next()
        .is_some_and(|c| matches!(c, '-' | '\u{ad}' | '\u{2010}'))
        && ending.next().is_some_and(char::is_alphabetic)
}

fn meets_without_space(text: &str, line: &str) -> bool {
    let before = text.chars().next_back();
    let after = line.chars().next();
    before.is_none() || (before.is_some_and(is_spaceless) && after.is_some_and(is_spaceless))
}

/// Whether a text comes to the end of a sentence.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let closing = ['"', '\'', '”', '’', '»', ')', ']', '」', '』'];
    text.trim_end_matches(closing)
        .ends_with(['.', '!', '?', ':', '…', '。', '！', '？'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str]) -> String {
        let mut text = String::new();
        for line in lines {
            append(&mut text, line);
        }
        text
    }

    #[test]
    fn hyphenation_is_undone_and_compounds_kept() {
        assert_eq!(joined(&["four combi-", "nations"]), "four combinations");
        assert_eq!(joined(&["the X-", "Ray"]), "the X- Ray");
        assert_eq!(joined(&["pages 3-", "five"]), "pages 3- five");
    }

    #[test]
    fn japanese_lines_meet_without_a_space() {
        assert_eq!(joined(&["状態空間", "問題"]), "状態空間問題");
        assert_eq!(joined(&["状態 MDP", "problem"]), "状態 MDP problem");
    }

    #[test]
    fn a_sentence_may_end_inside_quotes() {
        assert!(ends_sentence("He said “stop.”"));
        assert!(!ends_sentence("and so"));
    }
}

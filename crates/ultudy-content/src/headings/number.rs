//! What stands before a heading's words: "1.2", "Chapter 3", "第1章", "A.", "SEVEN".

use crate::pdf::is_spaceless;

/// Words before the number of a chapter, in lower case.
const CHAPTERS: [&str; 24] = [
    "chapter",
    "section",
    "appendix",
    "lecture",
    "unit",
    "module",
    "lesson",
    "week",
    "kapitel",
    "abschnitt",
    "anhang",
    "vorlesung",
    "lektion",
    "einheit",
    "chapitre",
    "annexe",
    "leçon",
    "cours",
    "capítulo",
    "capitulo",
    "lección",
    "tema",
    "hoofdstuk",
    "capitolo",
];

/// The same of what holds chapters.
const PARTS: [&str; 7] = ["part", "teil", "partie", "parte", "deel", "book", "volume"];

const SPELLED: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// A heading's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    /// Numbers in it: 2 for "1.2"; 1 for a chapter; 0 for what holds chapters.
    pub(super) depth: u8,
    /// It says what it numbers: "Chapter 3".
    pub(super) named: bool,
    /// Where the words begin, in bytes.
    pub(super) length: usize,
}

/// The number a text begins with.
pub(super) fn parse(text: &str) -> Option<Number> {
    named(text)
        .or_else(|| east_asian(text))
        .or_else(|| dotted(text))
        .map(|number| Number {
            length: text.len() - trim(&text[number.length..]).len(),
            ..number
        })
}

/// Whether a text is a number and nothing else, also spelled out: what ornate books set
/// above a chapter's title.
pub(super) fn is_alone(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', ':']);
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits
        || is_roman(text)
        || SPELLED.contains(&text.to_lowercase().as_str())
        || parse(text).is_some_and(|number| number.length == text.len())
}

/// Whether a text is the name of a chapter or part and nothing else: "Chapter 3".
pub(crate) fn is_label(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', ':']);
    parse(text).is_some_and(|number| number.named && number.length == text.len())
}

/// Whether a word names a kind of chapter or part.
pub(super) fn is_unit(word: &str) -> bool {
    let word = word.to_lowercase();
    CHAPTERS.contains(&word.as_str()) || PARTS.contains(&word.as_str())
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '.', ':', '：', '—', '–', ')', '|', '\u{3000}'])
}

/// "Chapter 3", "Teil II", "Appendix A".
fn named(text: &str) -> Option<Number> {
    let (word, rest) = text.split_once(' ')?;
    if !is_unit(word) {
        return None;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.');
    let value = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
    let counts = value.split('.').next().is_some_and(|first| {
        first.bytes().all(|b| b.is_ascii_digit())
            || is_roman(first)
            || first.len() == 1
            || SPELLED.contains(&first.to_lowercase().as_str())
    });
    let is_part = PARTS.contains(&word.to_lowercase().as_str());
    (counts && !value.is_empty()).then(|| Number {
        depth: if is_part { 0 } else { depth(value) },
        named: true,
        length: word.len() + 1 + value.len(),
    })
}

/// "第1章" and its kin.
fn east_asian(text: &str) -> Option<Number> {
    let rest = text.strip_prefix('第')?.trim_start();
    let counts = |c: char| c.is_numeric() || "一二三四五六七八九十百".contains(c);
    let after = rest.trim_start_matches(counts);
    let unit = after.trim_start().chars().next()?;
    let depth = match unit {
        '部' | '編' | '编' => 0,
        '章' | '講' | '讲' | '课' | '課' => 1,
        '節' | '节' => 2,
        _ => return None,
    };
    let rest_length = after.trim_start().len() - unit.len_utf8();
    (after.len() < rest.len()).then_some(Number {
        depth,
        named: true,
        length: text.len() - rest_length,
    })
}

/// "1", "1.2.", "A.1", "B.", "IV.", with words behind it.
fn dotted(text: &str) -> Option<Number> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let token = &text[..end.unwrap_or(text.len())];
    let value = token.trim_end_matches('.');
    let mut values = value.split('.');
    let first = values.next().filter(|first| !first.is_empty())?;
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let more = values.clone().count();
    let stopped = value.len() < token.len() || more > 0;
    let letter = first.len() == 1 && first.bytes().all(|b| b.is_ascii_uppercase());
    let first_fits = is_number(first) || stopped && (letter || is_roman(first));
    let behind = text[token.len()..].chars().next();
    let spaced = behind.is_none_or(|c| c == ' ' || c == ')' || c == ':' || is_spaceless(c));
    (first_fits && values.all(is_number) && spaced && more < 5).then(|| Number {
        depth: depth(value),
        named: false,
        length: token.len(),
    })
}

fn depth(value: &str) -> u8 {
    u8::try_from(value.split('.').count()).unwrap_or(u8::MAX)
}

fn is_roman(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|b| b"IVXLC".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(u8, &str)> {
        parse(text).map(|number| (number.depth, &text[number.length..]))
    }

    #[test]
    fn numbers_of_many_kinds_are_read() {
        assert_eq!(read("1.2.3 Maps"), Some((3, "Maps")));
        assert_eq!(read("3.10関連文献"), Some((2, "関連文献")));
        assert_eq!(read("4 Sets"), Some((1, "Sets")));
        assert_eq!(read("Chapter 3: Sets"), Some((1, "Sets")));
        assert_eq!(read("Teil II Mengen"), Some((0, "Mengen")));
        assert_eq!(read("第1章 序論"), Some((1, "序論")));
        assert_eq!(read("IV. METHODS"), Some((1, "METHODS")));
        assert_eq!(read("B.1 Proofs"), Some((2, "Proofs")));
    }

    #[test]
    fn words_are_no_numbers() {
        for text in [
            "A set",
            "I think",
            "3D models",
            "Sets",
            "1984 was",
            "Part of it",
            "",
            "第",
            "é.",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(is_alone("SEVEN") && is_alone("12") && is_alone("Chapter 4") && !is_alone("Sets"));
    }
}

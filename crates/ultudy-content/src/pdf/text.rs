//! Text from a file, made fit to keep: no control characters, no hidden ones.

use unicode_normalization::UnicodeNormalization as _;

/// Longest title or name kept, in characters.
const NAME_MAX: usize = 200;

/// The text without what cannot be stored (NUL and other controls) and what cannot be
/// seen but changes what is read (direction overrides, invisible marks); ligatures apart.
pub(crate) fn clean(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            'ﬀ' => text.push_str("ff"),
            'ﬁ' => text.push_str("fi"),
            'ﬂ' => text.push_str("fl"),
            'ﬃ' => text.push_str("ffi"),
            'ﬄ' => text.push_str("ffl"),
            'ﬅ' | 'ﬆ' => text.push_str("st"),
            c if c.is_whitespace() => text.push(' '),
            c if is_presentation(c) => text.extend(std::iter::once(c).nfkc()),
            c if is_hidden(c) => {}
            c if is_radical(c) => text.push(ideograph(c)),
            c => text.push(c),
        }
    }
    text
}

/// Strokes printed over the next sign, as TeX does for ≠, put where Unicode has them: in
/// the sign, or behind it.
pub(super) fn strike(text: &str) -> String {
    let mut struck = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '↦' {
            // TeX draws its arrow behind the bar, as another sign.
            chars.next_if_eq(&'→');
        }
        if c != STROKE {
            struck.push(c);
            continue;
        }
        while chars.next_if_eq(&' ').is_some() {}
        match chars.next() {
            Some('=') => struck.push('≠'),
            Some('∈') => struck.push('∉'),
            Some('∋') => struck.push('∌'),
            Some('⊂') => struck.push('⊄'),
            Some('⊆') => struck.push('⊈'),
            Some('≡') => struck.push('≢'),
            Some('∼') => struck.push('≁'),
            Some('∃') => struck.push('∄'),
            Some(sign) => struck.extend([sign, STROKE]),
            None => struck.push(STROKE),
        }
    }
    struck
}

/// A stroke through the sign before it (in print, by TeX, through the sign after it).
const STROKE: char = '\u{338}';

/// Forms of letters that only print needs, and signs that stand for a part of an ideograph
/// where fonts mean the whole: Arabic presentation forms, Kangxi radicals.
fn is_presentation(c: char) -> bool {
    matches!(c, '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{2f00}'..='\u{2fd5}')
}

fn is_radical(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2ef3}')
}

/// The ideograph that a radical looks like, for those in use as words (Unicode's
/// EquivalentUnifiedIdeograph); any other radical as it is.
fn ideograph(radical: char) -> char {
    const LIKE: [(char, char); 14] = [
        ('⺟', '母'),
        ('⺠', '民'),
        ('⺬', '示'),
        ('⻁', '虎'),
        ('⻄', '西'),
        ('⻑', '長'),
        ('⻘', '青'),
        ('⻝', '食'),
        ('⻤', '鬼'),
        ('⻨', '麦'),
        ('⻩', '黄'),
        ('⻭', '歯'),
        ('⻯', '竜'),
        ('⻲', '亀'),
    ];
    let like = LIKE.iter().find(|(part, _)| *part == radical);
    like.map_or(radical, |(_, whole)| *whole)
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Cleaned, with single spaces, and not too long: a name or title.
pub(super) fn one_line(raw: &str) -> String {
    let cleaned = clean(raw);
    let mut words = cleaned.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        line.push(' ');
        line.push_str(word);
    }
    match line.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Whether metadata holds a title and not what a program puts there by itself.
pub(super) fn is_title(title: &str) -> bool {
    const FILE_ENDINGS: [&str; 8] = [
        ".pdf", ".doc", ".docx", ".tex", ".dvi", ".ppt", ".pptx", ".indd",
    ];
    let lower = title.to_lowercase();
    title.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && !lower.starts_with("untitled")
        && !lower.starts_with("microsoft ")
        && !FILE_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_is_kept() {
        assert_eq!(clean("a\0b\u{202e}c\u{200b}d\u{7}"), "abcd");
        assert_eq!(clean("ﬁnal\u{a0}oﬃce"), "final office");
    }

    #[test]
    fn letters_are_letters_whatever_form_print_gives_them() {
        assert_eq!(clean("اﻧﻮاع اﳋﻄﻮط"), "انواع الخطوط");
        assert_eq!(clean("明⺬的、⼈"), "明示的、人");
    }

    #[test]
    fn a_stroke_belongs_to_the_sign_it_goes_through() {
        assert_eq!(
            strike("x \u{338}= y, x \u{338} ∈ A, \u{338}⊥"),
            "x ≠ y, x ∉ A, ⊥\u{338}"
        );
        assert_eq!(strike("\u{338}"), "\u{338}");
        assert_eq!(strike("x ↦→ y → z"), "x ↦ y → z");
    }

    #[test]
    fn a_name_is_one_line_of_bearable_length() {
        assert_eq!(one_line(" Chapter\r\n 1 \t Sets "), "Chapter 1 Sets");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), NAME_MAX + 1);
    }

    #[test]
    fn a_file_name_is_no_title() {
        assert!(is_title("Mathematics in Lean"));
        for name in [
            "",
            "42",
            "Untitled-1",
            "Microsoft Word - notes.doc",
            "book.dvi",
        ] {
            assert!(!is_title(name), "{name}");
        }
    }
}

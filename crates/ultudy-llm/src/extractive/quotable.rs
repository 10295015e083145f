//! Which sentences can be quoted.

use std::ops::Range;

use super::cues;
use super::language::{Language, is_cjk};
use super::passage::Passage;
use super::sentences::{begins_with_variable, is_apart};
use super::text::fold;
use super::word::{Role, Word};

/// Characters of a quotable sentence.
const LENGTH: std::ops::RangeInclusive<usize> = 25..=420;
/// Characters of a quotable sentence in text without spaces, where each says more.
const LENGTH_CJK: std::ops::RangeInclusive<usize> = 10..=200;

/// Characters, words and words that carry meaning of a sentence that gives a name to what
/// the one before it tells of.
const NAMING: (usize, usize, usize) = (12, 4, 1);
/// The same of any other.
const SAYING: (usize, usize, usize) = (*LENGTH.start(), 5, 3);

/// Whether a sentence can stand in a lesson: prose, whole, and inert. An item of a list
/// is whole without a full stop.
pub(super) fn is_quotable(
    passage: &Passage,
    range: &Range<usize>,
    words: &[Word],
    language: Language,
    item: bool,
) -> bool {
    let whole_item = item && range.end == passage.plain.trim_end().len();
    let text = &passage.plain[range.clone()];
    is_prose(text, words, language, whole_item)
        && begins_well(passage, range)
        && (ends_well(text) || (whole_item && text.ends_with(char::is_alphanumeric)))
        && is_balanced(text)
        && !is_apart(text, language)
        && passage.active.overlapping(range).is_empty()
        && is_inert(&passage.markup[passage.markup_around(range)])
}

/// Whether a passage can be quoted whole: inert, and all of it seen.
pub(super) fn is_plain(passage: &Passage) -> bool {
    passage.active.is_empty()
        && !passage.plain.contains(is_treacherous)
        && is_inert(fold(&passage.markup).as_str())
}

fn is_prose(text: &str, words: &[Word], language: Language, item: bool) -> bool {
    let (mut all, mut letters, mut upper, mut cjk) = (0_usize, 0_usize, 0_usize, 0_usize);
    for character in text.chars() {
        all += usize::from(!character.is_whitespace());
        letters += usize::from(character.is_alphabetic());
        upper += usize::from(character.is_uppercase());
        cjk += usize::from(is_cjk(character));
    }
    let length = text.chars().count();
    let naming = cues::is_naming(&text.to_lowercase(), language);
    let (length_min, words_min, spoken_min) = if naming { NAMING } else { SAYING };
    let fits = if cjk * 2 > letters {
        LENGTH_CJK.contains(&length)
    } else {
        let grammar = words.iter().any(|word| word.role == Role::Stop);
        (length_min..=*LENGTH.end()).contains(&length)
            && words.len() >= words_min
            && (grammar || item || matches!(language, Language::Japanese | Language::Other))
    };
    let spoken = words
        .iter()
        .filter(|word| word.role == Role::Content || word.role == Role::Weak);
    fits && spoken.count() >= spoken_min
        && letters * 10 >= all * 6
        && upper * 2 <= letters
        && !text.contains("...")
        && !text.contains(". . ")
        && !text.contains(is_treacherous)
}

/// Whether a character is not shown, or changes how others are.
fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{fffd}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn begins_well(passage: &Passage, range: &Range<usize>) -> bool {
    let text = &passage.plain[range.clone()];
    let marks = [&passage.emphasised, &passage.code, &passage.formulas];
    let marked = marks.iter().any(|marks| marks.has_start(range.start));
    let first = text.trim_start_matches(['(', '“', '„', '"', '«', '‘', '¿', '¡', '「']);
    let starts = first.chars().next();
    let variable = begins_with_variable(first);
    marked || variable || starts.is_some_and(|c| c.is_alphanumeric() && !c.is_lowercase())
}

fn ends_well(text: &str) -> bool {
    let text = text.trim_end_matches([')', '”', '“', '"', '»', '’', '」', '』', ']']);
    text.ends_with(['.', '!', '?', ':', '。', '！', '？', '．', '؟', '।', '…'])
}

/// Whether what opens is closed.
pub(super) fn is_balanced(text: &str) -> bool {
    let count = |c: char| text.matches(c).count();
    [('(', ')'), ('[', ']'), ('{', '}'), ('「', '」'), ('«', '»')]
        .iter()
        .all(|&(open, close)| count(open) == count(close))
        && count('"') % 2 == 0
}

/// Whether Markdown, standing at the head of a paragraph, stays a paragraph.
fn is_inert(markup: &str) -> bool {
    let number = markup.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered =
        number.len() < markup.len() && (number.starts_with(". ") || number.starts_with(") "));
    !numbered
        && !markup.starts_with(['#', '>', '|', '+', '-', '=', '[', '<', '!', ':', '~'])
        && !markup.starts_with("* ")
        && !markup.starts_with("```")
        && !markup.contains("<!--")
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::Lexicon;
    use super::*;

    #[test]
    fn only_whole_prose_is_quoted() {
        let quotable = |text: &str| {
            let mut passage = Passage::on_page(1);
            passage.push(text, text);
            let words = Lexicon::new(Language::English).words(text);
            is_quotable(&passage, &(0..text.len()), &words, Language::English, false)
        };
        assert!(quotable(
            "A metric space is a set together with a distance."
        ));
        for text in [
            "Introduction . . . . . . . . . . . . . . . . . . 12.",
            "and so the proof of the theorem is complete.",
            "The set is given by the following formula and",
            "x + y = 4 * z and 3 / 4 = 5 % 9 of = 3 + 4 - 3.",
            "THE END OF THE BOOK IS HERE AND NOW.",
            "Short one here.",
            "- The dash at the head would make it a list.",
        ] {
            assert!(!quotable(text), "{text}");
        }
    }
}

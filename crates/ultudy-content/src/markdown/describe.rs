//! A section's description: how its prose begins.

use crate::layout::Block;

/// Longest description, in characters.
const LONGEST: usize = 280;

/// A first sentence shorter than this is joined by the next.
const ENOUGH: usize = 90;

/// A paragraph shorter than this is no prose: a caption, a label, a formula.
const PROSE_MIN: usize = 50;

/// Words of three letters and more that carry a full stop within a sentence.
const ABBREVIATIONS: [&str; 16] = [
    "bzw", "usw", "vgl", "etc", "resp", "fig", "figs", "eqn", "sec", "vol", "dr", "prof", "approx",
    "abb", "evtl", "ggf",
];

/// The first sentence or two of the prose, as plain text.
pub(crate) fn describe(blocks: &[Block]) -> Option<String> {
    let text = blocks.iter().find_map(|block| match block {
        Block::Paragraph(text) if is_prose(text) => Some(&**text),
        _ => None,
    })?;
    let mut ends = sentence_ends(text).chain([text.len()]);
    let first = ends.next()?;
    let second = ends
        .next()
        .filter(|_| text[..first].chars().count() < ENOUGH);
    Some(shortened(&text[..second.unwrap_or(first)]))
}

fn is_prose(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let visible = text.chars().filter(|c| !c.is_whitespace()).count();
    let wide = text.chars().any(crate::pdf::is_spaceless);
    // A small letter begins the rest of a sentence from the page before.
    let begins = text.chars().next().is_some_and(|c| !c.is_lowercase());
    begins && letters * 10 >= visible * 7 && visible >= if wide { PROSE_MIN / 2 } else { PROSE_MIN }
}

/// Where sentences end, in bytes.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(|(at, c)| {
        let (before, rest) = (&text[..at], &text[at + c.len_utf8()..]);
        let ends = match c {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => ends_word(before) && begins_sentence(rest),
            _ => false,
        };
        ends.then_some(at + c.len_utf8())
    })
}

/// Whether a whole word stands at the end: no initial, number or abbreviation.
fn ends_word(before: &str) -> bool {
    let word = before.rsplit(' ').next().unwrap_or_default();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let abbreviated = word.contains('.') || ABBREVIATIONS.contains(&word.to_lowercase().as_str());
    letters > 2 && !abbreviated
}

fn begins_sentence(rest: &str) -> bool {
    let first = rest.trim_start().chars().next();
    rest.starts_with(' ') && first.is_some_and(|c| c.is_uppercase() || !c.is_alphanumeric())
}

fn shortened(text: &str) -> String {
    let Some((limit, _)) = text.char_indices().nth(LONGEST) else {
        return text.to_owned();
    };
    let cut = &text[..limit];
    let end = cut.rfind(' ').unwrap_or(limit);
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        describe(&[
            Block::Paragraph("Fig. 1".into()),
            Block::Paragraph(text.into()),
        ])
    }

    #[test]
    fn one_or_two_sentences_are_taken() {
        let text = "A set is a collection of things. They are called its elements. More follows.";
        assert_eq!(
            of(text).as_deref(),
            Some("A set is a collection of things. They are called its elements.")
        );
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let text = "Sets, e.g. The empty one, were first studied by G. Cantor in the nineteenth \
                    century and ever since. Others came later.";
        assert!(
            of(text).is_some_and(|d| d.ends_with("ever since.")),
            "{:?}",
            of(text)
        );
    }

    #[test]
    fn a_long_sentence_is_cut_between_words() {
        let long = format!("A {}", "word ".repeat(200));
        let description = of(&long).unwrap_or_default();
        assert!(description.chars().count() <= LONGEST + 1 && description.ends_with("word…"));
    }

    #[test]
    fn without_prose_there_is_none() {
        assert_eq!(describe(&[Block::Code(vec!["x = 1".into()])]), None);
    }
}

//! A section's description: how its prose begins.

use crate::layout::Block;

/// Longest description, in characters.
const LONGEST: usize = 280;

/// A first sentence shorter than this is joined by the next.
const ENOUGH: usize = 90;

/// A paragraph shorter than this is no prose: a caption, a label, a formula.
const PROSE_MIN: usize = 50;

/// The first sentence or two of the prose, as plain text.
pub(crate) fn describe(blocks: &[Block]) -> Option<String> {
    let text = blocks.iter().find_map(|block| match block {
        Block::Paragraph(text) if is_prose(text) => Some(text.as_str()),
        _ => None,
    })?;
    let mut ends = sentence_ends(text);
    let end = match ends.next() {
        Some(first) if text[..first].chars().count() >= ENOUGH => first,
        Some(first) => ends.next().unwrap_or(first),
        None => text.len(),
    };
    Some(shortened(&text[..end]))
}

fn is_prose(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let visible = text.chars().filter(|c| !c.is_whitespace()).count();
    let wide = text.chars().any(crate::pdf::is_spaceless);
    letters * 10 >= visible * 7 && visible >= if wide { PROSE_MIN / 2 } else { PROSE_MIN }
}

/// Where sentences end, in bytes: after a full stop that is followed by a capital, unless
/// an initial or a number stands before it.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(move |(at, c)| {
        let end = at + c.len_utf8();
        let rest = &text[end..];
        let ends = match c {
            '。' | '！' | '？' => true,
            '!' | '?' => rest.starts_with(' '),
            '.' => {
                let word = text[..at].rsplit(' ').next().unwrap_or_default();
                let new = rest.trim_start().chars().next();
                rest.starts_with(' ')
                    && new.is_some_and(|c| c.is_uppercase() || !c.is_alphanumeric())
                    && word.chars().filter(|c| c.is_alphabetic()).count() > 2
                    && !word.contains('.')
            }
            _ => false,
        };
        ends.then_some(end)
    })
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
        let long = "word ".repeat(200);
        let description = of(&long).unwrap_or_default();
        assert!(description.chars().count() <= LONGEST + 1 && description.ends_with("word…"));
    }

    #[test]
    fn without_prose_there_is_none() {
        assert_eq!(describe(&[Block::Code(vec!["x = 1".into()])]), None);
    }
}

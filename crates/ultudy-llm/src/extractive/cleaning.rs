//! Blocks as the author meant them: without running heads, paragraphs whole.

use std::collections::HashMap;

use super::labels;
use super::language::is_cjk;
use super::markdown::Block;
use super::passage::Passage;

/// A short paragraph seen this often is a running head.
const RUNNING_HEAD_MIN: usize = 3;
/// Characters of a running head at most.
const RUNNING_HEAD_LENGTH: usize = 100;

/// A block and the part of the lesson it stands in.
pub(super) type Placed = (usize, Block);

/// Drops running heads and joins what the end of a page cut.
pub(super) fn clean(blocks: Vec<Placed>) -> Vec<Placed> {
    joined(without_running_heads(blocks))
}

/// The text of a block that is not code.
pub(super) fn passage_of(block: &Block) -> Option<&Passage> {
    match block {
        Block::Heading(passage) | Block::Paragraph(passage) | Block::Item(passage) => Some(passage),
        Block::Code { .. } | Block::Lost => None,
    }
}

/// Drops short paragraphs that come again and again but for their digits.
fn without_running_heads(blocks: Vec<Placed>) -> Vec<Placed> {
    let key = |block: &Block| {
        // “Definition 3” comes again and again, too.
        let passage =
            passage_of(block).filter(|passage| labels::parse(&passage.plain).is_none())?;
        let bare: String = passage
            .plain
            .chars()
            .filter(|c| c.is_alphabetic())
            .collect();
        (passage.plain.len() <= RUNNING_HEAD_LENGTH && !bare.is_empty()).then_some(bare)
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (_, block) in &blocks {
        if let Some(key) = key(block) {
            *seen.entry(key).or_default() += 1;
        }
    }
    let often = |key: String| {
        seen.get(&key)
            .is_some_and(|&count| count >= RUNNING_HEAD_MIN)
    };
    blocks
        .into_iter()
        .filter(|(_, block)| !key(block).is_some_and(often))
        .collect()
}

/// Joins a paragraph cut by the end of its page with its rest.
fn joined(blocks: Vec<Placed>) -> Vec<Placed> {
    let mut joined: Vec<Placed> = Vec::with_capacity(blocks.len());
    for (part, block) in blocks {
        let open = open_before_notes(&joined);
        if let (Some((before, Block::Paragraph(open) | Block::Item(open))), Block::Paragraph(rest)) =
            (open.and_then(|at| joined.get_mut(at)), &block)
            && *before == part
            && goes_on(open, rest)
        {
            open.append(rest);
        } else {
            joined.push((part, block));
        }
    }
    joined
}

/// Notes at the foot of one page at most.
const NOTES_MAX: usize = 6;

/// The last block that is no note at the foot of its page.
fn open_before_notes(blocks: &[Placed]) -> Option<usize> {
    let note = |(_, block): &Placed| match block {
        Block::Paragraph(passage) => is_note(&passage.plain),
        _ => false,
    };
    let notes = blocks
        .iter()
        .rev()
        .take(NOTES_MAX)
        .take_while(|placed| note(placed));
    blocks.len().checked_sub(notes.count() + 1)
}

/// “40The name comes from”: a note's number, which stood above the line, and its text.
fn is_note(plain: &str) -> bool {
    let text = plain.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = plain.len() - text.len();
    let letters = text.chars().take_while(|c| c.is_alphabetic()).count();
    let opens = text.starts_with(|c: char| c.is_uppercase() || is_cjk(c));
    // Not “2nd”.
    (1..=3).contains(&digits) && (opens || letters > 3)
}

/// Characters from which on a paragraph that stops without a full stop goes on, even
/// where the next page begins with a capital.
const LONG: usize = 60;

fn goes_on(open: &Passage, rest: &Passage) -> bool {
    let last = open.pages_of(&(open.plain.len()..open.plain.len()))[1];
    if last >= rest.pages_of(&(0..0))[0] || labels::parse(&rest.plain).is_some() {
        return false;
    }
    let (Some(end), Some(head)) = (
        open.plain.trim_end().chars().next_back(),
        rest.plain.trim_start().chars().next(),
    ) else {
        return false;
    };
    let ended = matches!(
        end,
        '.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '．' | '：' | '”' | '“' | '"' | '」'
    );
    let long = open.plain.chars().count() >= LONG;
    let capital = head.is_uppercase() && long && (end.is_lowercase() || end == ',');
    !ended && (head.is_lowercase() || is_cjk(head) || capital)
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;

    #[test]
    fn a_noun_or_a_japanese_sentence_goes_on_over_the_end_of_a_page() {
        for (first, rest, whole) in [
            (
                "Eine Zelle ist nach allem, was man über sie weiß, die kleinste lebende",
                "Einheit des Lebens.",
                "lebende Einheit",
            ),
            (
                "細胞は生命の最小単位であり、それ自身で生",
                "きることができる。",
                "生 き",
            ),
        ] {
            let text = text(&format!(
                "<!-- page 1 -->\n\n{first}\n\n<!-- page 2 -->\n\n{rest}"
            ));
            let read: Vec<_> = text
                .sentences
                .iter()
                .map(|s| s.plain.replace(' ', ""))
                .collect();
            assert!(
                read.iter()
                    .any(|read| read.contains(&whole.replace(' ', ""))),
                "{read:?}"
            );
        }
    }

    #[test]
    fn a_sentence_goes_on_behind_the_notes_at_the_foot_of_its_page() {
        let text = text(
            "<!-- page 1 -->\n\nThe nucleus of a cell holds the\n\n3The name is from the Latin \
             word for the kernel of a nut.\n\n<!-- page 2 -->\n\ngenetic material of the whole \
             organism.",
        );
        let quotes: Vec<_> = text.sentences.iter().map(|found| &found.quote).collect();
        let whole = "The nucleus of a cell holds the genetic material of the whole organism.";
        assert!(quotes.iter().any(|quote| *quote == whole), "{quotes:?}");
    }

    #[test]
    fn running_heads_are_dropped() {
        let pages: String = (1..=4)
            .map(|page| format!("<!-- page {page} -->\n\nThe book of cells, page {page}.\n\n"))
            .collect();
        assert!(text(&pages).sentences.is_empty());
    }

    #[test]
    fn a_sentence_cut_by_the_end_of_its_page_is_whole_again() {
        let text = text(
            "<!-- page 1 -->\n\nThe nucleus of a cell holds the\n\n<!-- page 2 -->\n\n\
             genetic material of the whole organism. Cells divide again and again in a body.",
        );
        let quotes: Vec<_> = text
            .sentences
            .iter()
            .map(|sentence| &sentence.quote)
            .collect();
        assert_eq!(
            quotes,
            [
                "The nucleus of a cell holds the genetic material of the whole organism.",
                "Cells divide again and again in a body.",
            ]
        );
        assert_eq!(text.sentences[0].pages, [1, 2]);
        assert_eq!(text.sentences[1].pages, [2, 2]);
    }
}

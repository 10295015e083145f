//! Blocks as the author meant them: without running heads, paragraphs whole.

use std::collections::HashMap;

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
        Block::Code { .. } => None,
    }
}

/// Drops short paragraphs that come again and again but for their digits.
fn without_running_heads(blocks: Vec<Placed>) -> Vec<Placed> {
    let key = |block: &Block| {
        let passage = passage_of(block)?;
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
        if let (Some((before, Block::Paragraph(open) | Block::Item(open))), Block::Paragraph(rest)) =
            (joined.last_mut(), &block)
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

fn goes_on(open: &Passage, rest: &Passage) -> bool {
    let last = open.pages_of(&(open.plain.len()..open.plain.len()))[1];
    let unfinished = open
        .plain
        .trim_end()
        .ends_with(|c: char| c.is_alphabetic() || c == ',');
    last < rest.pages_of(&(0..0))[0] && unfinished && rest.plain.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;

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

//! Blocks as text without any markup.

use crate::layout::Block;

/// The blocks as the page prints them, an empty line between them.
pub(crate) fn plain(blocks: &[Block]) -> String {
    let blocks: Vec<String> = blocks.iter().map(block).collect();
    blocks.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Formula { text, .. } => text.clone(),
        Block::Heading { text, .. } | Block::Paragraph(text) | Block::Note(text) => {
            text.to_string()
        }
        Block::Figure { caption, .. } => caption.to_string(),
        Block::Item { level, mark, text } => format!("{}{mark} {}", "  ".repeat(*level), &**text),
        Block::Code(lines) => lines.join("\n"),
        Block::Table(rows) => rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| &**cell)
                    .collect::<Vec<_>>()
                    .join("\t")
            })
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_apart_and_markup_is_text() {
        let blocks = [
            Block::Heading {
                level: 2,
                text: "Sets & maps".into(),
            },
            Block::Item {
                level: 1,
                mark: "-".into(),
                text: "a*b".into(),
            },
            Block::Code(vec!["if x:".into(), "    pass".into()]),
        ];
        assert_eq!(plain(&blocks), "Sets & maps\n\n  - a*b\n\nif x:\n    pass");
    }
}

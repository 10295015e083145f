//! Blocks as Markdown that a renderer shows and nothing runs.

mod describe;
mod escape;
mod plain;

use ultudy_domain::{figure::address, section::page_mark};

pub use self::escape::escaped;
pub(crate) use self::{describe::describe, plain::plain};
use crate::layout::Block;

/// A page's blocks, after the mark of the page.
pub(crate) fn page(number: u32, blocks: &[Block]) -> String {
    let mut markdown = page_mark(number);
    markdown.push_str("\n\n");
    for (at, block) in blocks.iter().enumerate() {
        write(&mut markdown, block);
        let in_list = |at: usize| matches!(blocks.get(at), Some(Block::Item { .. }));
        let tight = in_list(at) && in_list(at + 1);
        markdown.push_str(if tight { "\n" } else { "\n\n" });
    }
    markdown
}

fn write(markdown: &mut String, block: &Block) {
    match block {
        Block::Heading { level, text } => {
            markdown.push_str(&"#".repeat(usize::from(*level)));
            markdown.push(' ');
            escape::push_inline(markdown, text);
        }
        Block::Paragraph(text) => escape::push_line(markdown, text),
        Block::Figure { number, caption } => {
            markdown.push_str("![");
            escape::push_inline(markdown, caption);
            markdown.push_str(&format!("]({})", address(*number)));
        }
        Block::Item { mark, text } => {
            markdown.push_str(mark);
            markdown.push(' ');
            escape::push_line(markdown, text);
        }
        Block::Code(lines) => escape::push_code(markdown, lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_has_its_form() {
        let blocks = [
            Block::Heading {
                level: 2,
                text: "Sets & maps".into(),
            },
            Block::Paragraph("A set is a collection.".into()),
            Block::Item {
                mark: "-".into(),
                text: "finite".into(),
            },
            Block::Item {
                mark: "-".into(),
                text: "infinite".into(),
            },
            Block::Figure {
                number: 3,
                caption: "Figure 1: [A]".into(),
            },
            Block::Code(vec!["if x:".into(), "    pass".into()]),
        ];
        assert_eq!(
            page(7, &blocks),
            "<!-- page 7 -->\n\n## Sets \\& maps\n\nA set is a collection.\n\n\
             - finite\n- infinite\n\n![Figure 1: \\[A\\]](figure:3)\n\n```\nif x:\n    pass\n```\n\n"
        );
    }
}

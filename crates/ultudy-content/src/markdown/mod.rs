//! Blocks as Markdown that a renderer shows and nothing runs.

mod describe;
mod escape;
mod plain;
mod text;

use ultudy_domain::{
    figure::address,
    formula::AS_PRINTED,
    section::{NOTE_MARK, page_mark},
};

pub use self::escape::escaped;
use self::text::Place;
pub(crate) use self::{describe::describe, plain::plain};
use crate::layout::{Block, Text};

/// A page's blocks, after the mark of the page.
pub(crate) fn page(number: u32, blocks: &[Block]) -> String {
    let mut markdown = page_mark(number);
    markdown.push_str("\n\n");
    let mut indents = Indents::default();
    for (at, block) in blocks.iter().enumerate() {
        markdown.push_str(&" ".repeat(indents.of(block)));
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
            text::push(markdown, text, Place::Within);
        }
        Block::Paragraph(text) => text::push(markdown, text, Place::First),
        Block::Note(text) => {
            markdown.push_str(NOTE_MARK);
            markdown.push_str("\n\n");
            text::push(markdown, text, Place::First);
        }
        Block::Figure { number, caption } => {
            markdown.push_str("![");
            text::push(markdown, caption, Place::Within);
            markdown.push_str(&format!("]({})", address(*number)));
        }
        Block::Item { mark, text, .. } => {
            markdown.push_str(mark);
            markdown.push(' ');
            text::push(markdown, text, Place::First);
        }
        Block::Formula {
            latex: Some(latex), ..
        } => markdown.push_str(&format!("$$\n{latex}\n$$")),
        Block::Formula { latex: None, text } => {
            escape::push_fence(markdown, AS_PRINTED, std::slice::from_ref(text));
        }
        Block::Code(lines) => escape::push_code(markdown, lines),
        Block::Table(rows) => write_table(markdown, rows),
    }
}

/// How far items stand in: behind the marks of those they are in.
#[derive(Default)]
struct Indents(Vec<usize>);

impl Indents {
    fn of(&mut self, block: &Block) -> usize {
        let Block::Item { level, mark, .. } = block else {
            self.0.clear();
            return 0;
        };
        self.0.truncate(*level);
        let indent = self.0.iter().sum();
        self.0.push(mark.len() + 1);
        indent
    }
}

/// A table as GitHub's Markdown has it.
fn write_table(markdown: &mut String, rows: &[Vec<Text>]) {
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            markdown.push('\n');
        }
        for cell in row {
            markdown.push_str("| ");
            text::push(markdown, cell, Place::Cell);
            markdown.push(' ');
        }
        markdown.push('|');
        if at == 0 {
            markdown.push('\n');
            row.iter().for_each(|_| markdown.push_str("| --- "));
            markdown.push('|');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(level: usize, mark: &str, text: &str) -> Block {
        Block::Item {
            level,
            mark: mark.to_owned(),
            text: text.into(),
        }
    }

    #[test]
    fn every_block_has_its_form() {
        let blocks = [
            Block::Heading {
                level: 2,
                text: "Sets & maps".into(),
            },
            Block::Paragraph("A set is a collection.".into()),
            item(0, "10.", "finite"),
            item(1, "-", "empty"),
            item(1, "-", "not"),
            item(0, "11.", "infinite"),
            Block::Note("1 See there".into()),
            Block::Figure {
                number: 3,
                caption: "Figure 1: [A]".into(),
            },
            Block::Code(vec!["if x:".into(), "    pass".into()]),
            Block::Table(vec![
                vec!["x".into(), "|x|".into()],
                vec!["-1".into(), Text::default()],
            ]),
        ];
        assert_eq!(
            page(7, &blocks),
            "<!-- page 7 -->\n\n## Sets \\& maps\n\nA set is a collection.\n\n\
             10. finite\n    - empty\n    - not\n11. infinite\n\n\
             <!-- note -->\n\n1 See there\n\n![Figure 1: \\[A\\]](figure:3)\n\n```\nif x:\n    pass\n```\n\n\
             | x | \\|x\\| |\n| --- | --- |\n| -1 |  |\n\n"
        );
    }
}

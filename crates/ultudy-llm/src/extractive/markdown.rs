//! A section's Markdown as blocks, each with its page.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ultudy_domain::{
    formula::{AS_PRINTED, AS_PRINTED_MARK},
    section::{NOTE_MARK, split_pages},
};

use super::passage::Passage;

/// A piece of the page, as far as a lesson is made of it. Tables, notes, formulas that
/// lost their form and HTML are not kept.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A heading.
    Heading(Passage),
    /// A paragraph.
    Paragraph(Passage),
    /// An item of a list.
    Item(Passage),
    /// Code, with its page.
    Code {
        /// The code as it stands in the source.
        text: String,
        /// Where it stands.
        page: u32,
    },
    /// Something that is not kept: a table, a formula that lost its form.
    Lost,
}

/// Reads Markdown with page marks.
pub(super) fn read(markdown: &str, first_page: u32) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (page, text) in split_pages(markdown, first_page) {
        let mut reader = Reader::new(&text, page);
        let options = Options::ENABLE_TABLES | Options::ENABLE_MATH;
        for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
            reader.take(&event, range);
        }
        reader.end_passage();
        blocks.append(&mut reader.blocks);
    }
    blocks
}

struct Reader<'a> {
    source: &'a str,
    page: u32,
    blocks: Vec<Block>,
    passage: Passage,
    /// Up to where the source has been taken, once the passage has begun.
    taken: usize,
    begun: bool,
    /// Set while in a heading, a list item, a code block or a table.
    heading: bool,
    items: usize,
    /// Whether each list that is open is a numbered one.
    lists: Vec<bool>,
    code: bool,
    table: bool,
    /// Set in a formula that lost its form: it is shown to the reader, but nothing is taught
    /// from it.
    as_printed: bool,
    /// Whether what comes next is a note outside the text.
    note: bool,
    /// Starts, in `plain`, of the emphasis and links that are open.
    open: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, page: u32) -> Self {
        Self {
            source,
            page,
            blocks: Vec::new(),
            passage: Passage::on_page(page),
            taken: 0,
            begun: false,
            heading: false,
            items: 0,
            lists: Vec::new(),
            code: false,
            table: false,
            as_printed: false,
            note: false,
            open: Vec::new(),
        }
    }

    fn take(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(*tag, &range),
            Event::Text(_) if self.as_printed => {}
            Event::Text(text) if self.code => self.code_text(text),
            Event::Text(text) => {
                self.text(text, &range);
            }
            Event::Code(text) => {
                let seen = self.text(text, &range);
                if text.starts_with(AS_PRINTED_MARK) {
                    self.passage.active.push(seen.clone());
                }
                self.passage.code.push(seen);
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => {
                let seen = self.text(text, &range);
                self.passage.formulas.push(seen);
            }
            Event::SoftBreak | Event::HardBreak => self.line_end(&range),
            Event::InlineHtml(_) | Event::FootnoteReference(_) => {
                let seen = self.text("\u{fffd}", &range);
                self.passage.active.push(seen);
            }
            Event::Html(html) => self.note |= html.contains(NOTE_MARK),
            Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        let mut lost = false;
        match tag {
            Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Image { .. } => {
                self.unseen(range.start);
                self.open.push(self.passage.plain.len());
                return;
            }
            Tag::Heading { .. } => self.heading = true,
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) if &**info == AS_PRINTED => {
                self.as_printed = true;
                lost = true;
            }
            Tag::CodeBlock(_) => self.code = true,
            Tag::Table(_) => {
                self.table = true;
                lost = true;
            }
            _ => {}
        }
        self.end_passage();
        if lost {
            self.blocks.push(Block::Lost);
        }
        match tag {
            Tag::Item => self.items += 1,
            Tag::List(first) => self.lists.push(first.is_some()),
            _ => {}
        }
        if self.code {
            self.blocks.push(Block::Code {
                text: String::new(),
                page: self.page,
            });
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                let start = self.open.pop().unwrap_or_default();
                self.unseen(range.end);
                self.passage
                    .emphasised
                    .push(start..self.passage.plain.len());
                return;
            }
            TagEnd::Link | TagEnd::Image => {
                let start = self.open.pop().unwrap_or_default();
                self.unseen(range.end);
                self.passage.active.push(start..self.passage.plain.len());
                return;
            }
            _ => {}
        }
        self.end_passage();
        match tag {
            TagEnd::Heading(_) => self.heading = false,
            TagEnd::CodeBlock => {
                self.code = false;
                self.as_printed = false;
            }
            TagEnd::Table => self.table = false,
            TagEnd::Item => self.items = self.items.saturating_sub(1),
            TagEnd::List(_) => _ = self.lists.pop(),
            _ => {}
        }
    }

    /// Takes text and answers its range of `plain`.
    fn text(&mut self, text: &str, range: &Range<usize>) -> Range<usize> {
        self.unseen(range.start);
        let start = self.passage.plain.len();
        let written = self.source.get(range.clone()).unwrap_or(text);
        self.passage
            .push(&text.replace('\n', " "), &written.replace('\n', " "));
        self.taken = range.end;
        start..self.passage.plain.len()
    }

    /// Ends a line of a paragraph; the next one's quotation marks are no part of it.
    fn line_end(&mut self, range: &Range<usize>) {
        self.unseen(range.start);
        self.passage.push_space();
        let rest = self.source.get(range.end..).unwrap_or_default();
        let text = rest.trim_start_matches([' ', '\t', '>']);
        self.taken = range.end + (rest.len() - text.len());
    }

    /// Takes the source up to `end`, which is markup that is not seen. What stands before
    /// a passage's first text (`#`, `-`, `>`) is the block's, all but a backslash.
    fn unseen(&mut self, end: usize) {
        if !self.begun {
            self.begun = true;
            let before = self.source.get(..end).unwrap_or_default();
            self.taken = end - usize::from(before.ends_with('\\'));
        }
        if let Some(markup) = self.source.get(self.taken..end) {
            self.passage.push_unseen(&markup.replace('\n', " "));
        }
        self.taken = self.taken.max(end);
    }

    fn code_text(&mut self, text: &str) {
        if let Some(Block::Code { text: code, .. }) = self.blocks.last_mut() {
            code.push_str(text);
        }
    }

    fn end_passage(&mut self) {
        let mut passage = std::mem::replace(&mut self.passage, Passage::on_page(self.page));
        self.open.clear();
        self.begun = false;
        if passage.plain.trim().is_empty() || self.table {
            return;
        }
        if std::mem::take(&mut self.note) {
            return;
        }
        self.blocks.push(if self.heading {
            Block::Heading(passage)
        } else if self.items > 0 {
            passage.numbered = self.lists.last().is_some_and(|&numbered| numbered);
            Block::Item(passage)
        } else {
            Block::Paragraph(passage)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(block: &Block) -> &str {
        match block {
            Block::Heading(passage) | Block::Paragraph(passage) | Block::Item(passage) => {
                &passage.markup
            }
            Block::Code { text, .. } => text,
            Block::Lost => "",
        }
    }

    #[test]
    fn blocks_keep_their_markdown_and_lose_their_own_marks() {
        let blocks = read(
            "<!-- page 7 -->\n## The *heat* equation\n\nFlow is\n**fast** here.\n\n\
             - \\* one\n- two\n\n> quoted\n> twice\n\n```rust\nfn main() {}\n```\n\n\
             | a | b |\n|---|---|\n| c | d |\n",
            7,
        );
        let texts: Vec<_> = blocks.iter().map(markup).collect();
        assert_eq!(
            texts,
            [
                "The *heat* equation",
                "Flow is **fast** here.",
                "\\* one",
                "two",
                "quoted twice",
                "fn main() {}\n",
                "",
            ]
        );
        assert!(matches!(blocks[0], Block::Heading(_)));
        assert!(matches!(blocks[2], Block::Item(_)));
        assert!(matches!(blocks[5], Block::Code { page: 7, .. }));
    }

    #[test]
    fn a_formula_that_lost_its_form_is_not_quoted() {
        let blocks = read(
            "A word.\n\n```formula\nx 2 Y ! Z\n```\n\nHere `⚠ x ? y` holds.\n\nAnother.",
            1,
        );
        let quotable: Vec<_> = blocks
            .iter()
            .map(|block| matches!(block, Block::Paragraph(passage) if passage.active.is_empty()))
            .collect();
        assert_eq!(quotable, [true, false, false, true]);
    }

    #[test]
    fn a_note_does_not_stand_in_the_way_of_the_text() {
        let blocks = read(
            "It goes\n\n<!-- note -->\n\n1 A note.\n\n<!-- page 2 -->\n\non here.",
            1,
        );
        let texts: Vec<_> = blocks.iter().map(markup).collect();
        assert_eq!(texts, ["It goes", "on here."]);
    }

    #[test]
    fn html_and_links_are_known_as_active() {
        let blocks = read("See <b>this</b> and [that](javascript:alert(1)).", 1);
        let Block::Paragraph(passage) = &blocks[0] else {
            panic!("not a paragraph: {blocks:?}");
        };
        assert_eq!(passage.active.all().len(), 3);
    }
}

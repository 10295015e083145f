//! A run of lines as blocks: headings, paragraphs, items of lists, code.

use super::{Line, Typography, code, join, list};

/// Deepest Markdown level of a heading that divides the text; minor ones stand below.
pub(super) const LEVEL_MAX: u8 = 4;

/// A piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// A heading with its Markdown level.
    Heading { level: u8, text: String },
    /// A paragraph on one line.
    Paragraph(String),
    /// An item of a list with its Markdown mark.
    Item { mark: String, text: String },
    /// A picture by its number, with its caption, which may be empty.
    Figure { number: u32, caption: String },
    /// Lines of code.
    Code(Vec<String>),
}

/// What a line begins, or may go on with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Figure(u32),
    Heading(u8),
    Item,
    Text,
}

/// Reads the lines of one page.
pub(crate) fn blocks(lines: &[Line], typography: &Typography) -> Vec<Block> {
    let page_edge = lines.iter().map(|line| line.right).fold(0.0, f32::max);
    let mut found = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let kind = kind(first, typography);
        let mut length = 1;
        while let (Some(so_far), Some(next)) = (rest.get(..length), rest.get(length)) {
            if !goes_on(kind, so_far, next, page_edge, typography) {
                break;
            }
            length += 1;
        }
        let (own, others) = rest.split_at(length);
        found.push(block(kind, own));
        rest = others;
    }
    found
}

fn kind(line: &Line, typography: &Typography) -> Kind {
    if let Some(number) = line.figure {
        Kind::Figure(number)
    } else if let Some(heading) = line.heading {
        Kind::Heading((heading.level + 1).min(LEVEL_MAX))
    } else if line.monospace {
        Kind::Code
    } else if let Some(level) = typography.minor_heading(line) {
        Kind::Heading(level)
    } else if list::marker(&line.text).is_some() {
        Kind::Item
    } else {
        Kind::Text
    }
}

fn block(kind: Kind, lines: &[Line]) -> Block {
    let mut text = String::new();
    if kind != Kind::Code {
        lines
            .iter()
            .for_each(|line| join::append(&mut text, &line.text));
    }
    match kind {
        Kind::Code => Block::Code(code::indented(lines)),
        Kind::Figure(number) => Block::Figure {
            number,
            caption: text,
        },
        Kind::Heading(level) => Block::Heading { level, text },
        Kind::Item => match list::marker(&text) {
            Some((mark, length)) => Block::Item {
                mark,
                text: text.split_off(length),
            },
            None => Block::Paragraph(text),
        },
        Kind::Text => Block::Paragraph(text),
    }
}

fn goes_on(of: Kind, block: &[Line], next: &Line, page_edge: f32, typography: &Typography) -> bool {
    let Some(last) = block.last() else {
        return false;
    };
    match (of, kind(next, typography)) {
        (Kind::Code, Kind::Code) => true,
        (Kind::Heading(_), Kind::Heading(_)) if next.heading.is_some() => {
            next.heading.is_some_and(|heading| !heading.first)
        }
        (Kind::Heading(level), Kind::Heading(next_level)) => {
            let below = last.baseline - next.baseline;
            level == next_level
                && (last.size - next.size).abs() < 0.5
                && (0.0..1.7 * next.size).contains(&below)
        }
        (Kind::Item | Kind::Text, Kind::Text) => {
            continues(block, last, next, page_edge, typography)
        }
        _ => false,
    }
}

/// Whether a line goes on with the paragraph or item before it.
fn continues(
    block: &[Line],
    last: &Line,
    next: &Line,
    page_edge: f32,
    typography: &Typography,
) -> bool {
    if (last.size - next.size).abs() > 0.12 * last.size.max(next.size) {
        return false;
    }
    let ended = join::ends_sentence(&last.text);
    let below = last.baseline - next.baseline;
    if below <= 0.0 {
        // The next column.
        return !ended;
    }
    let em = typography.body;
    if below > typography.pitch * 1.35 * last.size.max(em) {
        return false;
    }
    // Its second line shows where a paragraph's margin is; the first may be indented.
    let margin = block
        .get(1)
        .map_or(last.left, |second| second.left.min(last.left));
    let indented = next.left > margin + 0.8 * em;
    let short = last.right < page_edge - 6.0 * em;
    let settled = block.len() > 1 || ended;
    !(indented && settled || short && ended)
}

//! A run of lines as blocks: headings, paragraphs, items of lists, code.

use super::{Line, Text, Typography, code, display, edge, join, list, table};

/// Deepest Markdown level of a heading that divides the text; minor ones stand below.
pub(super) const LEVEL_MAX: u8 = 4;

/// A piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// A heading with its Markdown level.
    Heading { level: u8, text: Text },
    /// A paragraph on one line.
    Paragraph(Text),
    /// An item of a list with its Markdown mark, so many levels deep in others.
    Item {
        level: usize,
        mark: String,
        text: Text,
    },
    /// A picture by its number, with its caption, which may be empty.
    Figure { number: u32, caption: Text },
    /// Lines of code.
    Code(Vec<String>),
    /// A formula on lines of its own: its characters and, unless its form is lost, its
    /// LaTeX.
    Formula { latex: Option<String>, text: String },
    /// A note from the foot of the page or from its margin.
    Note(Text),
    /// A table's rows, the first its head, each with as many cells.
    Table(Vec<Vec<Text>>),
}

/// What a line begins, or may go on with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Figure(u32),
    Formula,
    /// As it was given.
    Given,
    Heading(u8),
    Item,
    Note,
    Table,
    Text,
}

/// Reads the lines of one page.
pub(crate) fn blocks(lines: &[Line], typography: &Typography) -> Vec<Block> {
    let mut levels = list::Levels::default();
    let read = |own: &[Line]| {
        let first = own.first()?;
        let kind = kind(first, typography);
        if kind != Kind::Item {
            levels = list::Levels::default();
        }
        Some(block(kind, own, &mut levels))
    };
    runs(lines, typography)
        .into_iter()
        .filter_map(read)
        .collect()
}

/// The lines of each block.
pub(super) fn runs<'a>(lines: &'a [Line], typography: &Typography) -> Vec<&'a [Line]> {
    let edges = edge::right(lines, typography);
    let mut found = Vec::new();
    let (mut rest, mut at) = (lines, 0);
    while let Some(first) = rest.first() {
        let kind = kind(first, typography);
        let mut length = 1;
        while let (Some(so_far), Some(next)) = (rest.get(..length), rest.get(length)) {
            let edge = edges.get(at + length - 1).copied().unwrap_or(0.0);
            if !goes_on(kind, so_far, next, edge, typography) {
                break;
            }
            length += 1;
        }
        let (own, others) = rest.split_at(length);
        found.push(own);
        rest = others;
        at += length;
    }
    found
}

fn kind(line: &Line, typography: &Typography) -> Kind {
    if let Some(number) = line.figure {
        Kind::Figure(number)
    } else if line.given.is_some() {
        Kind::Given
    } else if line.table.is_some() {
        Kind::Table
    } else if line.note.is_some() {
        Kind::Note
    } else if let Some(heading) = line.heading {
        Kind::Heading((heading.level + 1).min(LEVEL_MAX))
    } else if line.monospace {
        Kind::Code
    } else if display::is_display(line) {
        Kind::Formula
    } else if let Some(level) = typography.minor_heading(line) {
        Kind::Heading(level)
    } else if list::mark(&line.text).is_some() {
        Kind::Item
    } else {
        Kind::Text
    }
}

fn block(kind: Kind, lines: &[Line], levels: &mut list::Levels) -> Block {
    let text = if matches!(kind, Kind::Code | Kind::Table) {
        Text::default()
    } else {
        Text::of(lines)
    };
    match kind {
        Kind::Code => Block::Code(code::indented(lines)),
        Kind::Figure(number) => Block::Figure {
            number,
            caption: text,
        },
        Kind::Formula => display::block(lines),
        Kind::Given => match lines.first().and_then(|line| line.given.clone()) {
            Some(given) => given,
            None => Block::Paragraph(text),
        },
        Kind::Heading(level) => Block::Heading { level, text },
        Kind::Item => match (list::mark(&text), lines.first()) {
            (Some(mark), Some(first)) => Block::Item {
                level: levels.next(first.left, first.size),
                text: text.after(mark.length),
                mark: mark.markdown,
            },
            _ => Block::Paragraph(text),
        },
        Kind::Note => Block::Note(text),
        Kind::Table => Block::Table(table::rows(lines)),
        Kind::Text => Block::Paragraph(text),
    }
}

fn goes_on(of: Kind, block: &[Line], next: &Line, edge: f32, typography: &Typography) -> bool {
    let Some(last) = block.last() else {
        return false;
    };
    match (of, kind(next, typography)) {
        (Kind::Code, Kind::Code) => true,
        (Kind::Formula, Kind::Formula) => display::goes_on(block, next),
        (Kind::Table, Kind::Table) => next.table.as_ref().is_some_and(|table| !table.first),
        (Kind::Heading(_), Kind::Heading(_)) if next.heading.is_some() => {
            next.heading.is_some_and(|heading| !heading.first)
        }
        (Kind::Heading(level), Kind::Heading(next_level)) => {
            let below = last.baseline - next.baseline;
            level == next_level
                && (last.size - next.size).abs() < 0.5
                && (0.0..1.7 * next.size).contains(&below)
        }
        (Kind::Note, Kind::Note) => next.note.is_some_and(|note| !note.first),
        (Kind::Item, Kind::Text) => {
            let outside = block.first().is_some_and(|first| {
                next.left < first.left - 0.5 * first.size && next.baseline < last.baseline
            });
            !outside && continues(block, last, next, edge, typography)
        }
        (Kind::Text, Kind::Text) => continues(block, last, next, edge, typography),
        (Kind::Text, Kind::Item) => {
            runs_into(last, next, edge) && continues(block, last, next, edge, typography)
        }
        _ => false,
    }
}

/// Whether what looks like an item's mark is only how a full line of a sentence goes on:
/// "as shown in Section / 3. The".
fn runs_into(last: &Line, next: &Line, edge: f32) -> bool {
    let full = last.right > edge - 2.0 * last.size && !join::ends_sentence(&last.text);
    let flush = (last.left - next.left).abs() < 0.5 * next.size;
    full && flush && list::mark(&next.text).is_some_and(|mark| !mark.opens)
}

/// Whether a line goes on with the paragraph or item before it.
fn continues(block: &[Line], last: &Line, next: &Line, edge: f32, typography: &Typography) -> bool {
    if (last.size - next.size).abs() > 0.12 * last.size.max(next.size) {
        return false;
    }
    if next.resumes {
        return true;
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
    // Its second line shows where a paragraph's margin is; the first may be indented, and
    // another column has its own.
    let column = block
        .chunk_by(edge::same_column)
        .next_back()
        .unwrap_or(block);
    let margin = column
        .get(1)
        .map_or(last.left, |second| second.left.min(last.left));
    let indented = next.left > margin + 0.8 * em;
    let short = last.right < edge - 6.0 * em;
    let settled = block.len() > 1 || ended;
    !(indented && settled || short && ended)
}

//! Lines that may be those of one table.

use std::borrow::Cow;

use super::{
    super::{Cell, Line, Text, caption, list},
    Columns,
};

/// Distance between the lines of a table, in multiples of their size.
const BELOW_MAX: f32 = 3.5;

/// How far a line may stand above the one before, in multiples of its size: the cells of
/// a row are written one after the other.
const ABOVE_MAX: f32 = 2.0;

/// Share by which sizes may differ within a table.
const SIZES: f32 = 0.2;

/// Most lines looked at for one table.
const LINES_MAX: usize = 200;

/// A line with what gaps part in it.
pub(super) struct Strip<'a> {
    /// Place among the lines the run was taken from.
    pub(super) at: usize,
    pub(super) line: &'a Line,
    /// At least one, each with something to see in it.
    pub(super) cells: Cow<'a, [Cell]>,
}

impl<'a> Strip<'a> {
    fn of(at: usize, line: &'a Line) -> Self {
        let cells = match line.cells.as_slice() {
            [] => whole(line).into(),
            [mark, first, rest @ ..] if is_mark(&mark.text) => {
                let mut text = mark.text.clone();
                text.append(&first.text, first.text.formulas());
                let item = Cell {
                    text,
                    left: mark.left,
                    right: first.right,
                };
                [&[item], rest].concat().into()
            }
            cells => cells.into(),
        };
        Self { at, line, cells }
    }
}

fn whole(line: &Line) -> Vec<Cell> {
    vec![Cell {
        text: Text::of(std::slice::from_ref(line)),
        left: line.left,
        right: line.right,
    }]
}

/// The mark of a list's item, which a gap parts from its text.
fn is_mark(text: &str) -> bool {
    let label = text.trim_start_matches('(');
    let bare = label.trim_end_matches([')', '.']);
    let numbered = bare.len() < label.len() && bare.chars().count() <= 4;
    numbered && bare.chars().all(char::is_alphanumeric)
        || list::mark(&format!("{text} x")).is_some()
}

/// The lines from the first on that stand in columns, and these; `None` if the first has
/// none or stands alone.
pub(super) fn begin(lines: &[Line]) -> Option<(Vec<Strip<'_>>, Columns)> {
    let first = Strip::of(0, lines.first().filter(|line| may_be_in_table(line))?);
    // A line of a cell that is higher than its row may come first.
    let leads = || {
        let next = lines.get(1)?;
        let close = (first.line.baseline - next.baseline).abs() < 0.9 * next.size;
        (close && next.cells.len() > 1).then_some(())
    };
    if first.cells.len() < 2 {
        leads()?;
    }
    let mut columns = Columns::of_line(&first.cells);
    let mut run = vec![first];
    for (at, line) in lines.iter().enumerate().take(LINES_MAX).skip(1) {
        if !run.last().is_some_and(|last| follows(last.line, line)) {
            break;
        }
        let strip = Strip::of(at, line);
        if is_title(&strip, lines.get(at + 1), &columns) {
            run.push(strip);
            continue;
        }
        let lone = strip.cells.len() < 2;
        let stray = lone && strip.cells.iter().any(|cell| columns.of(cell).is_none());
        let Some(with) = columns.with(&strip.cells).filter(|_| !stray) else {
            break;
        };
        columns = with;
        run.push(strip);
    }
    let parted = run.iter().filter(|strip| strip.cells.len() > 1).count();
    (parted > 1 && columns.count() > 1).then_some((run, columns))
}

/// Whether a line over several columns is the title of the rows that follow it.
fn is_title(strip: &Strip<'_>, next: Option<&Line>, columns: &Columns) -> bool {
    let [cell] = strip.cells.as_ref() else {
        return false;
    };
    let goes_on = |next: &Line| {
        let next = (follows(strip.line, next)).then(|| Strip::of(0, next));
        next.is_some_and(|next| next.cells.len() > 1 && columns.with(&next.cells).is_some())
    };
    columns.spanned_by(cell, strip.line.size) && next.is_some_and(goes_on)
}

fn follows(last: &Line, next: &Line) -> bool {
    let below = last.baseline - next.baseline;
    let alike = (last.size - next.size).abs() <= SIZES * last.size.max(next.size);
    let near = (-ABOVE_MAX * next.size..=BELOW_MAX * next.size).contains(&below);
    may_be_in_table(next) && alike && near && !caption::is_table_s(&next.text)
}

fn may_be_in_table(line: &Line) -> bool {
    !line.monospace && line.figure.is_none() && line.note.is_none() && !line.text.is_empty()
}

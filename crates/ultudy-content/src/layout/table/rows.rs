//! Which lines of a table begin a row, and which go on with a cell above.

use super::{
    super::{Cell, join},
    Columns,
    judge::is_number,
    run::Strip,
};

/// Distance, in multiples of the size, up to which two lines stand at one height.
const ONE_HEIGHT: f32 = 0.9;

/// How much farther apart rows are than the lines of a cell, where they are.
const ROWS_APART: f32 = 1.2;

/// Distance, in multiples of the size, from which a line is no more in the same cell.
const LINES_APART: f32 = 1.6;

/// How many of the lines, from the top, are the table's, and which of these begin a row.
pub(super) fn begins(strips: &[Strip<'_>], columns: &Columns) -> (usize, Vec<bool>) {
    let spacing = Spacing::of(strips);
    let mut above: Vec<Option<&Cell>> = vec![None; columns.count()];
    let mut begins = Vec::with_capacity(strips.len());
    let mut head_bold = true;
    for (at, strip) in strips.iter().enumerate() {
        let upper = at.checked_sub(1).and_then(|at| strips.get(at));
        let distance = upper.map_or(f32::MAX, |upper| upper.line.baseline - strip.line.baseline);
        head_bold &= strip.line.bold;
        let row = Row {
            strip,
            columns,
            above: &above,
            in_head: head_bold,
        };
        let is_below = |distance: f32| distance >= ONE_HEIGHT * strip.line.size;
        // A cell higher than the others begins its row alone.
        let lower = strips
            .get(at + 1)
            .map(|lower| strip.line.baseline - lower.line.baseline);
        let leads = lower.is_some_and(|distance| !is_below(distance));
        let new = is_below(distance) && (leads || !row.goes_on(distance, spacing));
        if new {
            above.fill(None);
        }
        for cell in strip.cells.iter() {
            if let Some(place) = columns.of(cell).and_then(|column| above.get_mut(column)) {
                *place = Some(cell);
            }
        }
        begins.push(new);
    }
    // A line at the end with one cell that goes on with none is no row.
    let parted = |at: &usize| strips.get(*at).is_some_and(|strip| strip.cells.len() > 1);
    let last = (0..strips.len()).rev().find(parted).unwrap_or(0);
    let more = begins
        .iter()
        .skip(last + 1)
        .take_while(|new| !**new)
        .count();
    let kept = last + 1 + more;
    begins.truncate(kept);
    (kept, begins)
}

/// Distances between lines.
#[derive(Debug, Clone, Copy)]
struct Spacing {
    /// The least, of lines one below the other.
    least: f32,
    /// Some lines are clearly farther apart.
    two: bool,
}

impl Spacing {
    fn of(strips: &[Strip<'_>]) -> Self {
        let pairs = strips.iter().zip(strips.iter().skip(1));
        let distances: Vec<f32> = pairs
            .map(|(upper, lower)| (upper.line.baseline - lower.line.baseline, lower.line.size))
            .filter(|(distance, size)| *distance >= ONE_HEIGHT * size)
            .map(|(distance, _)| distance)
            .collect();
        let least = distances.iter().copied().fold(f32::MAX, f32::min);
        let most = distances.iter().copied().fold(0.0, f32::max);
        Self {
            least,
            two: most >= ROWS_APART * least,
        }
    }

    fn is_tight(self, distance: f32, size: f32) -> bool {
        distance < LINES_APART * size && (!self.two || distance < ROWS_APART * self.least)
    }
}

struct Row<'a> {
    strip: &'a Strip<'a>,
    columns: &'a Columns,
    /// The last cell of each column in the row above.
    above: &'a [Option<&'a Cell>],
    /// All lines so far are bold.
    in_head: bool,
}

impl Row<'_> {
    /// Whether the line goes on with the row above it.
    fn goes_on(&self, distance: f32, spacing: Spacing) -> bool {
        let cells = || self.strip.cells.iter();
        let over = |cell: &Cell| self.above.get(self.columns.of(cell)?).copied().flatten();
        let below_some = cells().all(|cell| over(cell).is_some());
        let title = |cell: &Cell| self.columns.spanned_by(cell, self.strip.line.size);
        if !spacing.is_tight(distance, self.strip.line.size) || !below_some || cells().any(title) {
            return false;
        }
        let numbers = cells().any(|cell| is_number(&cell.text));
        let first = cells().any(|cell| self.columns.of(cell) == Some(0));
        let words_go_on =
            |cell: &Cell| over(cell).is_some_and(|over| goes_on(&over.text, &cell.text));
        if self.in_head && spacing.two {
            return true;
        }
        match (first, self.strip.cells.len()) {
            _ if numbers => false,
            (false, 1) => true,
            (true, 1) => spacing.two || cells().all(words_go_on),
            (false, _) => spacing.two || cells().any(words_go_on),
            (true, _) => spacing.two && cells().all(words_go_on),
        }
    }
}

/// Whether the words of a cell's next line go on with a sentence or a name.
fn goes_on(upper: &str, lower: &str) -> bool {
    let small = lower.chars().next().is_some_and(char::is_lowercase);
    small && upper.contains(' ') && !join::ends_sentence(upper)
}

//! How far lines reach where they are full.

use super::{Line, Typography};

/// Fewest lines that show how wide a column is.
const LINES_MIN: usize = 6;

/// For each line, where the full lines of its column end; of the page, where a column has
/// too few lines to tell.
pub(super) fn right(lines: &[Line], typography: &Typography) -> Vec<f32> {
    let page = furthest(lines.iter());
    let mut edges = Vec::with_capacity(lines.len());
    for column in lines.chunk_by(same_column) {
        // Titles over all columns say nothing of one.
        let is_text = |line: &&Line| line.size < 1.12 * typography.body;
        let text = || column.iter().filter(is_text);
        let edge = if text().count() < LINES_MIN {
            page
        } else {
            furthest(text())
        };
        edges.extend(column.iter().map(|_| edge));
    }
    edges
}

fn furthest<'a>(lines: impl Iterator<Item = &'a Line>) -> f32 {
    let text = lines.filter(|line| line.note.is_none() && line.figure.is_none());
    text.map(|line| line.right).fold(0.0, f32::max)
}

/// Whether the lower of two lines in reading order stands in the upper one's column.
pub(super) fn same_column(upper: &Line, lower: &Line) -> bool {
    lower.baseline <= upper.baseline + upper.size / 2.0
}

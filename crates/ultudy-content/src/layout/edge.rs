//! How far lines reach where they are full.

use super::{Line, Typography};

/// Fewest lines that show how wide a column is.
const LINES_MIN: usize = 6;

/// For each line, where the full lines of its column end; of the page, where a column has
/// too few lines to tell.
pub(super) fn right(lines: &[Line], typography: &Typography) -> Vec<f32> {
    let furthest = |lines: &[Line]| {
        let text = lines.iter().filter(|line| line.note.is_none());
        text.map(|line| line.right).fold(0.0, f32::max)
    };
    let page = furthest(lines);
    let mut edges = Vec::with_capacity(lines.len());
    for column in lines.chunk_by(same_column) {
        // Titles over all columns say nothing of one.
        let is_text = |line: &&Line| line.size < 1.12 * typography.body;
        let text: Vec<Line> = column.iter().filter(is_text).cloned().collect();
        let edge = if text.len() < LINES_MIN {
            page
        } else {
            furthest(&text)
        };
        edges.extend(column.iter().map(|_| edge));
    }
    edges
}

/// Whether the lower of two lines in reading order stands in the upper one's column.
pub(super) fn same_column(upper: &Line, lower: &Line) -> bool {
    lower.baseline <= upper.baseline + upper.size / 2.0
}

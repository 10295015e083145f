//! Columns and margins by geometry, where a page is written across them.

mod edges;
mod gutter;
mod margin;
#[cfg(test)]
mod tests;

use self::gutter::{Band, Gutter};
use super::row::Row;

/// Most rows of a page that is looked at: no page of print has more.
const ROWS_MAX: usize = 2_000;

/// Columns looked for side by side.
const COLUMNS_MAX: usize = 4;

/// The rows with columns read one after the other and notes in the margin in rows of their
/// own, behind the row beside them. What is written in that order stays in it.
pub(super) fn apart(rows: Vec<Row>) -> Vec<Row> {
    if rows.len() > ROWS_MAX {
        return rows;
    }
    margin::apart(columns(rows, COLUMNS_MAX))
}

fn columns(rows: Vec<Row>, most: usize) -> Vec<Row> {
    let found = (most > 1).then(|| Gutter::find(&rows)).flatten();
    let Some(Gutter { x, bands }) = found else {
        return rows;
    };
    let mut waiting: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let mut read = Vec::with_capacity(waiting.len());
    for at in 0..waiting.len() {
        match bands.iter().find(|band| band.rows.contains(&at)) {
            None => read.extend(waiting.get_mut(at).and_then(Option::take)),
            Some(band) => read.extend(side_by_side(band, x, &mut waiting, most)),
        }
    }
    read
}

/// The rows of a band, if they still wait: one column, then the other.
fn side_by_side(band: &Band, x: f32, waiting: &mut [Option<Row>], most: usize) -> Vec<Row> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for at in &band.rows {
        let row = waiting.get_mut(*at).and_then(Option::take);
        let (before, behind) = row.map_or((None, None), |row| row.split(x));
        left.extend(before);
        right.extend(behind);
    }
    let (first, second) = if band.right_first {
        (right, left)
    } else {
        (left, right)
    };
    let mut read = columns(first, most - 1);
    read.extend(columns(second, most - 1));
    read
}

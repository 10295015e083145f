//! The gutter between two columns.

use std::collections::BTreeSet;

use super::{Row, edges};

/// Fewest lines of a column.
const LINES_MIN: usize = 6;

/// Least width of a column, in ems, and how much wider the other may be.
const WIDTH_MIN: f32 = 8.0;
const WIDER_MAX: f32 = 3.0;

/// Share of a column's lines that fill it, but for a quarter, and that go on with the
/// sentence of the line before.
const FULL_MIN: f32 = 0.5;
const RUN_ON_MIN: f32 = 0.25;

/// Space, in ems, over both columns at which the upper parts are read before the lower.
const BREAK: f32 = 5.0;

/// Rows that hold lines of both columns, or changes between the columns, from which the
/// page is not written column by column.
const MERGED_MIN: usize = 3;
const CHANGES_MIN: usize = 6;

/// Most places looked at.
const PLACES_MAX: usize = 8;

/// A line from top to bottom that nothing crosses for some rows.
pub(super) struct Gutter {
    /// In points, just before the right column.
    pub(super) x: f32,
    pub(super) bands: Vec<Band>,
}

/// Rows that a gutter parts.
pub(super) struct Band {
    /// Indices in the order of the page.
    pub(super) rows: BTreeSet<usize>,
    /// The text runs from right to left.
    pub(super) right_first: bool,
}

/// A row beside a gutter, with the extents of its parts on either side.
struct Beside {
    at: usize,
    left: Option<(f32, f32)>,
    right: Option<(f32, f32)>,
}

impl Gutter {
    /// The gutter with two columns of running text beside it that are written across it.
    pub(super) fn find(rows: &[Row]) -> Option<Self> {
        if rows.len() < LINES_MIN {
            return None;
        }
        let mut places = edges::common(rows, LINES_MIN);
        places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        places.into_iter().take(PLACES_MAX).find_map(|(edge, _)| {
            let x = edge - 1.0;
            let bands: Vec<Band> = runs(rows, x)
                .iter()
                .filter(|run| are_columns(rows, run, x))
                .map(|run| band(rows, run))
                .collect();
            (!bands.is_empty()).then_some(Self { x, bands })
        })
    }
}

fn band(rows: &[Row], run: &[Beside]) -> Band {
    let own = || run.iter().filter_map(|beside| rows.get(beside.at));
    Band {
        rows: run.iter().map(|beside| beside.at).collect(),
        right_first: own().filter(|row| row.is_right_to_left()).count() * 2 > run.len(),
    }
}

/// Rows one below the other that nothing crosses the place in.
fn runs(rows: &[Row], x: f32) -> Vec<Vec<Beside>> {
    let mut order: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.baseline.total_cmp(&a.baseline));
    let mut runs: Vec<Vec<Beside>> = vec![Vec::new()];
    let mut above: Option<&Row> = None;
    for (at, row) in order {
        let far = above.is_some_and(|above| above.baseline - row.baseline > BREAK * row.size);
        above = Some(row);
        let crossed = row
            .stretches()
            .iter()
            .any(|(left, right)| *left < x && *right > x);
        if far || crossed {
            runs.push(Vec::new());
        }
        if !crossed && let Some(run) = runs.last_mut() {
            run.push(beside(at, row, x));
        }
    }
    runs
}

fn beside(at: usize, row: &Row, x: f32) -> Beside {
    let parts = row.stretches();
    let side = |is_left: bool| {
        let own: Vec<_> = parts
            .iter()
            .copied()
            .filter(|(left, _)| (*left < x) == is_left)
            .collect();
        (!own.is_empty()).then(|| edges::extent(&own))
    };
    Beside {
        at,
        left: side(true),
        right: side(false),
    }
}

fn are_columns(rows: &[Row], run: &[Beside], x: f32) -> bool {
    let side =
        |of: fn(&Beside) -> Option<(f32, f32)>| run.iter().filter_map(of).collect::<Vec<_>>();
    let (left, right) = (side(|row| row.left), side(|row| row.right));
    if left.len().min(right.len()) < LINES_MIN || !is_written_across(run) {
        return false;
    }
    let em = rows.first().map_or(10.0, |row| row.size);
    let width = |extents: &[(f32, f32)]| {
        let (left, right) = edges::extent(extents);
        right - left
    };
    let (narrow, wide) = (
        width(&left).min(width(&right)),
        width(&left).max(width(&right)),
    );
    narrow >= WIDTH_MIN * em
        && wide <= WIDER_MAX * narrow
        && [left, right]
            .iter()
            .all(|side| edges::full(side, 0.25) >= FULL_MIN)
        && [true, false]
            .iter()
            .all(|left| edges::runs_on(&texts(rows, run, x, *left)) >= RUN_ON_MIN)
}

fn is_written_across(run: &[Beside]) -> bool {
    let merged = run
        .iter()
        .filter(|row| row.left.is_some() && row.right.is_some())
        .count();
    let mut order: Vec<(usize, bool)> =
        run.iter().map(|row| (row.at, row.left.is_some())).collect();
    order.sort_unstable();
    let pairs = order.iter().zip(order.iter().skip(1));
    let changes = pairs.filter(|(one, other)| one.1 != other.1).count();
    merged >= MERGED_MIN || changes >= CHANGES_MIN
}

/// The texts of one side, from the top.
fn texts(rows: &[Row], run: &[Beside], x: f32, left: bool) -> Vec<String> {
    let own = run.iter().filter_map(|beside| rows.get(beside.at));
    let sides = own.filter_map(|row| {
        let (before, behind) = row.clone().split(x);
        if left { before } else { behind }
    });
    sides
        .filter_map(Row::into_line)
        .map(|line| line.text)
        .collect()
}

//! Tables: lines one below the other whose cells stand in columns.

mod columns;
mod judge;
mod pages;
mod rows;
mod run;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use self::pages::join_tables;
use self::{columns::Columns, run::Strip};
use super::{Line, Page, Text, caption};
use crate::sections::is_contents_page;

/// What makes a line one of a table's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TableLine {
    /// Columns of the table.
    pub(crate) columns: usize,
    /// It is the table's first line.
    pub(crate) first: bool,
    /// It is the first line of a row.
    pub(crate) begins_row: bool,
    /// Its parts with the column of each, from 0.
    pub(crate) cells: Vec<(usize, Text)>,
    /// Of the table's first line, where its columns stand; empty for the others.
    pub(crate) places: Vec<(f32, f32)>,
}

/// Most lines of a page that is searched: no page of print has more.
const PAGE_LINES_MAX: usize = 2_000;

/// Marks the lines of tables, from the top down, and forgets the cells of all lines, which
/// mean nothing once words broken over lines are mended.
pub(crate) fn mark_tables(pages: &mut [Page]) {
    let mut in_contents = false;
    // The columns of a table that the page before ends with.
    let mut open: Vec<(f32, f32)> = Vec::new();
    for page in pages {
        in_contents = is_contents_page(page.lines.iter(), in_contents);
        let parted = page.lines.iter().any(|line| !line.cells.is_empty());
        if parted && page.lines.len() <= PAGE_LINES_MAX {
            mark(&mut page.lines, in_contents, &open);
        }
        open = open_columns(&page.lines);
        for line in &mut page.lines {
            line.cells = Vec::new();
        }
    }
}

/// The columns of the table that the lines end with.
fn open_columns(lines: &[Line]) -> Vec<(f32, f32)> {
    let mut tables = lines.iter().rev().map_while(|line| line.table.as_ref());
    let first = tables.find(|table| table.first);
    first.map_or_else(Vec::new, |first| first.places.clone())
}

fn mark(lines: &mut [Line], in_contents: bool, open: &[(f32, f32)]) {
    let mut at = 0;
    while at < lines.len() {
        let open = if at == 0 { open } else { &[] };
        let length = table(lines, at, in_contents, open).map_or(1, |table| {
            let length = table.len();
            if let Some(place) = lines.get_mut(at..at + length) {
                place.clone_from_slice(&table);
            }
            length
        });
        at += length;
    }
}

/// The lines of the table that begins at a place, as they are to stand there; `None` if
/// none does. One that stands in the `open` columns goes on with the table before it.
fn table(lines: &[Line], at: usize, in_contents: bool, open: &[(f32, f32)]) -> Option<Vec<Line>> {
    let (mut strips, columns) = run::begin(lines.get(at..)?)?;
    strips.sort_by(|a, b| b.line.baseline.total_cmp(&a.line.baseline));
    let (kept, begins) = rows::begins(&strips, &columns);
    // What was taken along and belongs to no row stands behind the table.
    let shorter = strips.len() - kept;
    let last = strips.iter().map(|strip| strip.at).max()?;
    if shorter > 0
        && strips
            .iter()
            .skip(kept)
            .any(|strip| strip.at + shorter <= last)
    {
        return None;
    }
    strips.truncate(kept);
    let beside = [at.checked_sub(1), Some(at + kept)];
    let mut beside = beside.into_iter().flatten().filter_map(|at| lines.get(at));
    let captioned = beside.any(|line| caption::is_table_s(&line.text))
        || columns::stand_alike(open, columns.places());
    let found = judge::Found {
        strips: &strips,
        columns: &columns,
        begins: &begins,
    };
    found.is_table(captioned, in_contents).then(|| {
        let lines = strips.iter().zip(&begins).enumerate();
        lines
            .map(|(at, (strip, begins))| marked(strip, at == 0, *begins, &columns))
            .collect()
    })
}

fn marked(strip: &Strip<'_>, first: bool, begins_row: bool, columns: &Columns) -> Line {
    let cells = strip.cells.iter();
    let cells = cells.map(|cell| (columns.of(cell).unwrap_or(0), cell.text.clone()));
    Line {
        table: Some(TableLine {
            columns: columns.count(),
            first,
            begins_row,
            cells: cells.collect(),
            places: if first {
                columns.places().to_vec()
            } else {
                Vec::new()
            },
        }),
        ..strip.line.clone()
    }
}

/// The rows that marked lines make, each with all its columns.
pub(super) fn rows(lines: &[Line]) -> Vec<Vec<Text>> {
    let mut rows: Vec<Vec<Text>> = Vec::new();
    for line in lines.iter().filter_map(|line| line.table.as_ref()) {
        if line.begins_row || rows.is_empty() {
            rows.push(vec![Text::default(); line.columns]);
        }
        for (column, text) in &line.cells {
            let row = rows.last_mut();
            if let Some(cell) = row.and_then(|row| row.get_mut(*column)) {
                cell.append(text, text.formulas());
            }
        }
    }
    rows
}

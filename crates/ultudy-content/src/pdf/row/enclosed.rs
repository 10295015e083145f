//! Rows between tall brackets, and braces over and under a part of a row.

use super::Row;
use crate::formula::{AXIS, Brace, Enclosure};

/// Farthest that what a brace spans, and its label, stand from it, in sizes.
const SPANNED: f32 = 4.0;
const LABEL: f32 = 1.8;

/// Puts a brace over or under something, and its label, into the row that it spans a part
/// of.
pub(super) fn braced(rows: Vec<Row>, brace: &Brace) -> Vec<Row> {
    let over = |row: &Row| {
        row.visible()
            .any(|piece| brace.spans(f32::midpoint(piece.left, piece.right)))
    };
    let away = |row: &Row| brace.away(row.baseline);
    let hosts = (0..rows.len()).filter(|at| {
        let row = &rows[*at];
        row.size >= 0.88 * brace.size
            && !row.is_hung()
            && over(row)
            && (0.1..SPANNED).contains(&away(row))
    });
    let Some(host) = hosts.min_by(|a, b| away(&rows[*a]).total_cmp(&away(&rows[*b]))) else {
        return rows;
    };
    let size = rows[host].size;
    let parts = (0..rows.len()).filter(|at| {
        let row = &rows[*at];
        let label = row.size < 0.88 * size && (0.0..LABEL).contains(&-away(row));
        let own = row.is_hung() && away(row).abs() < 0.1;
        *at != host && (label || own) && over(row)
    });
    let parts: Vec<usize> = parts.collect();
    merged(rows, host, &parts)
}

/// The rows with some of them put into another one.
fn merged(mut rows: Vec<Row>, host: usize, parts: &[usize]) -> Vec<Row> {
    let mut pieces = Vec::new();
    for at in parts.iter().filter(|at| **at != host) {
        rows[host].reach = rows[host].reach.max(rows[*at].reach);
        pieces.append(&mut rows[*at].pieces);
    }
    let row = &mut rows[host];
    row.stacked |= !pieces.is_empty();
    row.pieces.append(&mut pieces);
    rows.retain(|row| !row.pieces.is_empty());
    rows
}

/// Puts the rows between two brackets, and the brackets, into the row that these stand in.
pub(super) fn enclosed(mut rows: Vec<Row>, enclosure: &Enclosure) -> Vec<Row> {
    let axis = |row: &Row| (row.baseline + AXIS * row.size - enclosure.open.middle()).abs();
    let end = end(&rows, enclosure);
    let parts = rows.iter().enumerate().filter(|(_, row)| {
        row.is_enclosed(enclosure, end) || axis(row) < 0.3 * row.size && row.is_beside(enclosure)
    });
    let parts: Vec<usize> = parts.map(|(at, _)| at).collect();
    let lines = parts.iter().filter(|at| !rows[**at].is_hung());
    let host = lines.min_by(|a, b| axis(&rows[**a]).total_cmp(&axis(&rows[**b])));
    let Some(host) = host.copied().filter(|_| parts.len() > 1) else {
        return rows;
    };
    let reach = enclosure.open.top - enclosure.open.middle();
    rows[host].reach = rows[host].reach.max(reach);
    merged(rows, host, &parts)
}

/// Where what the brackets enclose ends: before the closing one, or with the longest of the
/// rows that begin behind a brace alone.
fn end(rows: &[Row], enclosure: &Enclosure) -> f32 {
    let inside = enclosure.inside();
    if enclosure.close.is_some() {
        return inside.end;
    }
    let open = &enclosure.open;
    let begin = inside.start..inside.start + 1.5 * open.size;
    let extents = rows
        .iter()
        .filter(|row| !row.is_hung() && open.holds(row.baseline))
        .filter_map(Row::extent);
    let behind = extents.filter(|(left, _)| begin.contains(left));
    behind.map(|(_, right)| right).fold(open.right, f32::max)
}

impl Row {
    /// Whether it is one of the rows between two brackets, up to the `end`, or a part of
    /// these.
    fn is_enclosed(&self, enclosure: &Enclosure, end: f32) -> bool {
        let (open, start) = (&enclosure.open, enclosure.inside().start);
        let Some((left, right)) = self.extent() else {
            return false;
        };
        if self.is_hung() {
            let close = enclosure.close.as_ref();
            let end = close.map_or(end, |close| close.right + 0.1 * close.size);
            let over = open.left - 0.1 * open.size <= left && left < end;
            return over && open.holds(self.baseline - 0.1 * self.size);
        }
        let behind = enclosure.close.is_some() || left >= start;
        behind && left < end && right > start && open.holds(self.baseline)
    }

    /// Whether it goes on from one of the brackets.
    fn is_beside(&self, enclosure: &Enclosure) -> bool {
        let open = &enclosure.open;
        let right = enclosure
            .close
            .as_ref()
            .map_or(open.right, |close| close.right);
        let near = 2.0 * self.size;
        self.visible().any(|piece| {
            (piece.right - near..=piece.right + near).contains(&open.left)
                || (piece.left - near..=piece.left + near).contains(&right)
        })
    }
}

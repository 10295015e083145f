//! From the library's spans to lines of print, in reading order.

use pdf_oxide::layout::TextSpan;

use super::{
    columns,
    glyphs::Signs,
    row::{Piece, Row, settle},
};
use crate::{formula::Rule, layout::Line};

/// How many lines back a span may still belong to: sub- and superscripts and mixed fonts
/// come a little out of order, the same height in the other column comes much later.
const LOOK_BACK: usize = 5;

/// Climbs that any page may have.
const CLIMBS_MIN: usize = 3;

/// One line in this many may climb.
const CLIMB_SHARE: usize = 8;

/// Puts spans together into lines, in the order the page was written where that runs down
/// the page, as nearly every program writes; else in the order the library guesses.
pub(super) fn assemble(spans: &[TextSpan], rules: &[Rule], mut signs: Signs) -> Vec<Line> {
    let mut written: Vec<&TextSpan> = spans.iter().collect();
    written.sort_by_key(|span| span.sequence);
    let hung = signs.hung();
    let pieces: Vec<Piece> = spans.iter().filter_map(Piece::of).collect();
    signs.find_strays(&pieces.iter().map(Piece::place).collect::<Vec<_>>());
    let mut rows = settle(rows(&written, &signs), rules, &hung);
    if climbs(&rows) > CLIMBS_MIN.max(rows.len() / CLIMB_SHARE) {
        rows = settle(
            self::rows(&spans.iter().collect::<Vec<_>>(), &signs),
            rules,
            &hung,
        );
    }
    let mut rows = columns::apart(rows);
    let is_root_s = |rule: &Rule| {
        hung.iter().any(|sign| {
            let meets = (sign.right - rule.left).abs() < 0.2 * sign.size;
            sign.sign == '√' && meets && (sign.baseline - rule.height).abs() < 0.5 * sign.size
        })
    };
    let divides = |rule: &Rule| !is_root_s(rule) && rows.iter().any(|row| row.is_over(rule));
    let rules: Vec<Rule> = rules
        .iter()
        .map(|rule| Rule {
            divides: divides(rule),
            ..*rule
        })
        .collect();
    rows.iter_mut().for_each(|row| row.take_rules(&rules));
    title_first(&mut rows);
    rows.into_iter()
        .filter_map(|row| row.into_set_line(&mut signs))
        .collect()
}

/// Moves what was written last and stands above all the rest, as slides write their
/// title, to the front.
fn title_first(rows: &mut [Row]) {
    let mut lowest_after = vec![f32::MAX; rows.len()];
    let mut lowest = f32::MAX;
    for (after, row) in lowest_after.iter_mut().zip(rows.iter()).rev() {
        lowest = lowest.min(row.baseline);
        *after = lowest;
    }
    let mut highest = f32::MIN;
    let above = rows.iter().zip(&lowest_after).position(|(row, lowest)| {
        let all_above = *lowest > highest && highest > f32::MIN;
        highest = highest.max(row.baseline);
        all_above
    });
    if let Some(above) = above {
        rows.rotate_left(above);
    }
}

fn rows(spans: &[&TextSpan], signs: &Signs) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let pieces = spans.iter().filter_map(|span| Piece::of(span));
    for piece in pieces.map(|piece| piece.settled(signs)) {
        let recent = rows.len().saturating_sub(LOOK_BACK);
        let mut recent = rows.iter_mut().skip(recent).rev();
        match recent.find(|row| row.holds(&piece)) {
            Some(row) => row.add(piece),
            None => rows.push(Row::new(piece)),
        }
    }
    rows
}

/// How often the next line is not below the last: at a new column, a margin note, a label
/// in a figure.
fn climbs(rows: &[Row]) -> usize {
    let pairs = rows.iter().zip(rows.iter().skip(1));
    pairs
        .filter(|(row, next)| next.baseline > row.baseline + row.size / 2.0)
        .count()
}

//! Rows within tall brackets: matrices, cases, and single rows that are higher than a line.

use super::{AXIS, chosen, hung, inner, replaced};
use crate::formula::{
    Face, Glyph, Level,
    brackets::{Enclosure, enclosures},
};

/// Most enclosures in one formula.
const ENCLOSURES_MAX: usize = 16;

/// Most rows and columns between two brackets.
const ROWS_MAX: usize = 24;
const COLUMNS_MAX: usize = 24;

/// How far a glyph of a row may stand from its baseline, and rows from each other, in
/// sizes.
const UNEVEN: f32 = 0.4;
const ROWS_APART: f32 = 0.9;

/// Least space between columns, in sizes.
const COLUMNS_APART: f32 = 0.7;

/// The glyphs with what tall brackets enclose as one, the innermost first.
pub(super) fn fold(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    // What cannot be folded stays and is passed over.
    let mut skipped = 0;
    for _ in 0..ENCLOSURES_MAX {
        let (hung, places) = hung(&glyphs);
        let Some(found) = enclosures(&hung).into_iter().nth(skipped) else {
            break;
        };
        match enclosed(&glyphs, &found, &places) {
            Some(folded) => glyphs = folded,
            None => skipped += 1,
        }
    }
    glyphs
}

fn enclosed(glyphs: &[Glyph], found: &Enclosure, places: &[usize]) -> Option<Vec<Glyph>> {
    let open = &found.open;
    let mut taken = vec![false; glyphs.len()];
    for bracket in [Some(open), found.close.as_ref()].into_iter().flatten() {
        for sign in &bracket.signs {
            *taken.get_mut(*places.get(*sign)?)? = true;
        }
    }
    let inside = found.inside();
    let is_inside = |glyph: &Glyph| {
        let middle = f32::midpoint(glyph.left, glyph.right);
        // A bar between things is a little higher than the brackets.
        let bar = if glyph.text == "⏐" {
            0.7 * glyph.size
        } else {
            0.0
        };
        inside.contains(&middle) && open.holds(glyph.baseline - bar)
    };
    let own: Vec<bool> = glyphs
        .iter()
        .zip(&taken)
        .map(|(glyph, bracket)| !bracket && is_inside(glyph))
        .collect();
    let content = chosen(glyphs, &own);
    let level = Level::of(&content)?;
    let baselines = baselines(&content, &level, found)?;
    let in_row = |glyph: &Glyph| {
        let distance = |at: &usize| (baselines[*at] - glyph.baseline).abs();
        let nearest = (0..baselines.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let between = is_standing(glyph, &level) && distance(&nearest) > UNEVEN * level.size;
        (!between).then_some(nearest)
    };
    let mut rows = vec![Vec::new(); baselines.len()];
    for (at, glyph) in glyphs.iter().enumerate().filter(|(at, _)| own[*at]) {
        // What stands between rows, such as a full stop behind them, is not theirs.
        if let Some(row) = in_row(glyph) {
            rows[row].push(glyph.clone());
            taken[at] = true;
        }
    }
    let latex = latex(found, &rows, &level)?;
    let rights = glyphs.iter().zip(&taken).filter(|(_, taken)| **taken);
    let whole = Glyph {
        text: open.sign.to_string(),
        latex: Some(latex),
        left: open.left,
        right: rights
            .map(|(glyph, _)| glyph.right)
            .fold(open.right, f32::max),
        baseline: open.middle() - AXIS * level.size,
        size: level.size,
        face: Face::Maths,
        spaced: places
            .get(*open.signs.first()?)
            .and_then(|at| glyphs.get(*at))
            .is_some_and(|glyph| glyph.spaced),
    };
    Some(replaced(glyphs, &taken, whole))
}

fn is_standing(glyph: &Glyph, level: &Level) -> bool {
    glyph.size >= 0.88 * level.size && glyph.face != Face::Extension
}

/// The baselines of the rows, from the top; `None` where they are too near to each other
/// to be rows, or too many.
fn baselines(content: &[Glyph], level: &Level, found: &Enclosure) -> Option<Vec<f32>> {
    let standing = content.iter().filter(|glyph| is_standing(glyph, level));
    let mut standing: Vec<&Glyph> = standing.collect();
    standing.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
    let same = |a: &&Glyph, b: &&Glyph| a.baseline - b.baseline < UNEVEN * level.size;
    let mut rows: Vec<&[&Glyph]> = standing.chunk_by(same).collect();
    // Behind cases, what ends the sentence stands in the middle.
    let ends = |row: &&[&Glyph]| {
        let marks = |glyph: &&Glyph| matches!(glyph.text.as_str(), "." | "," | ";");
        row.iter().all(marks)
    };
    if found.close.is_none() {
        rows.retain(|row| !ends(row));
    }
    let baselines: Vec<f32> = rows.iter().map(|row| common(row)).collect();
    let apart = baselines
        .windows(2)
        .all(|two| two[0] - two[1] >= ROWS_APART * level.size);
    let some = (1..=ROWS_MAX).contains(&baselines.len());
    (apart && some).then_some(baselines)
}

/// The baseline of most of a row's glyphs.
fn common(row: &[&Glyph]) -> f32 {
    let middle = row.get(row.len() / 2);
    middle.map_or(0.0, |glyph| glyph.baseline)
}

fn latex(found: &Enclosure, rows: &[Vec<Glyph>], level: &Level) -> Option<String> {
    let gaps = gaps(rows, COLUMNS_APART * level.size);
    let close = found.close.as_ref().map(|close| close.sign);
    if let ([row], Some(close)) = (rows, close) {
        let (open, close) = (delimiter(found.open.sign), delimiter(close));
        return Some(format!("\\left{open} {} \\right{close}", inner(row)?));
    }
    if gaps.len() >= COLUMNS_MAX {
        return None;
    }
    // Cases have two columns; what is apart in the second stays so.
    let gaps = if close.is_none() {
        gaps.get(..1.min(gaps.len()))?
    } else {
        &gaps
    };
    let rows: Option<Vec<String>> = rows.iter().map(|row| cells(row, gaps)).collect();
    let body = rows?.join(" \\\\ ");
    let set = |name: &str| format!("\\begin{{{name}}} {body} \\end{{{name}}}");
    Some(match (found.open.sign, close) {
        ('{', None) => set("cases"),
        ('(', Some(')')) => set("pmatrix"),
        ('[', Some(']')) => set("bmatrix"),
        ('{', Some('}')) => set("Bmatrix"),
        ('|', Some('|')) => set("vmatrix"),
        ('‖', Some('‖')) => set("Vmatrix"),
        (open, Some(close)) => {
            let (open, close) = (delimiter(open), delimiter(close));
            format!("\\left{open} {} \\right{close}", set("matrix"))
        }
        _ => return None,
    })
}

/// A row's cells, parted where all rows have gaps.
fn cells(row: &[Glyph], gaps: &[f32]) -> Option<String> {
    let mut cells = vec![Vec::new(); gaps.len() + 1];
    for glyph in row {
        cells[gaps.partition_point(|gap| *gap < glyph.left)].push(glyph.clone());
    }
    let set = |cell: &Vec<Glyph>| {
        if cell.is_empty() {
            Some(String::new())
        } else {
            inner(cell)
        }
    };
    let cells: Option<Vec<String>> = cells.iter().map(set).collect();
    Some(cells?.join(" & "))
}

/// The middles of the gaps that all rows have, from the left.
fn gaps(rows: &[Vec<Glyph>], least: f32) -> Vec<f32> {
    let mut extents: Vec<(f32, f32)> = rows
        .iter()
        .flatten()
        .map(|glyph| (glyph.left, glyph.right))
        .collect();
    extents.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut gaps = Vec::new();
    let mut end = f32::MAX;
    for (left, right) in extents {
        if left - end >= least {
            gaps.push(f32::midpoint(end, left));
        }
        end = if end == f32::MAX {
            right
        } else {
            end.max(right)
        };
    }
    gaps
}

/// What stands behind `\left` and `\right`.
fn delimiter(sign: char) -> String {
    match sign {
        '{' | '}' => format!("\\{sign}"),
        '‖' => "\\|".to_owned(),
        sign => match ultudy_domain::formula::command(sign) {
            Some((name, _)) => format!("\\{name}"),
            None => sign.to_string(),
        },
    }
}

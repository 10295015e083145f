//! Small glyphs above and below a large operator.

use ultudy_domain::formula::{Class, command};

use super::{FAR, chosen, replaced};
use crate::formula::{Face, Glyph, Level, set::set, sign::sign};

/// How much farther its second line stands, in sizes.
const SECOND: f32 = 0.8;

/// Most lines of a limit.
const LINES_MAX: usize = 4;

/// The glyphs with each operator and its limits as one.
pub(super) fn fold(mut glyphs: Vec<Glyph>, level: &Level) -> Vec<Glyph> {
    let mut at = 0;
    while let Some(operator) = glyphs.get(at) {
        if is_large(operator)
            && let Some(folded) = with_limits(&glyphs, at, level)
        {
            glyphs = folded;
        }
        at += 1;
    }
    glyphs
}

fn with_limits(glyphs: &[Glyph], at: usize, level: &Level) -> Option<Vec<Glyph>> {
    let operator = glyphs.get(at)?;
    let (above, below) = (
        limit(glyphs, operator, level, 1.0),
        limit(glyphs, operator, level, -1.0),
    );
    let (over, under) = (chosen(glyphs, &above), chosen(glyphs, &below));
    if over.is_empty() && under.is_empty() {
        return None;
    }
    let mut latex = sign(operator)?.0.trim_end().to_owned();
    for (mark, part) in [("_", &under), ("^", &over)] {
        if !part.is_empty() {
            latex.push_str(&format!("{mark}{{{}}}", lines(part)?));
        }
    }
    let mut taken: Vec<bool> = above
        .iter()
        .zip(&below)
        .map(|(above, below)| above | below)
        .collect();
    taken[at] = true;
    let whole = Glyph {
        latex: Some(latex + " "),
        spaced: operator.spaced || over.iter().chain(&under).any(|glyph| glyph.spaced),
        right: over
            .iter()
            .chain(&under)
            .map(|glyph| glyph.right)
            .fold(operator.right, f32::max),
        baseline: level.baseline,
        size: level.size,
        face: Face::Maths,
        ..operator.clone()
    };
    Some(replaced(glyphs, &taken, whole))
}

/// The LaTeX of a limit, which may have more lines than one.
fn lines(part: &[Glyph]) -> Option<String> {
    let level = Level::of(part)?;
    let mut baselines: Vec<f32> = Vec::new();
    let mut by_size: Vec<&Glyph> = part.iter().collect();
    by_size.sort_by(|a, b| b.size.total_cmp(&a.size));
    for glyph in by_size {
        let known = |baseline: &f32| (baseline - glyph.baseline).abs() < 0.7 * level.size;
        if !baselines.iter().any(known) {
            baselines.push(glyph.baseline);
        }
    }
    if baselines.len() < 2 {
        return set(part);
    }
    baselines.sort_by(|a, b| b.total_cmp(a));
    let of = |baseline: &f32| {
        let nearest = |glyph: &&Glyph| {
            let distance = |other: &f32| (other - glyph.baseline).abs();
            baselines
                .iter()
                .all(|other| distance(baseline) <= distance(other))
        };
        let own: Vec<Glyph> = part.iter().filter(nearest).cloned().collect();
        set(&own)
    };
    let lines: Option<Vec<String>> = baselines.iter().take(LINES_MAX).map(of).collect();
    Some(format!("\\substack{{{}}}", lines?.join(" \\\\ ")))
}

/// The glyphs of the limit on one side, up (1) or down (-1): those over or under the sign,
/// and what goes on from them.
fn limit(glyphs: &[Glyph], operator: &Glyph, level: &Level, side: f32) -> Vec<bool> {
    let reach = 0.5 * level.size;
    let is_beyond = |glyph: &Glyph| {
        let away = side * (glyph.baseline - level.baseline) / level.size;
        glyph.size < 0.88 * level.size && (0.6..FAR + SECOND).contains(&away)
    };
    let mut taken = vec![false; glyphs.len()];
    let (mut left, mut right) = (operator.left, operator.right);
    loop {
        let next = glyphs.iter().zip(&taken).position(|(glyph, taken)| {
            !taken && is_beyond(glyph) && glyph.left < right + reach && glyph.right > left - reach
        });
        let Some(next) = next else { return taken };
        taken[next] = true;
        left = left.min(glyphs[next].left);
        right = right.max(glyphs[next].right);
    }
}

/// Whether the glyph is a sign that takes limits and has none yet.
fn is_large(glyph: &Glyph) -> bool {
    let sign = glyph.sole().filter(|_| glyph.latex.is_none());
    let large = sign
        .and_then(command)
        .is_some_and(|(_, class)| class == Class::Large);
    large
        || matches!(glyph.text.as_str(), "lim" | "max" | "min" | "sup" | "inf")
            && glyph.latex.is_none()
}

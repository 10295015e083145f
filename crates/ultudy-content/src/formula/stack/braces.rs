//! Braces over and under something, with what they say of it.

use super::{Rule, chosen, hung, inner, replaced};
use crate::formula::{
    Face, Glyph, Level,
    brackets::{Brace, Hung, braces},
    set::set,
};

/// Most braces in one formula.
const BRACES_MAX: usize = 16;

/// Farthest that what a brace spans, and its label, stand from it, in sizes.
const SPANNED: f32 = 4.0;
const LABEL: f32 = 1.8;

/// Widest gap within a label, in its sizes.
const WORD_GAP: f32 = 0.7;

/// The glyphs with each brace and what belongs to it as one, the shortest first.
pub(super) fn fold(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    // What cannot be folded stays and is passed over.
    let mut skipped = 0;
    for _ in 0..BRACES_MAX {
        let (hung, places) = hung(&glyphs);
        let Some(brace) = braces(&hung).into_iter().nth(skipped) else {
            break;
        };
        match braced(&glyphs, &brace, &places) {
            Some(folded) => glyphs = folded,
            None => skipped += 1,
        }
    }
    glyphs
}

/// The rules that are no parts of braces.
pub(super) fn without(rules: &[Rule], hung: &[Hung]) -> Vec<Rule> {
    let braces = braces(hung);
    let is_part = |rule: &Rule| {
        braces.iter().any(|brace| {
            brace.spans(f32::midpoint(rule.left, rule.right)) && brace.away(rule.height).abs() < 0.3
        })
    };
    rules
        .iter()
        .filter(|rule| !is_part(rule))
        .copied()
        .collect()
}

fn braced(glyphs: &[Glyph], brace: &Brace, places: &[usize]) -> Option<Vec<Glyph>> {
    let is_spanned = |glyph: &Glyph| {
        let middle = f32::midpoint(glyph.left, glyph.right);
        brace.spans(middle) && (0.1..SPANNED).contains(&brace.away(glyph.baseline))
    };
    let own: Vec<bool> = glyphs.iter().map(is_spanned).collect();
    let spanned = chosen(glyphs, &own);
    let level = Level::of(&spanned)?;
    let label = label(glyphs, brace, &level);
    let (name, mark) = if brace.under {
        ("underbrace", '_')
    } else {
        ("overbrace", '^')
    };
    let mut latex = format!("\\{name}{{{}}}", inner(&spanned)?);
    let said = chosen(glyphs, &label);
    if !said.is_empty() {
        latex.push_str(&format!("{mark}{{{}}}", set(&said)?));
    }
    let mut taken: Vec<bool> = own
        .iter()
        .zip(&label)
        .map(|(own, label)| own | label)
        .collect();
    for sign in brace.signs {
        *taken.get_mut(*places.get(sign)?)? = true;
    }
    let (first, last) = (spanned.first()?, spanned.last()?);
    let whole = Glyph {
        text: "⏟".to_owned(),
        latex: Some(latex),
        left: first.left,
        right: last.right,
        baseline: level.baseline,
        size: level.size,
        face: Face::Maths,
        spaced: first.spaced,
    };
    Some(replaced(glyphs, &taken, whole))
}

/// The small glyphs on the other side of the brace's middle, and what goes on from them.
fn label(glyphs: &[Glyph], brace: &Brace, level: &Level) -> Vec<bool> {
    let is_small = |glyph: &Glyph| {
        let away = -brace.away(glyph.baseline);
        glyph.size < 0.88 * level.size && (0.0..LABEL).contains(&away)
    };
    let middle = f32::midpoint(brace.left, brace.right);
    let mut taken = vec![false; glyphs.len()];
    let (mut left, mut right) = (middle, middle);
    loop {
        let next = glyphs.iter().zip(&taken).position(|(glyph, taken)| {
            let reach = WORD_GAP * glyph.size;
            !taken && is_small(glyph) && glyph.left < right + reach && glyph.right > left - reach
        });
        let Some(next) = next else { return taken };
        taken[next] = true;
        left = left.min(glyphs[next].left);
        right = right.max(glyphs[next].right);
    }
}

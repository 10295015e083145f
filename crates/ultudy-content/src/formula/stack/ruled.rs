//! What stands above, below and under a rule: fractions, roots, overlines.

use super::{AXIS, FAR, Rule, chosen, replaced};
use crate::formula::{
    Face, Glyph, Level,
    set::{is_word, set},
};

/// Height of an overline above the baseline, in sizes: over small and over tall letters.
const OVERLINE: std::ops::Range<f32> = 0.45..1.1;

/// A fraction's bar as it is printed where the fraction is lost.
const BAR: &str = "/";

/// The glyphs with what belongs to the rule as one.
pub(super) fn fold(glyphs: Vec<Glyph>, rule: &Rule, level: &Level) -> Vec<Glyph> {
    let folded = root(&glyphs, rule).or_else(|| fraction(&glyphs, rule, level));
    let folded = folded.or_else(|| match rule.divides {
        true => torn(&glyphs, rule),
        false => overline(&glyphs, rule),
    });
    folded.unwrap_or(glyphs)
}

/// The glyphs with a sign that nobody knows for the bar of a fraction of which the one half
/// stands elsewhere.
fn torn(glyphs: &[Glyph], rule: &Rule) -> Option<Vec<Glyph>> {
    let is_half = |glyph: &&Glyph| {
        let away = (rule.height - glyph.baseline) / glyph.size;
        is_under(glyph, rule) && (-0.85..1.2).contains(&away) && glyph.latex.is_none()
    };
    // Words above a rule are underlined.
    let half = glyphs.iter().find(is_half)?;
    if glyphs.iter().filter(is_half).any(is_word) {
        return None;
    }
    let bar = Glyph {
        text: BAR.to_owned(),
        left: rule.left,
        right: rule.right,
        face: Face::Extension,
        ..half.clone()
    };
    Some(replaced(glyphs, &vec![false; glyphs.len()], bar))
}

fn is_under(glyph: &Glyph, rule: &Rule) -> bool {
    let middle = f32::midpoint(glyph.left, glyph.right);
    (rule.left - 0.5..rule.right + 0.5).contains(&middle)
}

/// The root whose sign the rule goes on from.
fn root(glyphs: &[Glyph], rule: &Rule) -> Option<Vec<Glyph>> {
    let is_sign = |glyph: &&Glyph| {
        glyph.text == "√" && (glyph.right - rule.left).abs() < 0.15 * glyph.size.max(10.0)
    };
    let radical = glyphs.iter().find(is_sign)?;
    let within = |glyph: &Glyph| {
        let below = rule.height - glyph.baseline;
        is_under(glyph, rule) && glyph.text != "√" && (0.0..FAR * radical.size).contains(&below)
    };
    let inner: Vec<bool> = glyphs.iter().map(within).collect();
    let own = chosen(glyphs, &inner);
    let level = Level::of(&own)?;
    // Over the sign's left part stands which root it is.
    let is_index = |glyph: &Glyph| {
        let over = glyph.left < radical.left + 0.4 * radical.size && glyph.right > radical.left;
        over && glyph.size < 0.88 * level.size && glyph.baseline > level.baseline
    };
    let index: Vec<bool> = glyphs.iter().map(is_index).collect();
    let which = match set(&chosen(glyphs, &index)) {
        Some(index) => format!("[{index}]"),
        None => String::new(),
    };
    let latex = format!("\\sqrt{which}{{{}}}", set(&own)?);
    let sign = Glyph {
        latex: Some(latex),
        right: rule.right,
        baseline: level.baseline,
        size: level.size,
        face: Face::Maths,
        ..radical.clone()
    };
    let taken = glyphs
        .iter()
        .zip(inner.iter().zip(&index))
        .map(|(glyph, (inner, index))| *inner || *index || std::ptr::eq(glyph, radical));
    Some(replaced(glyphs, &taken.collect::<Vec<_>>(), sign))
}

/// What stands right under a rule as long as itself, with nothing above it.
fn overline(glyphs: &[Glyph], rule: &Rule) -> Option<Vec<Glyph>> {
    let height = |glyph: &Glyph| (rule.height - glyph.baseline) / glyph.size;
    let taken: Vec<bool> = glyphs
        .iter()
        .map(|glyph| is_under(glyph, rule) && OVERLINE.contains(&height(glyph)))
        .collect();
    let own = chosen(glyphs, &taken);
    let (first, last) = (own.first()?, own.last()?);
    let fits = |one: f32, other: f32| (one - other).abs() < 0.3 * first.size;
    let over = |glyph: &&Glyph| is_under(glyph, rule) && glyph.baseline > rule.height - 1.0;
    let maths = |glyph: &Glyph| glyph.face.is_mathematical() || glyph.latex.is_some();
    let is_one = own.iter().any(maths)
        && !own.iter().any(is_word)
        && fits(first.left, rule.left)
        && fits(last.right, rule.right)
        && !glyphs.iter().any(|glyph| over(&glyph));
    let latex = format!("\\overline{{{}}}", set(&own)?);
    let lined = Glyph {
        latex: Some(latex),
        right: last.right,
        ..first.clone()
    };
    is_one.then(|| replaced(glyphs, &taken, lined))
}

/// The glyphs on one side of a rule without those of a line farther away.
fn nearest(glyphs: &[Glyph], rule: &Rule, on_side: impl Fn(&Glyph) -> bool) -> Vec<bool> {
    let own = glyphs.iter().filter(|glyph| on_side(glyph));
    let away = |glyph: &Glyph| (glyph.baseline - rule.height).abs();
    let Some(line) = own.min_by(|a, b| away(a).total_cmp(&away(b))) else {
        return vec![false; glyphs.len()];
    };
    let in_line = |glyph: &Glyph| {
        let size = line.size.max(glyph.size);
        (glyph.baseline - line.baseline).abs() < 0.62 * size
    };
    glyphs
        .iter()
        .map(|glyph| on_side(glyph) && (in_line(glyph) || glyph.face == Face::Extension))
        .collect()
}

fn fraction(glyphs: &[Glyph], rule: &Rule, level: &Level) -> Option<Vec<Glyph>> {
    let side = |glyph: &Glyph, above: bool| {
        let distance = if above {
            glyph.baseline - rule.height
        } else {
            rule.height - glyph.baseline
        };
        let height = if glyph.latex.is_some() { 2.0 } else { 1.0 };
        let most = height * if above { 1.1 } else { 1.5 };
        is_under(glyph, rule) && (0.0..most * glyph.size).contains(&distance)
    };
    let above = nearest(glyphs, rule, |glyph| side(glyph, true));
    let below = nearest(glyphs, rule, |glyph| side(glyph, false));
    let (over, under) = (chosen(glyphs, &above), chosen(glyphs, &below));
    let size = Level::of(&over)?.size;
    let latex = format!("\\frac{{{}}}{{{}}}", set(&over)?, set(&under)?);
    let on_axis = (rule.height - level.baseline - AXIS * level.size).abs() < 0.2 * level.size;
    let taken: Vec<bool> = above
        .iter()
        .zip(&below)
        .map(|(above, below)| above | below)
        .collect();
    let bar = Glyph {
        text: "/".to_owned(),
        latex: Some(latex),
        left: rule.left,
        right: rule.right,
        baseline: if on_axis {
            level.baseline
        } else {
            rule.height - AXIS * size
        },
        size: if on_axis { level.size } else { size },
        face: Face::Maths,
        spaced: over.iter().chain(&under).any(|glyph| glyph.spaced),
    };
    Some(replaced(glyphs, &taken, bar))
}

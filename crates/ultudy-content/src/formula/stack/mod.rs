//! What stands above and below something in a formula: fractions, roots, limits, binomials,
//! rows within tall brackets.

mod arrows;
mod bars;
mod binomials;
mod braces;
mod dots;
mod enclosed;
mod limits;
mod ruled;

use super::{Face, Glyph, Level, brackets::Hung, set::set};

/// A horizontal rule. Lengths are in points, heights from the bottom of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) height: f32,
    /// Something stands above it as a numerator does.
    pub(crate) divides: bool,
}

/// Height of a formula's axis above its baseline, in sizes (TeX: 0.25).
pub(crate) const AXIS: f32 = 0.25;

/// Farthest that parts of a fraction stand from its rule, and limits from their sign, in
/// sizes.
const FAR: f32 = 1.9;

/// Most rules and glyphs in one line.
const RULES_MAX: usize = 32;
const GLYPHS_MAX: usize = 400;

/// Puts what is stacked into glyphs of its own.
pub(super) fn fold(mut glyphs: Vec<Glyph>, rules: &[Rule]) -> Vec<Glyph> {
    let bearable = glyphs.len() <= GLYPHS_MAX;
    let Some(level) = Level::of(&glyphs).filter(|_| bearable) else {
        return glyphs;
    };
    glyphs = dots::fold(glyphs);
    let (hung, _) = hung(&glyphs);
    let mut rules = braces::without(rules, &hung);
    rules.sort_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)));
    for rule in rules.iter().take(RULES_MAX) {
        glyphs = ruled::fold(glyphs, rule, &level);
    }
    unruled(arrows::fold(braces::fold(enclosed::fold(glyphs))))
}

/// Puts what is stacked without a rule into glyphs of its own.
fn unruled(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let Some(level) = Level::of(&glyphs) else {
        return glyphs;
    };
    let glyphs = bars::fold(glyphs, &level);
    limits::fold(binomials::fold(&glyphs, &level), &level)
}

/// The LaTeX of glyphs that stand within something else.
fn inner(glyphs: &[Glyph]) -> Option<String> {
    set(&unruled(glyphs.to_vec()))
}

/// Takes out the glyphs at these places and puts one in their stead.
fn replaced(glyphs: &[Glyph], taken: &[bool], with: Glyph) -> Vec<Glyph> {
    let kept = glyphs.iter().zip(taken).filter(|(_, taken)| !**taken);
    let mut folded: Vec<Glyph> = kept.map(|(glyph, _)| glyph.clone()).collect();
    let at = folded.partition_point(|glyph| glyph.left <= with.left);
    folded.insert(at, with);
    folded
}

fn chosen(glyphs: &[Glyph], taken: &[bool]) -> Vec<Glyph> {
    let own = glyphs.iter().zip(taken).filter(|(_, taken)| **taken);
    own.map(|(glyph, _)| glyph.clone()).collect()
}

/// The glyphs that hang from their baseline, and where they are.
fn hung(glyphs: &[Glyph]) -> (Vec<Hung>, Vec<usize>) {
    let all = glyphs.iter().enumerate();
    let hung = all.filter(|(_, glyph)| glyph.face == Face::Extension && glyph.latex.is_none());
    let found = hung.filter_map(|(at, glyph)| {
        let hung = Hung {
            sign: glyph.sole()?,
            left: glyph.left,
            right: glyph.right,
            baseline: glyph.baseline,
            size: glyph.size,
        };
        Some((hung, at))
    });
    found.unzip()
}

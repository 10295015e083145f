//! What stands above and below something in a formula: fractions, roots, limits, binomials.

use ultudy_domain::formula::{Class, command};

use super::{Face, Glyph, Level, set::set, sign::sign};

/// A horizontal rule. Lengths are in points, heights from the bottom of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) height: f32,
}

/// Height of a formula's axis above its baseline, in sizes (TeX: 0.25).
pub(crate) const AXIS: f32 = 0.25;

/// Farthest that parts of a fraction stand from its rule, and limits from their sign, in
/// sizes.
const FAR: f32 = 1.9;

/// Height of an overline above the baseline, in sizes: over small and over tall letters.
const OVERLINE: std::ops::Range<f32> = 0.45..1.1;

/// Most rules and glyphs in one line.
const RULES_MAX: usize = 32;
const GLYPHS_MAX: usize = 400;

/// Puts what is stacked into glyphs of its own.
pub(super) fn fold(mut glyphs: Vec<Glyph>, rules: &[Rule]) -> Vec<Glyph> {
    let bearable = glyphs.len() <= GLYPHS_MAX;
    let Some(level) = Level::of(&glyphs).filter(|_| bearable) else {
        return glyphs;
    };
    let mut rules = rules.to_vec();
    rules.sort_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)));
    for rule in rules.iter().take(RULES_MAX) {
        let folded = root(&glyphs, rule)
            .or_else(|| fraction(&glyphs, rule, &level))
            .or_else(|| overline(&glyphs, rule));
        glyphs = folded.unwrap_or(glyphs);
    }
    let glyphs = binomials(&glyphs, &level);
    limits(glyphs, &level)
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
    let latex = format!("\\sqrt{{{}}}", set(&own)?);
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
        .zip(&inner)
        .map(|(glyph, inner)| *inner || std::ptr::eq(glyph, radical));
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
    let is_one = own.iter().all(maths)
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
    let above: Vec<bool> = glyphs.iter().map(|glyph| side(glyph, true)).collect();
    let below: Vec<bool> = glyphs.iter().map(|glyph| side(glyph, false)).collect();
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

/// Two rows of small glyphs between tall parentheses.
fn binomials(glyphs: &[Glyph], level: &Level) -> Vec<Glyph> {
    let tall = |glyph: &Glyph, text: &str| glyph.face == Face::Extension && glyph.text == text;
    let mut folded: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    let mut rest = glyphs;
    while let Some((first, after)) = rest.split_first() {
        let length = after
            .iter()
            .take_while(|glyph| level.script(glyph).is_some())
            .count();
        let (inner, behind) = after.split_at(length);
        let closed = behind.first().is_some_and(|last| tall(last, ")"));
        if tall(first, "(")
            && closed
            && let Some(binomial) = binomial(first, inner, &behind[0], level)
        {
            folded.push(binomial);
            rest = &behind[1..];
        } else {
            folded.push(first.clone());
            rest = after;
        }
    }
    folded
}

fn binomial(open: &Glyph, inner: &[Glyph], close: &Glyph, level: &Level) -> Option<Glyph> {
    let (over, under): (Vec<Glyph>, Vec<Glyph>) = inner
        .iter()
        .cloned()
        .partition(|glyph| level.script(glyph) == Some(true));
    let latex = format!("\\binom{{{}}}{{{}}}", set(&over)?, set(&under)?);
    Some(Glyph {
        latex: Some(latex),
        right: close.right,
        baseline: level.baseline,
        size: level.size,
        face: Face::Maths,
        ..open.clone()
    })
}

/// Small glyphs above and below a large operator.
fn limits(mut glyphs: Vec<Glyph>, level: &Level) -> Vec<Glyph> {
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
            latex.push_str(&format!("{mark}{{{}}}", set(part)?));
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

/// The glyphs of the limit on one side, up (1) or down (-1): those over or under the sign,
/// and what goes on from them.
fn limit(glyphs: &[Glyph], operator: &Glyph, level: &Level, side: f32) -> Vec<bool> {
    let reach = 0.5 * level.size;
    let is_beyond = |glyph: &Glyph| {
        let away = side * (glyph.baseline - level.baseline) / level.size;
        glyph.size < 0.88 * level.size && (0.6..FAR).contains(&away)
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

//! Two rows of small glyphs between tall parentheses.

use crate::formula::{Face, Glyph, Level, set::set};

/// The glyphs with each binomial as one.
pub(super) fn fold(glyphs: &[Glyph], level: &Level) -> Vec<Glyph> {
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

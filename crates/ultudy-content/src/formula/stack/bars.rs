//! Upright bars higher than a line, drawn of parts.

use super::replaced;
use crate::formula::{Face, Glyph, Level};

/// Most glyphs looked at.
const PARTS_MAX: usize = 200;

/// The glyphs with the parts of each bar as one sign in the line.
pub(super) fn fold(mut glyphs: Vec<Glyph>, level: &Level) -> Vec<Glyph> {
    for _ in 0..PARTS_MAX {
        let Some(first) = glyphs.iter().find(|glyph| is_part(glyph)).cloned() else {
            break;
        };
        let taken: Vec<bool> = glyphs
            .iter()
            .map(|glyph| is_part(glyph) && (glyph.left - first.left).abs() < 0.15 * first.size)
            .collect();
        let whole = Glyph {
            text: "|".to_owned(),
            baseline: level.baseline,
            size: level.size,
            face: Face::Maths,
            ..first
        };
        glyphs = replaced(&glyphs, &taken, whole);
    }
    glyphs
}

fn is_part(glyph: &Glyph) -> bool {
    glyph.face == Face::Extension && glyph.latex.is_none() && glyph.text == "⏐"
}

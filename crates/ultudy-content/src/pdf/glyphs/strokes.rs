//! Strokes printed over a sign.

use crate::{formula::Glyph, pdf::text};

/// Strokes printed over a sign, put into it.
pub(super) fn joined(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let mut whole: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for mut glyph in glyphs {
        if let Some(before) = whole.last_mut()
            && goes_through(&glyph, before)
        {
            before.text = text::strike(&format!("{STROKE}{}", before.text));
            continue;
        }
        let goes_on =
            |before: &mut Glyph| before.text == STROKE || before.text == "↦" && glyph.text == "→";
        if let Some(before) = whole.pop_if(goes_on) {
            glyph.text = text::strike(&format!("{}{}", before.text, glyph.text));
            glyph.spaced = before.spaced;
            glyph.left = before.left.min(glyph.left);
        }
        whole.push(glyph);
    }
    whole
}

/// What TeX draws through a sign.
const STROKE: &str = "\u{338}";

/// Whether the glyph is a stroke through the sign that begins to the left of it.
fn goes_through(stroke: &Glyph, sign: &Glyph) -> bool {
    let shared = stroke.right.min(sign.right) - stroke.left.max(sign.left);
    match stroke.text.as_str() {
        STROKE => sign.sole().is_some() && stroke.left - sign.left < 0.25 * sign.size,
        "/" => sign.text == "∈" && shared > 0.5 * (stroke.right - stroke.left),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::Face;

    fn glyph(text: &str, left: f32, spaced: bool) -> Glyph {
        Glyph {
            text: text.to_owned(),
            latex: None,
            left,
            right: left + 5.0,
            baseline: 0.0,
            size: 10.0,
            face: Face::Maths,
            spaced,
        }
    }

    #[test]
    fn a_stroke_goes_through_the_sign_it_is_printed_over() {
        let glyphs = joined(vec![
            glyph("x", 0.0, false),
            glyph("\u{338}", 10.0, true),
            glyph("=", 10.1, false),
        ]);
        let texts: Vec<_> = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
        assert_eq!(texts, ["x", "≠"]);
        assert!(glyphs[1].spaced);
    }
}

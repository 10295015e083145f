//! Small raised and lowered characters that are printed as such: `y₃`, `m²`.

use ultudy_domain::formula::unmoved;

use super::{Face, Glyph};

/// Whether the glyph is such characters, raised (`true`) or lowered (`false`).
pub(super) fn printed(glyph: &Glyph) -> Option<bool> {
    let ascii = glyph.text.is_ascii() || glyph.latex.is_some();
    (!ascii)
        .then(|| unmoved(&glyph.text))?
        .map(|(raised, _)| raised)
}

/// The glyph with its characters on the line, as LaTeX wants them.
pub(super) fn unprinted(glyph: &Glyph) -> Glyph {
    let text = unmoved(&glyph.text).filter(|_| printed(glyph).is_some());
    Glyph {
        text: text.map_or_else(|| glyph.text.clone(), |(_, text)| text),
        ..glyph.clone()
    }
}

/// Parts letters of formulas from such characters behind them. A word of the text keeps
/// its own: "km²" and "1ˢᵗ" are words.
pub(super) fn part(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let mut parted = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let letters = glyph.text.chars().next().map_or(0, char::len_utf8);
        let (letter, scripts) = glyph.text.split_at(letters);
        let own = glyph.face == Face::Italic && glyph.latex.is_none();
        if !own || unmoved(letter).is_some() || unmoved(scripts).is_none() {
            parted.push(glyph);
            continue;
        }
        let count = glyph.text.chars().count() as f32;
        let middle = glyph.left + (glyph.right - glyph.left) / count;
        let (letter, scripts) = (letter.to_owned(), scripts.to_owned());
        parted.push(Glyph {
            text: letter,
            right: middle,
            ..glyph.clone()
        });
        parted.push(Glyph {
            text: scripts,
            left: middle,
            spaced: false,
            ..glyph
        });
    }
    parted
}

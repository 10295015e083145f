//! Dots that go on down or aslant, which TeX prints as three full stops.

use super::replaced;
use crate::formula::Glyph;

/// Most full stops looked at.
const STOPS_MAX: usize = 64;

/// How far one stands below the next, in sizes.
const STEP: std::ops::Range<f32> = 0.2..0.55;

/// The glyphs with three full stops one below the other as one sign.
pub(super) fn fold(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    while let Some((sign, three)) = three(&glyphs) {
        let [first, .., last] = three;
        let taken: Vec<bool> = (0..glyphs.len()).map(|at| three.contains(&at)).collect();
        let whole = Glyph {
            text: sign.to_string(),
            left: glyphs[first].left.min(glyphs[last].left),
            right: glyphs[last].right,
            ..glyphs[last].clone()
        };
        glyphs = replaced(&glyphs, &taken, whole);
    }
    glyphs
}

/// Three full stops, from the top down, and the sign that they are.
fn three(glyphs: &[Glyph]) -> Option<(char, [usize; 3])> {
    let stops = (0..glyphs.len()).filter(|at| glyphs[*at].text == ".");
    let stops: Vec<usize> = stops.take(STOPS_MAX).collect();
    let next = |from: usize, aslant: bool| {
        stops.iter().copied().find(|at| {
            let (upper, lower) = (&glyphs[from], &glyphs[*at]);
            let down = (upper.baseline - lower.baseline) / upper.size;
            let across = (lower.left - upper.left) / upper.size;
            let beside = if aslant {
                (0.2..0.7).contains(&across)
            } else {
                across.abs() < 0.1
            };
            STEP.contains(&down) && beside
        })
    };
    [('⋮', false), ('⋱', true)]
        .into_iter()
        .find_map(|(sign, aslant)| {
            stops.iter().find_map(|first| {
                let second = next(*first, aslant)?;
                Some((sign, [*first, second, next(second, aslant)?]))
            })
        })
}

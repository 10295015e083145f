//! The glyphs of a page where they are printed. The library's spans join what is raised or
//! lowered with what it belongs to; formulas need to know the difference.

mod strokes;
mod words;

use pdf_oxide::layout::TextChar;

use super::font;
use crate::formula::{Face, Glyph, Hung};

/// A place that a row takes up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    /// What stands here hangs from its baseline.
    pub(super) hung: bool,
    /// How far below the baseline more of it hangs, as the parts of a bar do.
    pub(super) depth: f32,
}

/// A printed character.
#[derive(Debug, Clone)]
struct Sign {
    character: char,
    left: f32,
    right: f32,
    baseline: f32,
    size: f32,
    face: Face,
}

/// The characters of a page that no row has taken yet, from the top down.
#[derive(Debug, Default)]
pub(super) struct Signs {
    signs: Vec<Sign>,
    taken: Vec<bool>,
    /// Characters that no span has where they are printed.
    stray: Vec<bool>,
    /// What the last row took.
    last: Vec<usize>,
    baselines: Vec<f32>,
}

impl Signs {
    /// Of the library's characters, which come from the top down.
    pub(super) fn of(chars: &[TextChar]) -> Self {
        let mut signs: Vec<Sign> = signs(chars);
        signs.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
        Self {
            baselines: signs.iter().map(|sign| sign.baseline).collect(),
            taken: vec![false; signs.len()],
            stray: vec![false; signs.len()],
            signs,
            last: Vec::new(),
        }
    }

    /// Finds the characters that stand at none of the places: the library has a few in spans
    /// that lie a little off.
    pub(super) fn find_strays(&mut self, places: &[Place]) {
        const PAIRS_MAX: usize = 1 << 22;
        let mut stray = vec![true; self.signs.len()];
        let mut pairs = 0_usize;
        for place in places {
            let range = self.range(std::slice::from_ref(place));
            pairs = pairs.saturating_add(range.len());
            if pairs > PAIRS_MAX {
                return;
            }
            for at in range {
                stray[at] &= !place.has(&self.signs[at]);
            }
        }
        self.stray = stray;
    }

    /// Where the characters of a span at this place are printed, if it is one of those that
    /// lie a little off.
    pub(super) fn baseline_of(&self, place: &Place) -> Option<f32> {
        let held: Vec<usize> = self
            .range(std::slice::from_ref(place))
            .filter(|at| place.holds(&self.signs[*at]))
            .collect();
        let first = *held.first()?;
        let strays = held.iter().all(|at| self.stray[*at]);
        strays.then(|| self.signs[first].baseline)
    }

    /// The signs larger than a line.
    pub(super) fn hung(&self) -> Vec<Hung> {
        let hung = self
            .signs
            .iter()
            .filter(|sign| sign.face == Face::Extension);
        hung.map(|sign| Hung {
            sign: sign.character,
            left: sign.left,
            right: sign.right,
            baseline: sign.baseline,
            size: sign.size,
        })
        .collect()
    }

    /// Takes what stands at the places of one row, as glyphs from left to right, and counts
    /// its characters; none where that is more than anyone could have printed in a line.
    /// Lines are `stacked` in it where words stand one above the other.
    pub(super) fn take(&mut self, places: &[Place], stacked: bool) -> Option<(Vec<Glyph>, usize)> {
        const PAIRS_MAX: usize = 1 << 20;
        self.last.clear();
        let range = self.range(places);
        if range.len().saturating_mul(places.len()) > PAIRS_MAX {
            return None;
        }
        let mut found = Vec::new();
        for at in range {
            let sign = &self.signs[at];
            if !self.taken[at] && places.iter().any(|place| place.holds(sign)) {
                self.taken[at] = true;
                self.last.push(at);
                found.push(sign.clone());
            }
        }
        found.sort_by(|a, b| a.left.total_cmp(&b.left));
        let count = found
            .iter()
            .map(|sign| words::cleaned(sign).chars().count())
            .sum();
        let glyphs = if stacked {
            words::of_lines(&found)
        } else {
            words::of(&found)
        };
        Some((glyphs, count))
    }

    /// Takes back what the last row could not use.
    pub(super) fn take_back(&mut self) {
        for at in self.last.drain(..) {
            self.taken[at] = false;
        }
    }

    /// Whether another row has taken all that stands at these places, and something does:
    /// the library gives some raised and lowered characters twice.
    pub(super) fn are_taken(&self, places: &[Place]) -> bool {
        let mut here = self
            .range(places)
            .filter(|at| places.iter().any(|place| place.holds(&self.signs[*at])));
        here.next()
            .is_some_and(|first| self.taken[first] && here.all(|at| self.taken[at]))
    }

    /// The signs at the height of the places.
    fn range(&self, places: &[Place]) -> std::ops::Range<usize> {
        let top = places
            .iter()
            .map(|place| place.baseline + place.size)
            .fold(f32::MIN, f32::max);
        let foot = places
            .iter()
            .map(|place| place.baseline - place.size - place.depth)
            .fold(f32::MAX, f32::min);
        let first = self.baselines.partition_point(|baseline| *baseline > top);
        let last = self.baselines.partition_point(|baseline| *baseline >= foot);
        first..last.max(first)
    }
}

impl Place {
    fn holds(&self, sign: &Sign) -> bool {
        let middle = f32::midpoint(sign.left, sign.right);
        self.hung == (sign.face == Face::Extension)
            && (self.left - 0.3..self.right + 0.3).contains(&middle)
            && (-0.62 * self.size - self.depth..0.62 * self.size)
                .contains(&(sign.baseline - self.baseline))
    }
}

impl Place {
    /// Whether the sign stands right here.
    fn has(&self, sign: &Sign) -> bool {
        let near = (sign.baseline - self.baseline).abs() < 0.3 * self.size;
        self.holds(sign) && (near || self.depth > 0.0)
    }
}

/// The characters that are seen and lie somewhere.
fn signs(chars: &[TextChar]) -> Vec<Sign> {
    // A page has thousands of characters and few changes of font.
    let mut known: Option<(&TextChar, Face)> = None;
    let sign = |char| {
        let face = match known {
            Some((last, face)) if has_font_of(char, last) => face,
            _ => font::face_of(&char.font_name, char.is_italic, char.is_monospace),
        };
        known = Some((char, face));
        sign(char, face)
    };
    chars.iter().filter_map(sign).collect()
}

fn has_font_of(char: &TextChar, other: &TextChar) -> bool {
    char.font_name == other.font_name
        && (char.is_italic, char.is_monospace) == (other.is_italic, other.is_monospace)
}

fn sign(char: &TextChar, face: Face) -> Option<Sign> {
    let character = char.char;
    let finite = [
        char.origin_x,
        char.origin_y,
        char.advance_width,
        char.font_size,
    ]
    .iter()
    .all(|length| length.is_finite());
    let seen = finite && !character.is_whitespace() && char.rotation_degrees == 0.0;
    seen.then(|| Sign {
        character,
        left: char.origin_x,
        right: char.origin_x + char.advance_width.max(0.0),
        baseline: char.origin_y,
        size: char.font_size.abs().max(1.0),
        face: face.of_text(character.encode_utf8(&mut [0; 4])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(character: char, left: f32, baseline: f32) -> Sign {
        Sign {
            character,
            left,
            right: left + 5.0,
            baseline,
            size: 10.0,
            face: Face::Maths,
        }
    }

    #[test]
    fn a_row_takes_what_stands_at_its_places_once() {
        let signs = [
            sign('a', 0.0, 100.0),
            sign('2', 5.0, 104.0),
            sign('b', 0.0, 86.0),
        ];
        let mut page = Signs {
            baselines: signs.iter().map(|sign| sign.baseline).collect(),
            taken: vec![false; 3],
            stray: vec![false; 3],
            last: Vec::new(),
            signs: signs.to_vec(),
        };
        page.signs.swap(0, 1);
        page.baselines.swap(0, 1);
        let place = Place {
            left: 0.0,
            right: 10.0,
            baseline: 100.0,
            size: 10.0,
            hung: false,
            depth: 0.0,
        };
        let texts = |glyphs: Vec<Glyph>| -> Vec<String> {
            glyphs.into_iter().map(|glyph| glyph.text).collect()
        };
        assert_eq!(texts(page.take(&[place], false).unwrap().0), ["a", "2"]);
        assert_eq!(page.take(&[place], false), Some((vec![], 0)));
        let many = vec![place; 1 << 20];
        assert_eq!(page.take(&many, false), None);
    }
}

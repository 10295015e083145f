//! The glyphs of a page where they are printed. The library's spans join what is raised or
//! lowered with what it belongs to; formulas need to know the difference.

use pdf_oxide::layout::TextChar;

use super::{font, text};
use crate::formula::{Face, Glyph, segments};

/// Gap between words, in ems, from which there is a space between them; the same beside a
/// character of a script without spaces.
const WORD_GAP: f32 = 0.15;
const WIDE_WORD_GAP: f32 = 0.6;

/// A place that a row takes up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    /// What stands here hangs from its baseline.
    pub(super) hung: bool,
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
    /// What the last row took.
    last: Vec<usize>,
    baselines: Vec<f32>,
}

impl Signs {
    /// Of the library's characters, which come from the top down.
    pub(super) fn of(chars: &[TextChar]) -> Self {
        let mut signs: Vec<Sign> = chars.iter().filter_map(sign).collect();
        signs.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
        Self {
            baselines: signs.iter().map(|sign| sign.baseline).collect(),
            taken: vec![false; signs.len()],
            signs,
            last: Vec::new(),
        }
    }

    /// Takes what stands at the places of one row, as glyphs from left to right, and counts
    /// its characters; none where that is more than anyone could have printed in a line.
    pub(super) fn take(&mut self, places: &[Place]) -> Option<(Vec<Glyph>, usize)> {
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
        let count = found.iter().map(|sign| cleaned(sign).chars().count()).sum();
        Some((glyphs(&found), count))
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
            .map(|place| place.baseline - place.size)
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
            && (sign.baseline - self.baseline).abs() < 0.62 * self.size
    }
}

fn sign(char: &TextChar) -> Option<Sign> {
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
        face: font::face_of(&char.font_name, char.is_italic, char.is_monospace),
    })
}

/// Characters from left to right as words, numbers and single signs.
fn glyphs(signs: &[Sign]) -> Vec<Glyph> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < signs.len() {
        let length = 1 + signs[start..]
            .windows(2)
            .take_while(|pair| are_together(&pair[0], &pair[1]))
            .count();
        let gap = start
            .checked_sub(1)
            .map(|before| (&signs[before], &signs[start]));
        let spaced = gap.is_some_and(|(before, after)| is_spaced(before, after));
        push_run(&mut found, &signs[start..start + length], spaced);
        start += length;
    }
    struck(found)
}

fn are_together(before: &Sign, after: &Sign) -> bool {
    before.face == after.face
        && (before.size - after.size).abs() < 0.1
        && (before.baseline - after.baseline).abs() < 0.1
        && !is_spaced(before, after)
}

fn is_spaced(before: &Sign, after: &Sign) -> bool {
    let wide = [before, after]
        .iter()
        .any(|sign| super::is_spaceless(sign.character));
    let least = if wide { WIDE_WORD_GAP } else { WORD_GAP };
    after.left - before.right > least * before.size.min(1.5 * after.size)
}

fn cleaned(sign: &Sign) -> String {
    text::clean(sign.character.encode_utf8(&mut [0; 4]))
}

/// Cuts a run of one face without gaps.
fn push_run(found: &mut Vec<Glyph>, run: &[Sign], spaced: bool) {
    let mut characters = Vec::with_capacity(run.len());
    let mut owners = Vec::with_capacity(run.len());
    for (at, sign) in run.iter().enumerate() {
        for character in cleaned(sign).chars() {
            characters.push(if sign.face == Face::Extension {
                large(character)
            } else {
                character
            });
            owners.push(at);
        }
    }
    let Some(first) = run.first() else { return };
    for segment in segments(&characters, first.face.is_mathematical()) {
        let (left, right) = (&run[owners[segment.start]], &run[owners[segment.end - 1]]);
        found.push(Glyph {
            spaced: spaced && segment.start == 0,
            text: characters[segment].iter().collect(),
            latex: None,
            left: left.left,
            right: right.right,
            baseline: first.baseline,
            size: first.size,
            face: first.face,
        });
    }
}

/// The sign for many things where fonts name that for two.
fn large(sign: char) -> char {
    match sign {
        '∪' => '⋃',
        '∩' => '⋂',
        '∧' => '⋀',
        '∨' => '⋁',
        '⊔' => '⨆',
        '⊕' => '⨁',
        '⊗' => '⨂',
        '⊙' => '⨀',
        '⊎' => '⨄',
        other => other,
    }
}

/// Strokes printed over a sign, put into it.
fn struck(glyphs: Vec<Glyph>) -> Vec<Glyph> {
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
    fn a_stroke_goes_through_the_sign_it_is_printed_over() {
        let glyphs = glyphs(&[
            sign('x', 0.0, 0.0),
            sign('\u{338}', 10.0, 0.0),
            sign('=', 10.1, 0.0),
        ]);
        let texts: Vec<_> = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
        assert_eq!(texts, ["x", "≠"]);
        assert!(glyphs[1].spaced);
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
        };
        let texts = |glyphs: Vec<Glyph>| -> Vec<String> {
            glyphs.into_iter().map(|glyph| glyph.text).collect()
        };
        assert_eq!(texts(page.take(&[place]).unwrap().0), ["a", "2"]);
        assert_eq!(page.take(&[place]), Some((vec![], 0)));
        let many = vec![place; 1 << 20];
        assert_eq!(page.take(&many), None);
    }
}

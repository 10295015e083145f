//! The height at which a run of glyphs stands, from which others are raised or lowered.

use super::{Face, Glyph, scripts};

/// A glyph larger than this share of its line's size is no script.
const SCRIPT_SIZE: f32 = 0.88;

/// Least shift of a script, up and down, in sizes of its line.
const RAISED: f32 = 0.12;
const LOWERED: f32 = 0.05;

/// Farthest that what is no script stands from the baseline, in sizes of its line.
const ASIDE: f32 = 0.35;

/// A baseline and the size of what stands on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Level {
    pub(crate) baseline: f32,
    pub(crate) size: f32,
}

impl Level {
    /// That of most of the large glyphs.
    pub(crate) fn of(glyphs: &[Glyph]) -> Option<Self> {
        let hung = glyphs.iter().all(|glyph| glyph.face == Face::Extension);
        let standing = || {
            let all = glyphs.iter();
            all.filter(move |glyph| hung || glyph.face != Face::Extension)
        };
        let largest = common_size(standing())?;
        let mut levels: Vec<(Self, usize)> = Vec::new();
        for glyph in standing().filter(|glyph| glyph.size >= SCRIPT_SIZE * largest) {
            let weight = glyph.text.chars().count();
            let same = |(level, _): &&mut (Self, usize)| {
                (level.baseline - glyph.baseline).abs() < 0.05 * glyph.size
            };
            match levels.iter_mut().rev().take(8).find(same) {
                Some((_, weights)) => *weights += weight,
                None => levels.push((Self::at(glyph), weight)),
            }
        }
        let most = levels.iter().rev().max_by_key(|(_, weight)| *weight);
        most.map(|(level, _)| *level)
    }

    fn at(glyph: &Glyph) -> Self {
        Self {
            baseline: glyph.baseline,
            size: glyph.size,
        }
    }

    /// Whether the glyph is as large as what stands here and stands in another line.
    pub(crate) fn is_left_by(&self, glyph: &Glyph) -> bool {
        let away = (glyph.baseline - self.baseline).abs();
        let plain = glyph.latex.is_none() && glyph.face != Face::Extension;
        plain && away > ASIDE * self.size
    }

    /// Whether the glyph is a superscript (`true`) or subscript (`false`) here; `None` if it
    /// stands in the line.
    pub(crate) fn script(&self, glyph: &Glyph) -> Option<bool> {
        if let Some(raised) = scripts::printed(glyph) {
            return Some(raised);
        }
        let shift = (glyph.baseline - self.baseline) / self.size;
        let small = glyph.size < SCRIPT_SIZE * self.size && glyph.face != Face::Extension;
        if small && shift > RAISED {
            Some(true)
        } else if small && shift < -LOWERED {
            Some(false)
        } else {
            None
        }
    }
}

/// The largest size that has its share of the characters: beside long scripts a base has,
/// beside a text a large initial has not.
fn common_size<'a>(glyphs: impl Iterator<Item = &'a Glyph>) -> Option<f32> {
    let mut sizes: Vec<(f32, usize)> = Vec::new();
    for glyph in glyphs {
        let weight = glyph.text.chars().count();
        let room = sizes.len() < 16;
        match sizes
            .iter_mut()
            .find(|(size, _)| (size - glyph.size).abs() < 0.3)
        {
            Some((_, weights)) => *weights += weight,
            None if room => sizes.push((glyph.size, weight)),
            None => {}
        }
    }
    let all: usize = sizes.iter().map(|(_, weight)| weight).sum();
    // A large initial is one of many; a base with long scripts has a share of its own.
    let enough = sizes.iter().filter(|(_, weight)| weight * 12 >= all);
    enough.map(|(size, _)| *size).max_by(f32::total_cmp)
}

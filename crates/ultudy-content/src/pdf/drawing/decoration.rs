//! What a document draws on page after page: rules under its running heads, the ground and
//! frame of its slides.

use std::collections::{HashMap, HashSet};

use super::{
    area::Area,
    shape::{Kind, Shape},
};

/// Pages that are looked at, two next to each other at a time, for left and right pages
/// may be decorated otherwise.
const SAMPLE: u32 = 40;

/// Pages of the sample on which the same shape at the same place is decoration, and the
/// least share of them.
const REPEATS: usize = 3;
const SHARE: f32 = 0.2;

/// A shape's kind and place, to the point.
type Key = (Kind, [i64; 4]);

/// Shapes that belong to no figure.
#[derive(Debug, Default)]
pub(crate) struct Decoration(HashSet<Key>);

impl Decoration {
    /// What repeats among the shapes of the pages that stand for so many.
    pub(super) fn among(pages: u32, shapes: impl Fn(u32) -> Vec<Shape>) -> Self {
        let mut repeats: HashMap<Key, usize> = HashMap::new();
        let mut looked = 0;
        for index in sample(pages) {
            looked += 1;
            let own: HashSet<Key> = shapes(index).iter().map(key).collect();
            for key in own {
                *repeats.entry(key).or_default() += 1;
            }
        }
        let least = (SHARE * looked as f32).ceil() as usize;
        repeats.retain(|_, count| *count >= REPEATS.max(least));
        Self(repeats.into_keys().collect())
    }

    pub(super) fn has(&self, shape: &Shape) -> bool {
        self.0.contains(&key(shape))
    }
}

fn sample(pages: u32) -> impl Iterator<Item = u32> {
    let step = pages.div_ceil(SAMPLE).max(1);
    (0..pages).filter(move |index| step == 1 || index % (2 * step) < 2)
}

fn key(shape: &Shape) -> Key {
    let Area {
        left,
        right,
        bottom,
        top,
    } = shape.area;
    let sides = [left, right, bottom, top].map(|length| length.round() as i64);
    (shape.kind, sides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fifth_of_the_pages_draw_alike_is_decoration() {
        let at = |left: f32| Shape {
            kind: Kind::Line,
            area: Area {
                left,
                right: left + 400.0,
                bottom: 700.0,
                top: 700.5,
            },
        };
        let page = |index: u32| {
            let head = index.is_multiple_of(2).then(|| at(72.0));
            let own = (index < 2).then(|| at(90.0));
            head.into_iter().chain(own).collect()
        };
        for pages in [8, 900] {
            let decoration = Decoration::among(pages, page);
            assert!(
                decoration.has(&at(72.0)) && !decoration.has(&at(90.0)),
                "{pages}"
            );
        }
        assert!(sample(100_000).count() <= 40);
    }
}

//! What a page draws.

use super::area::Area;

/// Strokes no thicker than this are lines, in points.
const THIN: f32 = 2.0;

/// How far from the corners of a box the ends of its lines may lie, in points: corners may
/// be round.
const CORNER: f32 = 12.0;

/// Where corners are rounder: share of a box's outline that runs across or down the page.
const STRAIGHT: f32 = 0.25;

/// Most points of the outline of a box: round corners have two each.
const OUTLINE_MAX: usize = 24;

/// What a drawing is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::pdf) enum Kind {
    /// A line across or down the page, or a bent one of such lines.
    Line,
    /// A rectangle, drawn or filled, its corners sharp or round.
    Box,
    /// Anything else: a slanting line, a curve, an outline.
    Free,
    /// A raster image.
    Image,
}

/// Something drawn, as far as it can be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::pdf) struct Shape {
    pub(in crate::pdf) kind: Kind,
    pub(in crate::pdf) area: Area,
}

/// A path being built, in points of the page.
#[derive(Debug, Default)]
pub(super) struct Path {
    strokes: Vec<Outline>,
}

impl Path {
    /// Begins a stroke; beyond `most` strokes, goes on with the last.
    pub(super) fn begin(&mut self, point: (f32, f32), most: usize) {
        if self.strokes.len() < most {
            self.strokes.push(Outline::new());
        }
        self.line(point);
    }

    /// A line to a point.
    pub(super) fn line(&mut self, to: (f32, f32)) {
        if let Some(stroke) = self.strokes.last_mut() {
            stroke.line(to);
        }
    }

    /// A line back to where the stroke began.
    pub(super) fn close(&mut self) {
        let stroke = self.strokes.last();
        if let Some(first) = stroke.and_then(|stroke| stroke.ends.first().copied()) {
            self.line(first);
        }
    }

    /// A curve to the last of these points, which the others draw their way.
    pub(super) fn curve(&mut self, points: &[(f32, f32)]) {
        let (Some(stroke), Some((to, bends))) = (self.strokes.last_mut(), points.split_last())
        else {
            return;
        };
        bends.iter().for_each(|bend| stroke.bend(*bend));
        stroke.end(*to);
    }

    /// The least area that holds it; `None` if it is nowhere.
    pub(super) fn area(&self) -> Option<Area> {
        let areas = self.strokes.iter().map(|stroke| stroke.area);
        areas.reduce(|one, other| one.with(&other))
    }

    /// What is drawn by it.
    pub(super) fn shapes(&self) -> impl Iterator<Item = Shape> {
        self.strokes.iter().map(|stroke| Shape {
            kind: stroke.kind(),
            area: stroke.area,
        })
    }
}

/// A line, bent or not, that is drawn in one go.
#[derive(Debug)]
struct Outline {
    area: Area,
    /// The ends of its parts, as far as they may be those of a box.
    ends: Vec<(f32, f32)>,
    /// It has more of them.
    long: bool,
    last: Option<(f32, f32)>,
    /// Some of it runs neither across nor down the page.
    slants: bool,
    /// How much of it is lines across or down the page.
    straight: f32,
}

impl Outline {
    fn new() -> Self {
        Self {
            area: Area::NOTHING,
            ends: Vec::new(),
            long: false,
            last: None,
            slants: false,
            straight: 0.0,
        }
    }

    fn line(&mut self, to: (f32, f32)) {
        if let Some((x, y)) = self.last {
            let (across, up) = ((x - to.0).abs(), (y - to.1).abs());
            self.straight += if across.min(up) <= THIN {
                across.max(up)
            } else {
                0.0
            };
        }
        self.end(to);
    }

    fn end(&mut self, point: (f32, f32)) {
        self.bend(point);
        self.last = Some(point);
        if self.ends.len() < OUTLINE_MAX {
            self.ends.push(point);
        } else {
            self.long = true;
        }
    }

    fn bend(&mut self, point: (f32, f32)) {
        self.slants |= self
            .last
            .is_some_and(|(x, y)| !near(x, point.0, THIN) && !near(y, point.1, THIN));
        self.area = self.area.with_point(point);
    }

    fn kind(&self) -> Kind {
        let (long, short) = self.area.sides();
        if short <= THIN && long > short {
            Kind::Line
        } else if self.is_box() {
            Kind::Box
        } else if self.slants {
            Kind::Free
        } else {
            Kind::Line
        }
    }

    /// Whether all ends lie near the corners and something lies near each of them.
    fn is_box(&self) -> bool {
        let area = &self.area;
        let corner = CORNER.min(0.3 * area.sides().1);
        let mut taken = [false; 4];
        let at_corners = self.ends.iter().all(|(x, y)| {
            let corners = [
                (area.left, area.bottom),
                (area.right, area.bottom),
                (area.left, area.top),
                (area.right, area.top),
            ];
            let own = corners.map(|(a, b)| near(*x, a, corner) && near(*y, b, corner));
            taken
                .iter_mut()
                .zip(own)
                .for_each(|(taken, own)| *taken |= own);
            own.contains(&true)
        });
        !self.long && (at_corners && taken == [true; 4] || self.is_round_box())
    }

    /// Whether all ends lie on the edges, and much of it runs along them.
    fn is_round_box(&self) -> bool {
        let area = &self.area;
        let on_edge = |(x, y): &(f32, f32)| {
            let across = near(*x, area.left, THIN) || near(*x, area.right, THIN);
            across || near(*y, area.bottom, THIN) || near(*y, area.top, THIN)
        };
        let around = 2.0 * (area.width() + area.height());
        self.ends.len() >= 6 && self.straight >= STRAIGHT * around && self.ends.iter().all(on_edge)
    }
}

fn near(one: f32, other: f32, distance: f32) -> bool {
    (one - other).abs() <= distance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ends: &[(f32, f32)]) -> Kind {
        let mut path = Path::default();
        path.begin(ends[0], 9);
        ends[1..].iter().for_each(|end| path.line(*end));
        path.shapes().next().unwrap().kind
    }

    #[test]
    fn boxes_may_have_round_corners_and_slanting_lines_are_none() {
        let sharp = [(0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (0.0, 30.0)];
        let round = [
            (5.0, 0.0),
            (85.0, 0.0),
            (90.0, 5.0),
            (90.0, 25.0),
            (85.0, 30.0),
            (5.0, 30.0),
            (0.0, 25.0),
            (0.0, 5.0),
        ];
        let ellipse = [(0.0, 15.0), (45.0, 0.0), (90.0, 15.0), (45.0, 30.0)];
        assert_eq!((kind(&sharp), kind(&round)), (Kind::Box, Kind::Box));
        assert_eq!(kind(&ellipse), Kind::Free);
        assert_eq!(kind(&[(0.0, 0.0), (50.0, 40.0)]), Kind::Free);
        assert_eq!(kind(&[(0.0, 0.0), (50.0, 0.5)]), Kind::Line);
        assert_eq!(kind(&[(0.0, 0.0), (50.0, 40.0), (0.0, 40.0)]), Kind::Free);
        assert_eq!(kind(&[(0.0, 0.0), (50.0, 0.0), (50.0, 40.0)]), Kind::Line);
    }
}

//! Shapes that touch or nearly touch, and which of these regions are figures: not the frames
//! and grounds of text, rules, borders of tables, bars of fractions.

use super::{
    area::Area,
    print::{Print, Stretch},
    shape::{Kind, Shape},
};
use crate::layout::{captions_figure, is_caption};

/// Most regions of a page, and most boxes that may be frames: no figure needs more.
const REGIONS_MAX: usize = 400;
const FRAMES_MAX: usize = 500;

/// Most stretches of a page that is looked at: no page of print has more.
const STRETCHES_MAX: usize = 4_000;

/// Distance, in points, within which shapes are of one region.
const TOUCH: f32 = 8.0;

/// The same for regions that share a caption, and for a caption and its figure.
const SHARED: f32 = 70.0;
const CAPTION: f32 = 60.0;

/// Distance from a region within which words are its labels, and from its shapes alone, up
/// or down and aside.
const LABEL: f32 = 7.0;
const LABEL_MOST: f32 = 30.0;
const LABEL_ASIDE: f32 = 80.0;

/// How far the third line of a part's caption may stand below its first, in ems.
const PART_LINES: f32 = 3.0;

/// Most labels at the edge of a figure.
const LABELS_MAX: usize = 60;

/// Share of the page's height from which a shape is its background.
const BACKGROUND: f32 = 0.85;

/// Share of the text's width from which a box with text in it is its frame.
const FRAME: f32 = 0.7;

/// Least sides of a figure, in points; the shorter one where a caption says it is one.
const LONG: f32 = 36.0;
const SHORT: f32 = 24.0;
const SHORT_CAPTIONED: f32 = 16.0;

/// Least share of a region without a caption that its slanting lines and curves reach over.
const DRAWN: f32 = 0.2;

/// Fewest shapes of a figure that has none of them, only a caption.
const SHAPES_MIN: usize = 3;

/// Most of what is printed in a figure that may read as running text.
const RUNNING: f32 = 0.35;

/// A figure that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    pub(super) area: Area,
    /// Its labels, by their place among the stretches.
    pub(super) labels: Vec<usize>,
}

/// A region of shapes.
#[derive(Debug, Clone)]
struct Region {
    area: Area,
    /// What slanting lines and curves reach over.
    free: Option<Area>,
    images: Option<Area>,
    shapes: usize,
}

impl Region {
    fn of(shape: &Shape) -> Self {
        let only = |kind| (shape.kind == kind).then_some(shape.area);
        Self {
            area: shape.area,
            free: only(Kind::Free),
            images: only(Kind::Image),
            shapes: 1,
        }
    }

    fn with(self, other: &Self) -> Self {
        let both = |one: Option<Area>, other: Option<Area>| match (one, other) {
            (Some(one), Some(other)) => Some(one.with(&other)),
            (one, other) => one.or(other),
        };
        Self {
            area: self.area.with(&other.area),
            free: both(self.free, other.free),
            images: both(self.images, other.images),
            shapes: self.shapes + other.shapes,
        }
    }

    /// A lone line is a rule.
    fn is_rule(&self) -> bool {
        self.area.sides().1 < 4.0
    }
}

/// The figures among the shapes of a page, from the top down.
pub(super) fn figures(shapes: &[Shape], print: &Print, page: &Area) -> Vec<Figure> {
    if print.stretches.len() > STRETCHES_MAX {
        return Vec::new();
    }
    let kept = without_frames(shapes, print, page);
    let Some(mut regions) = regions(&kept) else {
        return Vec::new();
    };
    let captioned = print.captioned(&mut regions);
    let mut figures: Vec<Figure> = Vec::new();
    let found = captioned
        .iter()
        .map(|(region, caption)| (region, Some(*caption)));
    for (region, caption) in found.chain(regions.iter().map(|region| (region, None))) {
        let figure = print.figure(region, caption);
        figures.extend(figure.filter(|figure| {
            let apart = |other: &Figure| !other.area.meets(&figure.area, 0.0);
            figures.iter().all(apart)
        }));
    }
    figures.sort_by(|a, b| b.area.top.total_cmp(&a.area.top));
    figures
}

/// The shapes without backgrounds, frames and grounds of text, and lines under words.
fn without_frames<'a>(shapes: &'a [Shape], print: &Print, page: &Area) -> Vec<&'a Shape> {
    let mut frames_left = FRAMES_MAX;
    let mut is_frame = |shape: &Shape| {
        let area = &shape.area;
        if area.width() < LONG || area.height() < 8.0 || frames_left == 0 {
            return false;
        }
        frames_left -= 1;
        match shape.kind {
            Kind::Box => print.is_in_frame(area, area.width() >= FRAME * print.width),
            Kind::Free | Kind::Line => print.is_in_frame(area, false),
            Kind::Image => false,
        }
    };
    let is_background = |area: &Area| {
        area.height() >= BACKGROUND * page.height() && area.width() >= 0.5 * page.width()
    };
    shapes
        .iter()
        .filter(|shape| !is_background(&shape.area) && !is_frame(shape))
        .filter(|shape| !print.underlines(shape))
        .collect()
}

/// Shapes that touch or nearly touch; `None` for more than any page of figures has.
fn regions(shapes: &[&Shape]) -> Option<Vec<Region>> {
    let mut regions: Vec<Region> = Vec::new();
    for shape in shapes {
        join(&mut regions, Region::of(shape));
        if regions.len() > REGIONS_MAX {
            return None;
        }
    }
    Some(regions)
}

/// Adds a region to those it touches.
fn join(regions: &mut Vec<Region>, mut new: Region) {
    while let Some(at) = regions
        .iter()
        .position(|region| region.area.meets(&new.area, TOUCH))
    {
        new = regions.swap_remove(at).with(&new);
    }
    regions.push(new);
}

impl Print {
    fn within<'s>(&'s self, area: &'s Area) -> impl Iterator<Item = (usize, &'s Stretch)> {
        let stretches = self.stretches.iter().enumerate();
        stretches.filter(|(_, stretch)| area.holds(&stretch.area))
    }

    /// What the area reaches over, at least in part.
    fn across<'s>(&'s self, area: &'s Area) -> impl Iterator<Item = (usize, &'s Stretch)> {
        let stretches = self.stretches.iter().enumerate();
        stretches.filter(|(_, stretch)| {
            let height = f32::midpoint(stretch.area.bottom, stretch.area.top);
            let level = (area.bottom..=area.top).contains(&height);
            level && area.beside(&stretch.area) > 0.0
        })
    }

    /// Whether the area frames text: any, if it is a `wide` box.
    fn is_in_frame(&self, area: &Area, wide: bool) -> bool {
        let (mut lines, mut running, mut all) = (0, 0, 0);
        for (_, stretch) in self.within(area) {
            all += stretch.chars();
            running += usize::from(stretch.runs) * stretch.chars();
            let fills = stretch.area.width() >= 0.5 * area.width();
            lines += usize::from(stretch.runs && fills);
        }
        wide && all > 0 || lines > 1 && 2 * running > all
    }

    /// Whether it is a line across the page at running text.
    fn underlines(&self, shape: &Shape) -> bool {
        let area = &shape.area;
        let touches = |stretch: &Stretch| {
            stretch.runs && stretch.area.meets(area, 1.0) && stretch.area.beside(area) > 0.0
        };
        area.height() <= 2.0 && self.stretches.iter().any(touches)
    }

    /// Whether a stretch is text that stands in no figure: of a paragraph, a caption.
    fn is_text(&self, (at, stretch): (usize, &Stretch)) -> bool {
        stretch.runs && !self.is_part_s_caption(at) || is_caption(&stretch.text)
    }

    /// Whether it is of the caption of a part of a figure: "(a) The first part".
    fn is_part_s_caption(&self, at: usize) -> bool {
        let line = |back: usize| self.stretches.get(at.checked_sub(back)?);
        let begins = |line: &Stretch| captions_part(&line.text);
        let goes_on = |back: usize| {
            let below = line(back).zip(line(0));
            let below = below.map(|(first, own)| (first.baseline - own.baseline) / own.size);
            line(back).is_some_and(begins)
                && below.is_some_and(|below| (0.5..PART_LINES).contains(&below))
        };
        line(0).is_some_and(begins) || (1..=2).any(goes_on)
    }

    /// Whether the area reaches over such text.
    fn has_text(&self, area: &Area) -> bool {
        self.across(area).any(|stretch| self.is_text(stretch))
    }

    /// Takes out the regions of each caption of a figure and puts them together.
    fn captioned(&self, regions: &mut Vec<Region>) -> Vec<(Region, &Stretch)> {
        let mut found = Vec::new();
        for (at, caption) in self.stretches.iter().enumerate() {
            if self.is_inside_paragraph(at) || !captions_figure(&caption.text) {
                continue;
            }
            let Some(seed) = self.nearest(regions, caption) else {
                continue;
            };
            let mut own = regions.swap_remove(seed);
            let near = |own: &Region, other: &Region| {
                let both = own.area.with(&other.area);
                !other.is_rule() && own.area.meets(&other.area, SHARED) && !self.has_text(&both)
            };
            while let Some(next) = regions.iter().position(|other| near(&own, other)) {
                own = own.with(&regions.swap_remove(next));
            }
            found.push((own, caption));
        }
        found
    }

    /// The region that a caption stands below, above or beside.
    fn nearest(&self, regions: &[Region], caption: &Stretch) -> Option<usize> {
        let distance = |region: &Region| {
            let area = &region.area;
            let above = area.bottom - caption.area.top;
            let below = caption.area.bottom - area.top;
            let aside = -area.beside(&caption.area);
            let apart = above.max(below).max(aside).max(0.0);
            let over = above > -0.5 * caption.size || below > -0.5 * caption.size;
            let near = !region.is_rule() && apart <= CAPTION && (aside <= 0.0 || !over);
            // A caption stands below its figure rather than above it.
            let cost = if below > 0.0 {
                apart + 0.5 * CAPTION
            } else {
                apart
            };
            (near && !self.parts(area, caption)).then_some(cost)
        };
        let near = regions.iter().map(distance).enumerate();
        let near = near.filter_map(|(at, distance)| Some((at, distance?)));
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }

    /// Whether text stands between a region and a caption.
    fn parts(&self, area: &Area, caption: &Stretch) -> bool {
        let both = area.with(&caption.area);
        self.across(&both).any(|(at, stretch)| {
            stretch != caption
                && !area.holds(&stretch.area)
                && self.is_text((at, stretch))
                && !caption.is_above(stretch)
        })
    }

    /// The region with its labels, if it is a figure.
    fn figure(&self, region: &Region, caption: Option<&Stretch>) -> Option<Figure> {
        let captioned = caption.is_some();
        let shapes = match caption {
            Some(caption) => self.down_to(&region.area, caption),
            None => region.area,
        };
        let (area, labels) = self.labelled(shapes);
        let (long, short) = area.sides();
        let short_min = if captioned { SHORT_CAPTIONED } else { SHORT };
        let drawn = self.is_drawn(region, &labels, captioned);
        (long >= LONG && short >= short_min && drawn && self.running(&labels, captioned) <= RUNNING)
            .then_some(Figure { area, labels })
    }

    /// The shapes with all that is printed between them and their caption: what the parts
    /// of a figure are, in lines of their own.
    fn down_to(&self, shapes: &Area, caption: &Stretch) -> Area {
        let below = (caption.area.top, shapes.bottom);
        let above = (shapes.top, caption.area.bottom);
        let reach = shapes.grown(LABEL_ASIDE);
        let stretches = self.stretches.iter().enumerate();
        let between = stretches.filter(|(at, stretch)| {
            let height = stretch.baseline + 0.25 * stretch.size;
            let inside = |(low, high): (f32, f32)| low < height && height < high;
            (inside(below) || inside(above))
                && reach.beside(&stretch.area) >= stretch.area.width()
                && (!self.is_full(stretch) || self.is_part_s_caption(*at))
                && !is_caption(&stretch.text)
        });
        between.fold(*shapes, |area, (_, stretch)| area.with(&stretch.area))
    }

    fn is_drawn(&self, region: &Region, labels: &[usize], captioned: bool) -> bool {
        let plain = region.free.is_none() && region.images.is_some();
        if plain {
            // An image says itself what it is, unless words are printed over it.
            let only = region.images.is_some_and(|images| {
                let inside = |at: &&usize| {
                    let stretch = self.stretches.get(**at);
                    stretch.is_some_and(|stretch| images.holds(&stretch.area))
                };
                !labels.iter().any(|at| inside(&at))
            });
            return !only && captioned;
        }
        let share = region.free.map_or(0.0, |free| {
            let area = |area: &Area| area.width().max(1.0) * area.height().max(1.0);
            area(&free) / area(&region.area)
        });
        share >= DRAWN || captioned && region.shapes >= SHAPES_MIN
    }

    /// The labels in a region and at its edge, and what it is with them.
    fn labelled(&self, shapes: Area) -> (Area, Vec<usize>) {
        let reach = Area {
            left: shapes.left - LABEL_ASIDE,
            right: shapes.right + LABEL_ASIDE,
            ..shapes.grown(LABEL_MOST)
        };
        let inside = |area: &Area| -> Vec<usize> {
            let is_label = |stretch: &Stretch| !is_caption(&stretch.text);
            let within = self.within(area);
            within
                .filter(|(_, stretch)| is_label(stretch))
                .map(|(at, _)| at)
                .collect()
        };
        let mut area = shapes;
        for at in inside(&shapes) {
            if let Some(label) = self.stretches.get(at).filter(|label| !label.runs) {
                area = area.with(&label.area);
            }
        }
        for _ in 0..LABELS_MAX {
            let next = self.stretches.iter().find(|stretch| {
                let is_label = !stretch.runs && !is_caption(&stretch.text);
                let new = !holds_all(&area, &stretch.area);
                is_label
                    && new
                    && stretch.area.meets(&area, LABEL)
                    && holds_all(&reach, &stretch.area)
                    && !self.has_more_text(&area, &area.with(&stretch.area))
            });
            match next {
                Some(stretch) => area = area.with(&stretch.area),
                None => break,
            }
        }
        let labels = inside(&area);
        (area, labels)
    }

    /// Whether the larger area holds text that the smaller one does not.
    fn has_more_text(&self, smaller: &Area, larger: &Area) -> bool {
        let mut new = self.across(larger).filter(|(_, stretch)| {
            stretch.area.beside(smaller) <= 0.0 || !smaller.meets(&stretch.area, 0.0)
        });
        new.any(|(_, stretch)| stretch.runs || is_caption(&stretch.text))
    }

    /// How much of what these stretches say is running text; of a figure with a caption only
    /// what reaches over the page.
    fn running(&self, labels: &[usize], captioned: bool) -> f32 {
        let own = labels
            .iter()
            .filter_map(|at| Some((*at, self.stretches.get(*at)?)));
        let runs = |(at, stretch): (usize, &Stretch)| {
            let wide = !captioned || self.is_full(stretch);
            wide && self.is_text((at, stretch))
        };
        let chars = |running: bool| -> usize {
            let own = own.clone().filter(|stretch| !running || runs(*stretch));
            own.map(|(_, stretch)| stretch.chars()).sum()
        };
        chars(true) as f32 / chars(false).max(1) as f32
    }
}

/// "(a) The first part".
fn captions_part(text: &str) -> bool {
    let mut chars = text.chars();
    let (open, letter, close) = (chars.next(), chars.next(), chars.next());
    open == Some('(') && letter.is_some_and(char::is_alphabetic) && close == Some(')')
}

fn holds_all(area: &Area, other: &Area) -> bool {
    area.with(other) == *area
}

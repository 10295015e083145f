//! Pages of arbitrary print and drawings: words, formulas of pieces that stand where those of
//! formulas do, shapes, captions.

use pdf_oxide::{geometry::Rect, layout::TextSpan};

use super::{Area, Content, Decoration, Kind, Printed, Shape};
use crate::{fuzz::Chance, layout::Page};

/// Fonts as TeX and others name them.
const FONTS: [&str; 9] = [
    "Times-Roman",
    "ABCDEF+CMR10",
    "ABCDEF+CMMI10",
    "ABCDEF+CMSY10",
    "ABCDEF+CMEX10",
    "ABCDEF+MSBM10",
    "CambriaMath",
    "ABCDEF+CMBX12",
    "Courier",
];

/// What formulas and labels are made of.
const SIGNS: [&str; 44] = [
    "x", "y", "a", "f", "n", "2", "10", "=", "+", "−", "·", "∑", "∫", "∏", "⋃", "lim", "sup", "(",
    ")", "[", "]", "{", "}", "|", "‖", "√", "∈", "ℝ", "→", "↪", "⇒", "…", "¯", "ˆ", "˜", "→", "⎛",
    "⎝", "⎞", "⎠", "⎧", "⎨", "⎩", "′",
];

/// Words of paragraphs, labels and captions.
const WORDS: [&str; 12] = [
    "the residual",
    "is",
    "Figure 1:",
    "Figure 2.3",
    "(a)",
    "points",
    "where",
    "für alle",
    "falls",
    "Theorem 1.2.",
    "細胞",
    "and it is small where the model fits the example well",
];

/// Spans of a page from which nothing more is nested.
const SPANS_MAX: usize = 300;

const PAGE: Area = Area {
    left: 0.0,
    right: 612.0,
    bottom: 0.0,
    top: 792.0,
};

/// A page of them.
pub(crate) fn page(chance: &mut Chance, number: u32) -> Page {
    let mut maker = Maker {
        chance,
        spans: Vec::new(),
        shapes: Vec::new(),
    };
    let mut baseline = 760.0;
    while baseline > 40.0 {
        maker.block(&mut baseline);
    }
    let Maker {
        chance,
        spans,
        shapes,
    } = maker;
    let chars = spans.iter().flat_map(TextSpan::to_chars);
    let printed = Printed {
        // Now and then a character that no span has, or the reverse.
        chars: chars.filter(|_| !chance.one_in(200)).collect(),
        content: Content {
            shapes,
            is_endless: false,
        },
        is_turned: chance.one_in(20),
        area: PAGE,
        spans,
    };
    printed.page(number, &Decoration::default())
}

struct Maker<'a> {
    chance: &'a mut Chance,
    spans: Vec<TextSpan>,
    shapes: Vec<Shape>,
}

impl Maker<'_> {
    fn block(&mut self, baseline: &mut f32) {
        *baseline -= self.chance.float(10..40);
        let left = self.chance.float(40..300);
        match self.chance.below(0..6) {
            0 => {
                *baseline -= self.chance.float(20..150);
                self.drawing(left, *baseline);
            }
            1 | 2 => {
                self.formula(left, *baseline, 10.0, 0);
            }
            3 => {
                // A formula in a line of words.
                let right = self.words(left, *baseline);
                let right = self.formula(right + 4.0, *baseline, 10.0, 1);
                self.words(right + 4.0, *baseline);
            }
            _ => {
                self.words(left, *baseline);
            }
        }
    }

    /// Words from here; where they end.
    fn words(&mut self, left: f32, baseline: f32) -> f32 {
        let word = WORDS[self.chance.below(0..12) as usize];
        let font = if self.chance.one_in(5) { 7 } else { 1 };
        self.span(word, font, left, baseline, 10.0)
    }

    /// A formula from here, with others in it; where it ends.
    fn formula(&mut self, left: f32, baseline: f32, size: f32, depth: u32) -> f32 {
        let mut right = left;
        for _ in 0..self.chance.below(1..6) {
            right = self.part(right, baseline, size, depth);
            right += self.chance.float(0..4);
        }
        right
    }

    fn part(&mut self, left: f32, baseline: f32, size: f32, depth: u32) -> f32 {
        let sign = SIGNS[self.chance.below(0..44) as usize];
        let font = self.chance.below(0..9) as usize;
        let kind = if depth > 3 || self.spans.len() > SPANS_MAX {
            0
        } else {
            self.chance.below(0..9)
        };
        let small = 0.7 * size;
        match kind {
            // Something raised, something lowered.
            1 | 2 => {
                let right = self.span(sign, font, left, baseline, size);
                let up = self.formula(right, baseline + 0.4 * size, small, depth + 2);
                if kind == 1 {
                    return up;
                }
                up.max(self.formula(right, baseline - 0.25 * size, small, depth + 2))
            }
            // A fraction: its rule, and what stands above and below.
            3 => {
                let over = self.formula(left, baseline + 0.7 * size, size, depth + 1);
                let under = self.formula(left, baseline - 0.7 * size, size, depth + 1);
                let right = over.max(under);
                self.rule(left, right, baseline + 0.25 * size);
                right
            }
            // A large operator with limits, its sign hanging from where it begins.
            4 => {
                let right = self.span(sign, 4, left, baseline + 0.8 * size, size);
                self.formula(left, baseline - size, small, depth + 2);
                self.formula(left, baseline + 1.2 * size, small, depth + 2);
                right
            }
            // Under a line, as roots and overlines are.
            5 => {
                let inner = self.span("√", 3, left, baseline + 0.8 * size, size);
                let right = self.formula(inner, baseline, size, depth + 1);
                self.rule(inner, right, baseline + 0.85 * size);
                right
            }
            // Rows one below the other, between brackets made of parts.
            6 => {
                let rows = self.chance.below(2..5);
                let mut right = left + size;
                for row in 0..u8::try_from(rows).unwrap_or(2) {
                    let down = baseline + size - 1.2 * size * f32::from(row);
                    right = right.max(self.formula(left + size, down, size, depth + 2));
                    self.span("⎜", 4, left, down, size);
                }
                self.span("⎟", 4, right, baseline, size)
            }
            _ => self.span(sign, font, left, baseline, size),
        }
    }

    /// Text from here; where it ends.
    fn span(&mut self, text: &str, font: usize, left: f32, baseline: f32, size: f32) -> f32 {
        let chars = u8::try_from(text.chars().count()).unwrap_or(u8::MAX);
        let width = 0.5 * size * f32::from(chars);
        // A little off now and then, as kerning and rounding make it.
        let off = if self.chance.one_in(10) {
            self.chance.float(0..3)
        } else {
            0.0
        };
        self.spans.push(TextSpan {
            text: text.to_owned(),
            bbox: Rect::new(left + off, baseline, width, size),
            font_name: FONTS[font].to_owned(),
            font_size: size,
            is_italic: font == 2,
            sequence: self.spans.len(),
            rotation_degrees: if self.chance.one_in(100) { 90.0 } else { 0.0 },
            ..TextSpan::default()
        });
        left + width
    }

    fn rule(&mut self, left: f32, right: f32, height: f32) {
        self.shape(Kind::Line, left, right, height, height + 0.4);
    }

    /// Shapes near each other, with labels in and around them.
    fn drawing(&mut self, left: f32, bottom: f32) {
        for _ in 0..self.chance.below(1..30) {
            let kind = [Kind::Line, Kind::Box, Kind::Free, Kind::Image];
            let kind = kind[self.chance.below(0..4) as usize];
            let (x, y) = (
                left + self.chance.float(0..150),
                bottom + self.chance.float(0..100),
            );
            let (wide, high) = (self.chance.float(0..90), self.chance.float(0..60));
            self.shape(kind, x, x + wide, y, y + high);
        }
        for _ in 0..self.chance.below(0..8) {
            let (x, y) = (
                left + self.chance.float(0..180),
                bottom + self.chance.float(0..120),
            );
            if self.chance.one_in(3) {
                self.formula(x, y, 8.0, 2);
            } else {
                self.words(x, y);
            }
        }
    }

    fn shape(&mut self, kind: Kind, left: f32, right: f32, bottom: f32, top: f32) {
        let area = Area {
            left: left.min(right),
            right: left.max(right),
            bottom: bottom.min(top),
            top: bottom.max(top),
        };
        self.shapes
            .extend(area.common(&PAGE).map(|area| Shape { kind, area }));
    }
}

//! What is arbitrary, by a seed.

use std::ops::Range;

use crate::{
    formula::Formula,
    layout::{Cell, Line, Page, Text},
    pdf::{OutlineEntry, clean},
};

/// Pieces of text that mean something to some part of the code, and some that do not.
const PIECES: [&str; 40] = [
    "the cell",
    "Chapter 1",
    "1.2",
    "1.",
    "a)",
    "•",
    "–",
    "- ",
    "exam-",
    "ple",
    "Contents",
    "Index",
    "References",
    ". . . . . 12",
    "iv",
    "12",
    "fn main() {",
    "}",
    "    x = 1;",
    "# no",
    "* star *",
    "_under_",
    "`tick`",
    "```",
    "<b>",
    "&amp;",
    "[link](http://x)",
    "![",
    "|a|b|",
    "$x^2$",
    "\\(",
    "細胞は",
    "الخلية",
    "é\u{301}",
    "\u{1f600}",
    "ﬁ",
    "Σ",
    "Appendix",
    "Kapitel 3",
    "word",
];

/// Steele, Lea and Flood's SplitMix64: small, and every seed is a good one.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, range: Range<u32>) -> u32 {
        let span = u64::from(range.end - range.start);
        range.start + u32::try_from(self.next() % span).unwrap()
    }

    pub(crate) fn one_in(&mut self, many: u32) -> bool {
        self.below(0..many) == 0
    }

    pub(crate) fn float(&mut self, range: Range<u32>) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "any number will do")]
        let float = self.below(range.start * 10..range.end * 10) as f32 / 10.0;
        match self.below(0..2_000) {
            0 => 0.0,
            1 => -float,
            2 => float * 1e6,
            _ => float,
        }
    }

    fn text(&mut self) -> String {
        let pieces = self.below(1..8);
        let chosen = (0..pieces).map(|_| PIECES[self.below(0..40) as usize]);
        clean(&chosen.collect::<Vec<_>>().join(" "))
    }

    /// Formulas at some of a text's words, or all of it one.
    fn formulas(&mut self, text: &str) -> Vec<Formula> {
        const LATEX: [&str; 3] = ["x_{n}", r"\frac{a}{b}", r"\mathbb{R}^{2} \notin \{ 0 \}"];
        let latex = |chance: &mut Self| {
            let known = !chance.one_in(3);
            known.then(|| LATEX[chance.below(0..3) as usize].to_owned())
        };
        if self.one_in(12) {
            let (range, latex) = (0..text.len(), latex(self));
            let relations = vec![90.0; self.below(0..3) as usize];
            return vec![Formula {
                range,
                latex,
                relations,
            }];
        }
        let mut found = Vec::new();
        let mut start = 0;
        for word in text.split(' ') {
            if !word.is_empty() && self.one_in(8) {
                let (range, latex) = (start..start + word.len(), latex(self));
                found.push(Formula {
                    range,
                    latex,
                    ..Formula::default()
                });
            }
            start += word.len() + 1;
        }
        found
    }

    fn line(&mut self, baseline: f32) -> Line {
        let text = self.text();
        let (left, size) = (self.float(20..300), [10.0, 10.0, 10.0, 14.0, 24.0, 7.3]);
        let size = size[self.below(0..6) as usize];
        let width = self.float(20..400);
        Line {
            advance: size / 2.0,
            left,
            right: left + width,
            baseline,
            size,
            bold: self.one_in(6),
            monospace: self.one_in(8),
            figure: self.one_in(20).then_some(1),
            formulas: self.formulas(&text),
            text,
            ..Line::default()
        }
    }

    pub(super) fn page(&mut self, number: u32) -> Page {
        let mut page = Page::empty(number);
        if self.one_in(12) {
            return page;
        }
        page.top = 792.0;
        let mut baseline = 780.0;
        let columns = self.one_in(5);
        for at in 0..self.below(0..45) {
            baseline -= self.float(8..30);
            if self.one_in(30) || columns && at == 20 {
                baseline = 760.0;
            }
            if self.one_in(25) {
                self.table(baseline, &mut page.lines);
            }
            let line = self.line(baseline);
            page.lines.push(line);
        }
        if self.one_in(4) {
            self.footnotes(&mut page.lines);
        }
        page
    }

    /// Lines with cells at the same places, most of them there.
    fn table(&mut self, top: f32, lines: &mut Vec<Line>) {
        let columns = self.below(2..6);
        let mut baseline = top;
        for _ in 0..self.below(2..7) {
            baseline -= self.float(5..20);
            let mut cells = Vec::new();
            for column in 0..columns {
                if self.one_in(6) {
                    continue;
                }
                let text = clean(PIECES[self.below(0..40) as usize]);
                let left = [60.0, 150.0, 240.0, 330.0, 420.0][column as usize];
                let right = left + self.float(10..80);
                let text = Text::new(text.clone(), self.formulas(&text));
                cells.extend((!text.is_empty()).then_some(Cell { text, left, right }));
            }
            let texts: Vec<&str> = cells.iter().map(|cell| &*cell.text).collect();
            let line = Line {
                text: texts.join(" "),
                left: 60.0,
                right: 500.0,
                cells,
                ..self.line(baseline)
            };
            lines.push(line);
        }
    }

    /// Small print at the foot, some of it behind marks.
    fn footnotes(&mut self, lines: &mut Vec<Line>) {
        let mut baseline = self.float(60..150);
        for number in 0..self.below(1..5) {
            baseline -= self.float(7..12);
            let line = self.line(baseline);
            let text = match self.below(0..3) {
                0 => format!("{number}{}", line.text),
                1 => format!("* {}", line.text),
                _ => line.text.clone(),
            };
            lines.push(Line {
                text,
                size: 7.3,
                ..line
            });
        }
    }

    pub(super) fn outline(&mut self, pages: u32) -> Vec<OutlineEntry> {
        if self.one_in(2) {
            return Vec::new();
        }
        let entries = self.below(0..30);
        let mut entry = || OutlineEntry {
            title: self.text(),
            level: u8::try_from(self.below(1..5)).unwrap(),
            page: self.below(0..pages),
            top: self.one_in(2).then(|| self.float(0..800)),
        };
        (0..entries).map(|_| entry()).collect()
    }
}

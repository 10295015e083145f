//! What is printed among the drawings: stretches of words, and which are running text.

use pdf_oxide::layout::TextSpan;

use super::area::Area;
use crate::{layout::is_caption, pdf::row::is_spaceless};

/// Gap between words, in ems, from which they are stretches of their own.
const GAP: f32 = 0.8;

/// The same behind the number of a caption, which has no more bytes.
const NUMBER_GAP: f32 = 2.5;
const NUMBER_MAX: usize = 32;

/// How far from each other's baseline parts of a stretch stand, in ems.
const RAISED: f32 = 0.7;

/// Words from which a stretch is running text; a sign of a script without spaces is a third
/// of one.
const WORDS: usize = 9;

/// How far back what a stretch goes on with may be written: the words of a form come among
/// those of the page.
const LOOK_BACK: usize = 8;

/// Share of the text's width from which it is.
const FULL: f32 = 0.6;

/// Width of a character, in ems, and the least share of a line of text that characters are.
const EM: f32 = 0.5;
const DENSE: f32 = 0.6;

/// Share of the page's width between which the text's is looked for.
const WIDTHS: (f32, f32) = (0.36, 0.8);

/// Distance between lines of a paragraph, in ems.
const PITCH: f32 = 1.75;

/// A stretch of words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    pub(super) area: Area,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) text: String,
    /// It is of a paragraph, not a label.
    pub(super) runs: bool,
    /// The spans of it, by their place among those of the page.
    spans: Vec<usize>,
}

/// The words of a page.
#[derive(Debug)]
pub(super) struct Print {
    /// As they are written.
    pub(super) stretches: Vec<Stretch>,
    /// How wide the lines of the text are.
    pub(super) width: f32,
}

impl Print {
    /// What the spans of a page print.
    pub(super) fn of(spans: &[TextSpan], page: &Area) -> Self {
        let mut order: Vec<usize> = (0..spans.len()).collect();
        order.sort_by_key(|at| spans.get(*at).map_or(0, |span| span.sequence));
        let mut stretches: Vec<Stretch> = Vec::new();
        for at in order {
            let Some(next) = spans.get(at).and_then(|span| Stretch::of(at, span)) else {
                continue;
            };
            let mut recent = stretches.iter_mut().rev().take(LOOK_BACK);
            match recent.find(|stretch| stretch.goes_on_with(&next)) {
                Some(stretch) => stretch.add(next),
                None => stretches.push(next),
            }
        }
        let width = text_width(&stretches, page);
        mark_running(&mut stretches, width);
        Self { stretches, width }
    }

    /// Whether a stretch is as wide as the lines of the text.
    pub(super) fn is_full(&self, stretch: &Stretch) -> bool {
        stretch.fills(FULL * self.width)
    }

    /// Whether a stretch goes on with the paragraph of the line above it.
    pub(super) fn is_inside_paragraph(&self, at: usize) -> bool {
        let own = self.stretches.get(at);
        let above = self.stretches.iter().take(at).rev().take(LOOK_BACK);
        own.is_some_and(|own| above.clone().any(|upper| upper.runs && upper.is_above(own)))
    }

    /// The spans of a stretch, by their place among those of the page.
    pub(super) fn spans(&self, at: usize) -> &[usize] {
        self.stretches.get(at).map_or(&[], |stretch| &stretch.spans)
    }
}

impl Stretch {
    fn of(at: usize, span: &TextSpan) -> Option<Self> {
        let (one, other) = (span.bbox.x, span.bbox.x + span.bbox.width);
        let size = span.font_size.abs().max(1.0);
        let baseline = span.bbox.y;
        let area = Area {
            left: one.min(other),
            right: one.max(other),
            bottom: baseline - 0.25 * size,
            top: baseline + 0.75 * size,
        };
        (area.is_finite() && !span.text.trim().is_empty()).then(|| Self {
            area,
            baseline,
            size,
            text: span.text.trim().to_owned(),
            runs: false,
            spans: vec![at],
        })
    }

    fn goes_on_with(&self, next: &Self) -> bool {
        let size = self.size.max(next.size);
        let gap = next.area.left - self.area.right;
        (self.baseline - next.baseline).abs() <= RAISED * size
            && (-0.5 * size..self.gap() * size).contains(&gap)
    }

    /// Space after it that parts nothing: the number of a caption may stand far before its
    /// words.
    fn gap(&self) -> f32 {
        let numbers = self.text.len() < NUMBER_MAX && is_caption(&self.text);
        if numbers { NUMBER_GAP } else { GAP }
    }

    fn add(&mut self, next: Self) {
        if next.size > self.size {
            self.size = next.size;
            self.baseline = next.baseline;
        }
        self.area = self.area.with(&next.area);
        self.text.push(' ');
        self.text.push_str(&next.text);
        self.spans.extend(next.spans);
    }

    /// Whether it is so wide, and not with gaps alone.
    fn fills(&self, width: f32) -> bool {
        let printed = EM * self.size * self.chars() as f32;
        self.area.width() >= width && printed >= DENSE * self.area.width()
    }

    /// Characters that are seen.
    pub(super) fn chars(&self) -> usize {
        self.text.chars().filter(|c| !c.is_whitespace()).count()
    }

    /// Words with a letter in them.
    fn words(&self) -> usize {
        let spaceless = self.text.chars().filter(|c| is_spaceless(*c)).count();
        let words = self.text.split_whitespace();
        let words = words.filter(|word| word.chars().any(char::is_alphabetic));
        words.count().max(spaceless / 3)
    }

    /// Whether the lower of two lines may be the next one of the same paragraph.
    pub(super) fn is_above(&self, lower: &Self) -> bool {
        let below = self.baseline - lower.baseline;
        (self.size - lower.size).abs() <= 0.08 * self.size
            && (0.5 * self.size..PITCH * self.size).contains(&below)
            && (self.area.left - lower.area.left).abs() <= 0.3 * self.size
    }
}

/// How wide the lines of the text are: where nine tenths of what is printed is in no wider
/// ones.
fn text_width(stretches: &[Stretch], page: &Area) -> f32 {
    let mut widths: Vec<f32> = stretches.iter().map(|line| line.area.width()).collect();
    widths.sort_by(f32::total_cmp);
    let all: f32 = widths.iter().sum();
    let mut seen = 0.0;
    let full = widths.iter().find(|width| {
        seen += **width;
        seen >= 0.9 * all
    });
    let (least, most) = (WIDTHS.0 * page.width(), WIDTHS.1 * page.width());
    full.copied().unwrap_or(0.0).clamp(least, most.max(least))
}

fn mark_running(stretches: &mut [Stretch], width: f32) {
    for stretch in stretches.iter_mut() {
        stretch.runs = stretch.fills(FULL * width) || stretch.words() >= WORDS;
    }
    // The last line of a paragraph is short, and so is one before a formula.
    for at in 1..stretches.len() {
        let (above, below) = stretches.split_at_mut(at);
        if let Some(lower) = below.first_mut() {
            let mut above = above.iter().rev().take(LOOK_BACK);
            lower.runs |= above.any(|upper| upper.runs && upper.is_above(lower));
        }
    }
    for at in (1..stretches.len()).rev() {
        let (above, below) = stretches.split_at_mut(at);
        if let Some(upper) = above.last_mut() {
            let mut below = below.iter().take(LOOK_BACK);
            upper.runs |= below.any(|lower| lower.runs && upper.is_above(lower));
        }
    }
}

//! How a document is set: its body text, its headings, its line pitch.

use std::collections::BTreeMap;

use super::{Line, Page};

/// How much larger than body text a heading is.
const HEADING_RATIO: f32 = 1.12;

/// Longest heading, in characters.
const HEADING_CHARS_MAX: usize = 160;

/// Longest heading that is told by its weight alone.
const BOLD_HEADING_CHARS_MAX: usize = 80;

/// Heading sizes told apart; smaller ones share the last.
const HEADING_SIZES_MAX: usize = 2;

/// How often a size is used before it counts: those of a title page are used once or twice.
const HEADING_USES_MIN: usize = 3;

/// Measures taken over a whole document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typography {
    /// Size of the body text in points.
    pub(crate) body: f32,
    /// Distance between baselines of the body text, in multiples of its size.
    pub(crate) pitch: f32,
    /// Sizes of headings, the largest first.
    heading_sizes: Vec<f32>,
}

impl Typography {
    /// Measures the pages.
    pub(crate) fn measure(pages: &[Page]) -> Self {
        let lines = || pages.iter().flat_map(|page| &page.lines);
        let body = mode(
            lines()
                .filter(|l| !l.monospace)
                .map(|l| (l.size, l.text.len())),
        );
        let body = body
            .or_else(|| mode(lines().map(|l| (l.size, 1))))
            .unwrap_or(10.0);
        let pitches = pages
            .iter()
            .flat_map(|page| page.lines.windows(2))
            .filter_map(|pair| {
                let [upper, lower] = pair else { return None };
                let pitch = (upper.baseline - lower.baseline) / body;
                let plain = [upper, lower].iter().all(|l| (l.size - body).abs() < 0.5);
                (plain && (0.8..3.0).contains(&pitch)).then_some((pitch, 1))
            });
        let pitch = mode(pitches).unwrap_or(1.2);
        let mut typography = Self {
            body,
            pitch,
            heading_sizes: Vec::new(),
        };
        typography.heading_sizes = typography.sizes_of_headings(pages);
        typography
    }

    /// The Markdown level of a line that is a heading: 2 to 4, below the section's own
    /// name; `None` for any other line.
    pub(crate) fn heading_level(&self, line: &Line) -> Option<u8> {
        if line.monospace || !reads_like_a_heading(&line.text) {
            return None;
        }
        let chars = line.text.chars().count();
        if line.size >= self.body * HEADING_RATIO && chars <= HEADING_CHARS_MAX {
            let rank = self
                .heading_sizes
                .iter()
                .take_while(|size| **size > line.size + 0.25);
            return u8::try_from(rank.count())
                .ok()
                .map(|rank| (2 + rank).min(4));
        }
        let bold = line.bold
            && line.size >= self.body * 0.95
            && chars <= BOLD_HEADING_CHARS_MAX
            && !line.text.ends_with(['.', ':']);
        bold.then_some(4)
    }

    /// The largest sizes that are used often enough.
    fn sizes_of_headings(&self, pages: &[Page]) -> Vec<f32> {
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        for line in pages.iter().flat_map(|page| &page.lines) {
            if line.size >= self.body * HEADING_RATIO && reads_like_a_heading(&line.text) {
                *counts.entry(halves(line.size)).or_default() += 1;
            }
        }
        let often = counts
            .into_iter()
            .rev()
            .filter(|(_, count)| *count >= HEADING_USES_MIN);
        often
            .take(HEADING_SIZES_MAX)
            .map(|(size, _)| from_halves(size))
            .collect()
    }
}

/// Words, not a formula or a number: it starts with a letter or digit and is mostly
/// letters.
fn reads_like_a_heading(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let visible = text.chars().filter(|c| !c.is_whitespace()).count();
    letters >= 2
        && letters * 2 >= visible
        && !text.ends_with([',', ';'])
        && text
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '§')
}

/// The value with the greatest weight, values within a quarter counted as one.
fn mode(values: impl Iterator<Item = (f32, usize)>) -> Option<f32> {
    let mut weights: BTreeMap<i64, (usize, f32)> = BTreeMap::new();
    for (value, weight) in values {
        let entry = weights.entry(quarters(value)).or_insert((0, value));
        entry.0 += weight;
    }
    let most = weights.into_values().max_by_key(|(weight, _)| *weight);
    most.map(|(_, value)| value)
}

fn quarters(value: f32) -> i64 {
    (value * 4.0).round() as i64
}

fn halves(value: f32) -> i64 {
    (value * 2.0).round() as i64
}

fn from_halves(value: i64) -> f32 {
    value as f32 / 2.0
}

//! How a document is set: its body text, its minor headings, its line pitch.

use std::collections::BTreeMap;

use super::{Line, Page, blocks::LEVEL_MAX, is_caption};

/// How much larger than body text a heading is.
const HEADING_RATIO: f32 = 1.12;

/// Longest heading, in characters.
const HEADING_CHARS_MAX: usize = 160;

/// Longest heading that is told by its weight alone.
const BOLD_HEADING_CHARS_MAX: usize = 80;

/// Measures taken over a whole document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Typography {
    /// Size of the body text in points.
    pub(crate) body: f32,
    /// Distance between baselines of the body text, in multiples of its size.
    pub(crate) pitch: f32,
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
        Self { body, pitch }
    }

    /// The Markdown level of a line that is set like a heading and is none of those that
    /// divide the document; `None` for any other line.
    pub(crate) fn minor_heading(&self, line: &Line) -> Option<u8> {
        if line.monospace || is_caption(&line.text) || !reads_like_a_heading(&line.text) {
            return None;
        }
        let chars = line.text.chars().count();
        let larger = line.size >= self.body * HEADING_RATIO && chars <= HEADING_CHARS_MAX;
        let bold = line.bold
            && line.size >= self.body * 0.95
            && chars <= BOLD_HEADING_CHARS_MAX
            && !line.text.ends_with(['.', ':']);
        (larger || bold).then_some(LEVEL_MAX + 1)
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

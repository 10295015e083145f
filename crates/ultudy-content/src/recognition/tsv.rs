//! Tesseract's table of words as lines of print.
//!
//! Columns, in pixels from the upper left corner: level (5 is a word), page, block,
//! paragraph, line, word, left, top, width, height, confidence in per cent, text.

use std::cmp::Ordering;

use crate::{layout::Line, pdf, protocol::Shape};

/// A line less sure than this, on average, is a drawing or a stain.
const CONFIDENCE_MIN: f32 = 45.0;

/// Sizes this close to the page's usual size are that size: heights of letters vary.
const SAME_SIZE: f32 = 0.15;

/// Share of a font's size that letters such as p hang below the baseline.
const DESCENT: f32 = 0.22;

/// Less sure than this, on average, of a page's letters, Tesseract may have seen them upside
/// down: then it is to about 30 per cent, of a poor scan to 80.
const UNSURE: f32 = 60.0;

/// Fewest letters of a word whose box tells which way its line runs, and how much taller
/// than wide it is where that is up or down.
const LENGTH_MIN: usize = 4;
const TALL: f32 = 1.2;

/// What is printed on a page.
pub(super) struct Print {
    /// Of the page, in points.
    pub(super) width: f32,
    /// Of the page, in points.
    pub(super) height: f32,
    pub(super) lines: Vec<Line>,
    letters: f32,
    /// Of all letters, the confidence in them in per cent.
    sure: f32,
    /// Words whose boxes tell which way the lines run, and how many of them are tall.
    long: usize,
    tall: usize,
}

impl Print {
    /// Whether the lines run up or down.
    pub(super) fn is_sideways(&self) -> bool {
        2 * self.tall > self.long
    }

    /// Whether there is something, and it makes little sense.
    pub(super) fn is_unsure(&self) -> bool {
        self.letters > 0.0 && self.sure < UNSURE * self.letters
    }

    /// Whether more of it is likely to be what is printed.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        let rank = |print: &Self| (!print.is_unsure(), !print.is_sideways());
        match rank(self).cmp(&rank(other)) {
            Ordering::Equal => self.sure > other.sure,
            order => order.is_gt(),
        }
    }
}

/// What the table of a page of this shape says.
pub(super) fn print(table: &str, shape: Shape) -> Print {
    let words = || table.lines().filter_map(|row| Word::parse(row, shape));
    let mut groups: Vec<Vec<Word>> = Vec::new();
    for word in words() {
        match groups.last_mut() {
            Some(group) if group.iter().all(|other| other.line == word.line) => group.push(word),
            _ => groups.push(vec![word]),
        }
    }
    let mut lines: Vec<Line> = groups.iter().filter_map(|words| line_of(words)).collect();
    even_out(&mut lines);
    let letters = |word: &Word| word.text.chars().count() as f32;
    let long = || words().filter(Word::tells_direction);
    Print {
        width: shape.points(shape.width),
        height: shape.points(shape.height),
        lines,
        letters: words().map(|word| letters(&word)).sum(),
        sure: words().map(|word| letters(&word) * word.confidence).sum(),
        long: long().count(),
        tall: long().filter(Word::is_tall).count(),
    }
}

/// A word, in points from the lower left corner.
struct Word<'a> {
    /// Block, paragraph and line.
    line: [&'a str; 3],
    left: f32,
    right: f32,
    bottom: f32,
    height: f32,
    confidence: f32,
    text: &'a str,
}

impl<'a> Word<'a> {
    fn parse(row: &'a str, shape: Shape) -> Option<Self> {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let [
            "5",
            _,
            block,
            paragraph,
            line,
            _,
            left,
            top,
            width,
            height,
            confidence,
            text,
        ] = cells.as_slice()
        else {
            return None;
        };
        let points = |cell: &str| cell.parse().ok().map(|pixels: u32| shape.points(pixels));
        let (left, top) = (points(left)?, points(top)?);
        let (width, height) = (points(width)?, points(height)?);
        let text = text.trim();
        (!text.is_empty()).then_some(Self {
            line: [block, paragraph, line],
            left,
            right: left + width,
            bottom: shape.points(shape.height) - top - height,
            height,
            confidence: confidence.parse().ok()?,
            text,
        })
    }

    /// The font's size, by what of its letters stands above and hangs below.
    fn size(&self) -> f32 {
        let has = |of: &str| self.text.chars().any(|c| of.contains(c));
        let tall = self
            .text
            .chars()
            .any(|c| c.is_uppercase() || c.is_numeric())
            || has("bdfhklt");
        let share = if tall { 0.71 } else { 0.47 } + if self.hangs() { DESCENT } else { 0.0 };
        if self.text.chars().any(pdf::is_spaceless) {
            self.height / 0.9
        } else {
            self.height / share
        }
    }

    /// Whether its box shows which way its line runs; signs of scripts that are written
    /// downwards, too, may stand above each other.
    fn tells_direction(&self) -> bool {
        self.text.chars().count() >= LENGTH_MIN && !self.text.chars().any(pdf::is_spaceless)
    }

    fn is_tall(&self) -> bool {
        self.height > TALL * (self.right - self.left)
    }

    fn hangs(&self) -> bool {
        self.text.chars().any(|c| "gjpqyQ,;()[]{}".contains(c))
    }
}

fn line_of(words: &[Word]) -> Option<Line> {
    let first = words.first()?;
    let text = join(words);
    let characters = f32::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX));
    let sure = median(words.iter().map(|word| word.confidence));
    let size = median(words.iter().map(Word::size));
    let fall = |word: &Word| if word.hangs() { DESCENT * size } else { 0.0 };
    let left = words
        .iter()
        .map(|word| word.left)
        .fold(first.left, f32::min);
    let right = words
        .iter()
        .map(|word| word.right)
        .fold(first.right, f32::max);
    (sure >= CONFIDENCE_MIN).then(|| Line {
        text,
        left,
        right,
        baseline: median(words.iter().map(|word| word.bottom + fall(word))),
        size,
        advance: (right - left) / characters.max(1.0),
        ..Line::default()
    })
}

/// Words with spaces between them where the script has any.
fn join(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        let word = pdf::clean(word.text);
        let spaceless = |c: Option<char>| c.is_some_and(pdf::is_spaceless);
        let close = spaceless(text.chars().next_back()) && spaceless(word.chars().next());
        if !text.is_empty() && !close {
            text.push(' ');
        }
        text.push_str(&word);
    }
    text
}

fn even_out(lines: &mut [Line]) {
    let usual = median(lines.iter().map(|line| line.size));
    for line in lines {
        if (line.size / usual - 1.0).abs() < SAME_SIZE {
            line.size = usual;
        }
    }
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        width: 2550,
        height: 3300,
        scale: 300.0 / 72.0,
    };

    #[test]
    fn words_become_lines_with_sizes_and_places() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
            4\t1\t1\t1\t1\t0\t300\t300\t400\t71\t-1\t\n\
            5\t1\t1\t1\t1\t1\t300\t300\t400\t71\t96.0\tChild\n\
            5\t1\t2\t1\t1\t1\t300\t500\t100\t36\t91.2\tThe\n\
            5\t1\t2\t1\t1\t2\t420\t500\t100\t46\t90.0\tdog\n\
            5\t1\t2\t1\t2\t1\t300\t560\t100\t24\t12.0\t~;~\n";
        let print = print(table, SHAPE);
        assert!((print.height - 792.0).abs() < 0.01);
        assert!(!print.is_sideways() && !print.is_unsure());
        let lines = print.lines;
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["Child", "The dog"]);
        let (heading, body) = (&lines[0], &lines[1]);
        assert!((heading.size - 24.0).abs() < 0.1, "{heading:?}");
        assert!((body.size - 12.1).abs() < 0.3, "{body:?}");
        assert!((body.left - 72.0).abs() < 0.1 && (body.right - 124.8).abs() < 0.1);
        assert!((body.baseline - (792.0 - 128.6)).abs() < 1.0, "{body:?}");
    }

    #[test]
    fn scripts_without_spaces_stay_without() {
        let row = |text: &str| format!("5\t1\t1\t1\t1\t1\t10\t10\t40\t40\t90\t{text}\n");
        let table = ["細胞", "は", "DNA", "cell"].map(row).concat();
        assert_eq!(print(&table, SHAPE).lines[0].text, "細胞は DNA cell");
    }

    #[test]
    fn a_table_that_makes_no_sense_gives_nothing() {
        for table in ["", "5", "5\t1\t1\t1\t1\t1\tx\t1\t1\t1\t90\tword", "\t\t\t"] {
            let print = print(table, SHAPE);
            assert_eq!(print.lines, Vec::new());
            assert!(!print.is_sideways() && !print.is_unsure());
        }
    }
}

//! A line of print being put together from spans.

mod enclosed;
mod parts;
mod piece;
mod reading;
mod satellites;

use super::{glyphs::Signs, text};
use crate::{
    formula::{Face, Reading, Rule},
    layout::{Line, NoteLine, is_bullet},
};

pub(super) use piece::Piece;
pub(super) use satellites::settle;

/// Share of the smaller height by which two spans of one line overlap.
const OVERLAP: f32 = 0.5;

/// Gap between words, in ems, from which there is a space between them.
const WORD_GAP: f32 = 0.15;

/// The same beside a character of a script without spaces.
const WIDE_WORD_GAP: f32 = 0.6;

/// Most spaces put into one gap of a typewriter line.
const SPACES_MAX: usize = 80;

/// Longest row that may be one of characters given twice.
const REPEATED_MAX: usize = 3;

/// Spans at one height.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Of its largest span, like its size.
    pub(super) baseline: f32,
    pub(super) size: f32,
    pieces: Vec<Piece>,
    note: Option<NoteLine>,
    /// The rules drawn in it.
    rules: Vec<Rule>,
    /// Parts of its formulas stood in rows of their own.
    stacked: bool,
    /// How far tall brackets in it reach up and down.
    reach: f32,
}

impl Row {
    /// A row of one span so far.
    pub(super) fn new(piece: Piece) -> Self {
        Self {
            baseline: piece.baseline,
            size: piece.size,
            pieces: vec![piece],
            note: None,
            rules: Vec::new(),
            stacked: false,
            reach: 0.0,
        }
    }

    /// Whether the span stands in this line.
    pub(super) fn holds(&self, piece: &Piece) -> bool {
        let upper = (self.baseline + self.size).min(piece.baseline + piece.size);
        let lower = self.baseline.max(piece.baseline);
        let smaller = self.size.min(piece.size);
        let turned = self
            .pieces
            .first()
            .is_some_and(|first| first.rotation != piece.rotation);
        // Signs larger than a line hang into the next one.
        let hung = |piece: &Piece| piece.face == Face::Extension;
        let beside = self
            .pieces
            .first()
            .is_some_and(|first| hung(first) == hung(piece));
        let level = upper - lower >= OVERLAP * smaller;
        level && beside && !turned && !self.has_initial_over(piece)
    }

    /// Whether the line's large initial reaches down to the piece's own line.
    fn has_initial_over(&self, piece: &Piece) -> bool {
        let apart = (self.baseline - piece.baseline).abs() > 0.6 * piece.size;
        let covered = || {
            let over = |other: &Piece| other.right.min(piece.right) - other.left.max(piece.left);
            self.pieces.iter().map(over).fold(0.0, f32::max) > 0.5 * piece.size
        };
        self.size > 1.5 * piece.size && (apart || covered())
    }

    /// Adds a span that stands in this line.
    pub(super) fn add(&mut self, piece: Piece) {
        if piece.size > self.size {
            self.baseline = piece.baseline;
            self.size = piece.size;
        }
        self.pieces.push(piece);
    }

    /// The line as words alone, unless there is nothing to see in it.
    pub(super) fn into_line(self) -> Option<Line> {
        self.into_set_line(&mut Signs::default())
    }

    /// The line with its formulas; the page's `signs` tell how these are set.
    pub(super) fn into_set_line(mut self, signs: &mut Signs) -> Option<Line> {
        self.pieces.sort_by(|a, b| a.left.total_cmp(&b.left));
        if self.is_right_to_left() {
            self.pieces.reverse();
        }
        let blank = self
            .pieces
            .iter()
            .take_while(|piece| piece.text.trim().is_empty());
        self.pieces.drain(..blank.count());
        let monospace = self.is_monospace();
        let advance = self.advance(monospace);
        if visible_chars(&self.join(None)) <= REPEATED_MAX && signs.are_taken(&self.places()) {
            return None;
        }
        let (Reading { text, formulas }, glyphs) = self.read(monospace.then_some(advance), signs);
        let (left, right) = self.extent()?;
        Some(Line {
            left,
            right,
            baseline: self.baseline,
            size: self.common_size(),
            advance,
            bold: self.share(|piece| piece.bold) > 0.95,
            monospace,
            text,
            formulas,
            note: self.note,
            cells: if monospace {
                Vec::new()
            } else {
                self.cells(&glyphs)
            },
            ..Line::default()
        })
    }

    /// Whether most of it is in a typewriter face, or all but signs that such faces lack. An
    /// item of a list is text, whatever it is set in.
    fn is_monospace(&self) -> bool {
        let first = self
            .pieces
            .iter()
            .find(|piece| !piece.text.trim().is_empty());
        if first.is_some_and(|piece| !piece.monospace && is_bullet(&piece.text)) {
            return false;
        }
        let counts = |c: &char| !c.is_whitespace() && (c.is_ascii() || c.is_alphanumeric());
        let count = |piece: &Piece| piece.text.chars().filter(counts).count();
        let all = self.pieces.iter().map(count).sum();
        let typewriter = self.pieces.iter().filter(|piece| piece.monospace);
        self.share(|piece| piece.monospace) > 0.6 || ratio(typewriter.map(count).sum(), all) > 0.7
    }

    fn visible(&self) -> impl Iterator<Item = &Piece> {
        self.pieces
            .iter()
            .filter(|piece| !piece.text.trim().is_empty())
    }

    /// Where what can be seen of it begins and ends.
    fn extent(&self) -> Option<(f32, f32)> {
        let left = self
            .visible()
            .map(|piece| piece.left)
            .min_by(f32::total_cmp)?;
        let right = self
            .visible()
            .map(|piece| piece.right)
            .max_by(f32::total_cmp)?;
        Some((left, right))
    }

    /// Whether most of it runs from right to left.
    pub(super) fn is_right_to_left(&self) -> bool {
        self.share(|piece| piece.text.chars().any(is_right_to_left)) > 0.5
    }

    /// The share of its visible characters in pieces like this.
    fn share(&self, is: impl Fn(&Piece) -> bool) -> f32 {
        let count = |pieces: &mut dyn Iterator<Item = &Piece>| -> usize {
            pieces.map(|piece| visible_chars(&piece.text)).sum()
        };
        let all = count(&mut self.pieces.iter());
        let some = count(&mut self.pieces.iter().filter(|piece| is(piece)));
        ratio(some, all)
    }

    fn advance(&self, monospace: bool) -> f32 {
        let measured = || {
            self.pieces
                .iter()
                .filter(|piece| !monospace || piece.monospace)
        };
        let width: f32 = measured().map(|piece| piece.right - piece.left).sum();
        let chars: usize = measured().map(|piece| piece.text.chars().count()).sum();
        if chars == 0 || width <= 0.0 {
            self.size / 2.0
        } else {
            width / as_f32(chars)
        }
    }

    fn common_size(&self) -> f32 {
        let mut sizes: Vec<(f32, usize)> = Vec::new();
        for piece in &self.pieces {
            let chars = visible_chars(&piece.text);
            match sizes
                .iter_mut()
                .find(|(size, _)| (size - piece.size).abs() < 0.1)
            {
                Some((_, count)) => *count += chars,
                None => sizes.push((piece.size, chars)),
            }
        }
        // Beside a large initial, the text decides.
        sizes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let most = sizes.iter().max_by_key(|(_, count)| *count);
        most.map_or(self.size, |(size, _)| *size)
    }

    /// The text, with the spaces the gaps stand for: one between words, as many as fit
    /// where every character is as wide as `cell`.
    fn join(&self, cell: Option<f32>) -> String {
        let mut text = String::new();
        let mut before: Option<&Piece> = None;
        let mut end = f32::MIN;
        for piece in &self.pieces {
            let spaced = text.ends_with(' ') || piece.text.starts_with(' ');
            let gap = piece.left - end;
            match (before, cell) {
                (Some(_), Some(cell)) => push_spaces(&mut text, gap, cell),
                (Some(before), None) if !spaced && is_word_gap(before, piece, gap) => {
                    text.push(' ');
                }
                _ => {}
            }
            text.push_str(&piece.text);
            end = end.max(piece.right);
            before = Some(piece);
        }
        let text = text::strike(&text);
        if cell.is_some() {
            text.trim_end().to_owned()
        } else {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}

fn push_spaces(text: &mut String, gap: f32, cell: f32) {
    let count = (gap / cell).round().clamp(0.0, as_f32(SPACES_MAX)) as usize;
    text.extend(std::iter::repeat_n(' ', count));
}

fn is_word_gap(before: &Piece, after: &Piece, gap: f32) -> bool {
    let wide = before.text.chars().next_back().is_some_and(is_spaceless)
        || after.text.chars().next().is_some_and(is_spaceless);
    let least = if wide { WIDE_WORD_GAP } else { WORD_GAP };
    // A large initial's size says nothing about the words beside it.
    gap > least * before.size.min(1.5 * after.size)
}

/// Scripts that set no spaces between words: Chinese, Japanese, and their punctuation.
pub(crate) fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3134f}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn visible_chars(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn ratio(some: usize, all: usize) -> f32 {
    if all == 0 {
        0.0
    } else {
        as_f32(some) / as_f32(all)
    }
}

fn as_f32(count: usize) -> f32 {
    count as f32
}

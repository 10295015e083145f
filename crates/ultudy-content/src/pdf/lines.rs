//! From the library's spans, in its reading order, to lines of print.

use pdf_oxide::layout::TextSpan;

use super::{font, text};
use crate::layout::Line;

/// How many lines back a span may still belong to: sub- and superscripts and mixed fonts
/// come a little out of order, the same height in the other column comes much later.
const LOOK_BACK: usize = 5;

/// Share of the smaller height by which two spans of one line overlap.
const OVERLAP: f32 = 0.5;

/// Gap between words, in ems, from which there is a space between them.
const WORD_GAP: f32 = 0.15;

/// The same beside a character of a script without spaces.
const WIDE_WORD_GAP: f32 = 0.6;

/// Most spaces put into one gap of a typewriter line.
const SPACES_MAX: usize = 80;

/// A span, cleaned.
struct Piece {
    text: String,
    left: f32,
    right: f32,
    baseline: f32,
    size: f32,
    rotation: f32,
    bold: bool,
    monospace: bool,
}

/// Puts spans together into lines.
pub(super) fn assemble(spans: &[TextSpan]) -> Vec<Line> {
    let mut rows: Vec<Row> = Vec::new();
    for piece in spans.iter().filter_map(piece) {
        let recent = rows.len().saturating_sub(LOOK_BACK);
        match rows
            .iter_mut()
            .skip(recent)
            .rev()
            .find(|row| row.holds(&piece))
        {
            Some(row) => row.add(piece),
            None => rows.push(Row::new(piece)),
        }
    }
    rows.into_iter().filter_map(Row::into_line).collect()
}

fn piece(span: &TextSpan) -> Option<Piece> {
    let text = text::clean(&span.text);
    let finite = [span.bbox.x, span.bbox.y, span.bbox.width, span.font_size]
        .iter()
        .all(|length| length.is_finite());
    (finite && !text.is_empty()).then(|| Piece {
        left: span.bbox.x.min(span.bbox.x + span.bbox.width),
        right: span.bbox.x.max(span.bbox.x + span.bbox.width),
        baseline: span.bbox.y,
        size: span.font_size.abs().max(1.0),
        rotation: span.rotation_degrees,
        bold: span.font_weight.is_bold() || font::is_bold(&span.font_name),
        monospace: span.is_monospace || font::is_monospace(&span.font_name),
        text,
    })
}

/// A line being put together.
struct Row {
    baseline: f32,
    size: f32,
    pieces: Vec<Piece>,
}

impl Row {
    fn new(piece: Piece) -> Self {
        Self {
            baseline: piece.baseline,
            size: piece.size,
            pieces: vec![piece],
        }
    }

    fn holds(&self, piece: &Piece) -> bool {
        let upper = (self.baseline + self.size).min(piece.baseline + piece.size);
        let lower = self.baseline.max(piece.baseline);
        let turned = self
            .pieces
            .first()
            .is_some_and(|first| first.rotation != piece.rotation);
        !turned && upper - lower >= OVERLAP * self.size.min(piece.size)
    }

    fn add(&mut self, piece: Piece) {
        if piece.size > self.size {
            self.baseline = piece.baseline;
            self.size = piece.size;
        }
        self.pieces.push(piece);
    }

    fn into_line(mut self) -> Option<Line> {
        self.pieces.sort_by(|a, b| a.left.total_cmp(&b.left));
        if self.share(|piece| piece.text.chars().any(is_right_to_left)) > 0.5 {
            self.pieces.reverse();
        }
        let blank = self
            .pieces
            .iter()
            .take_while(|piece| piece.text.trim().is_empty());
        self.pieces.drain(..blank.count());
        let monospace = self.share(|piece| piece.monospace) > 0.6;
        let advance = self.advance(monospace);
        let text = self.join(monospace.then_some(advance));
        let visible = || {
            self.pieces
                .iter()
                .filter(|piece| !piece.text.trim().is_empty())
        };
        let left = visible().map(|piece| piece.left).min_by(f32::total_cmp)?;
        let right = visible().map(|piece| piece.right).max_by(f32::total_cmp)?;
        Some(Line {
            left,
            right,
            baseline: self.baseline,
            size: self.common_size(),
            advance,
            bold: self.share(|piece| piece.bold) > 0.95,
            monospace,
            text,
        })
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
        let most = sizes.iter().max_by_key(|(_, count)| *count);
        most.map_or(self.size, |(size, _)| *size)
    }

    /// The text, with the spaces the gaps stand for: one between words, as many as fit
    /// where every character is as wide as `cell`.
    fn join(&self, cell: Option<f32>) -> String {
        let mut text = String::new();
        let mut end: Option<f32> = None;
        for piece in &self.pieces {
            let spaced = text.ends_with(' ') || piece.text.starts_with(' ');
            match (end.map(|end| piece.left - end), cell) {
                (Some(gap), Some(cell)) => push_spaces(&mut text, gap, cell),
                (Some(gap), None)
                    if !spaced && is_word_gap(&text, &piece.text, gap / self.size) =>
                {
                    text.push(' ');
                }
                _ => {}
            }
            text.push_str(&piece.text);
            end = Some(end.unwrap_or(piece.right).max(piece.right));
        }
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

fn is_word_gap(before: &str, after: &str, ems: f32) -> bool {
    let wide = before.chars().next_back().is_some_and(is_spaceless)
        || after.chars().next().is_some_and(is_spaceless);
    ems > if wide { WIDE_WORD_GAP } else { WORD_GAP }
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

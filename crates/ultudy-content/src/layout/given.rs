//! Lines of a page whose blocks are given, not found: each block is one line, set as the rest
//! of the document takes such a block to be set.

use ultudy_domain::page_text::{PageBlock, PageText, Span};

use super::{Block, Line, Page, Text};
use crate::formula::{Formula, is_sound};

/// How much larger than the text headings are set, by their level; the last holds for all below.
const HEADING_SIZES: [f32; 4] = [1.9, 1.55, 1.3, 1.15];

/// Of a line, in sizes of the text.
const PITCH: f32 = 1.2;

/// What is left empty at a page's edges, of its width or height.
const MARGIN: f32 = 0.1;

/// Width of a character, in sizes.
const ADVANCE: f32 = 0.5;

/// Puts the blocks on the page, from its top to its foot as much of it as they say, in text of
/// this size.
pub(crate) fn given(page: &mut Page, text: &PageText, body: f32) {
    let (left, right) = (MARGIN * page.width, (1.0 - MARGIN) * page.width);
    let columns = ((right - left) / (ADVANCE * body)).max(1.0);
    let rows = |line: &Line| {
        let characters = line.text.chars().count();
        (characters as f32 / columns).ceil().max(1.0) + 1.0
    };
    let mut lines: Vec<Line> = text.blocks.iter().map(|block| line(block, body)).collect();
    let all: f32 = lines.iter().map(&rows).sum();
    let height = (1.0 - 2.0 * MARGIN) * (page.top - page.bottom);
    let row = (height / all.max(1.0)).min(PITCH * body);
    let mut baseline = page.top - MARGIN * (page.top - page.bottom);
    for line in &mut lines {
        let share = line.text.chars().count() as f32 / columns;
        line.left = left;
        line.right = left + (right - left) * share.min(1.0);
        line.advance = ADVANCE * body;
        line.baseline = baseline - row;
        baseline -= row * rows(line);
    }
    page.lines = lines;
}

fn line(block: &PageBlock, body: f32) -> Line {
    let plain = |size: f32, text: Text, given: Option<Block>| {
        let (text, formulas) = text.into_parts();
        Line {
            text,
            formulas,
            size,
            given,
            ..Line::default()
        }
    };
    match block {
        PageBlock::Heading { level, text } => {
            let at = usize::from(level.saturating_sub(1)).min(HEADING_SIZES.len() - 1);
            let size = HEADING_SIZES.get(at).map_or(body, |larger| larger * body);
            Line {
                bold: true,
                ..plain(size, set(text), None)
            }
        }
        PageBlock::Paragraph { text } => {
            let text = set(text);
            plain(body, text.clone(), Some(Block::Paragraph(text)))
        }
        PageBlock::Note { text } => {
            let text = set(text);
            plain(body, text.clone(), Some(Block::Note(text)))
        }
        PageBlock::Item {
            depth,
            number,
            text,
        } => {
            let text = set(text);
            let item = Block::Item {
                level: usize::from(*depth),
                mark: number.map_or("-".to_owned(), |number| format!("{number}.")),
                text: text.clone(),
            };
            plain(body, text, Some(item))
        }
        PageBlock::Table { rows } => {
            let rows: Vec<Vec<Text>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| set(cell)).collect())
                .collect();
            let cells = rows.iter().flatten().map(|cell| &**cell);
            let text = cells.collect::<Vec<_>>().join(" ");
            plain(body, text.as_str().into(), Some(Block::Table(rows)))
        }
        PageBlock::Formula { latex } => {
            let block = Block::Formula {
                latex: is_sound(latex).then(|| latex.clone()),
                text: latex.clone(),
            };
            plain(body, latex.as_str().into(), Some(block))
        }
        PageBlock::Code { lines } => {
            let text = lines.join(" ");
            plain(body, text.as_str().into(), Some(Block::Code(lines.clone())))
        }
    }
}

/// A text with its formulas; LaTeX that sets nothing stays as characters.
fn set(spans: &[Span]) -> Text {
    let mut plain = String::new();
    let mut formulas = Vec::new();
    for span in spans {
        match span {
            Span::Words(words) => plain.push_str(words),
            Span::Formula(latex) => {
                let start = plain.len();
                plain.push_str(latex);
                formulas.push(Formula {
                    range: start..plain.len(),
                    latex: is_sound(latex).then(|| latex.clone()),
                    ..Formula::default()
                });
            }
        }
    }
    Text::new(plain, formulas)
}

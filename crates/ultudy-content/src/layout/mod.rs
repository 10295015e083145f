//! What lines mean: running heads, headings, paragraphs, lists, tables, notes,
//! code, formulas.

mod aside;
mod blocks;
mod caption;
mod code;
mod display;
mod edge;
mod figures;
mod footnotes;
mod given;
mod hyphens;
pub(crate) mod join;
mod list;
mod running;
mod table;
mod text;
mod typography;

use serde::{Deserialize, Serialize};

use crate::formula::Formula;

pub(crate) use self::{
    aside::settle_asides,
    blocks::{Block, blocks},
    caption::{captions_figure, is_caption},
    figures::{Drawing, Picture, has_caption, place_figures, place_labels},
    footnotes::set_footnotes_apart,
    given::given,
    hyphens::mend_hyphens,
    join::ends_sentence,
    list::is_bullet,
    running::drop_running_lines,
    table::{TableLine, join_tables, mark_tables},
    text::{Part, Text},
    typography::Typography,
};

/// A page's lines, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: u32,
    /// Height of the lower edge, in points.
    pub(crate) bottom: f32,
    /// Height of the upper edge, in points.
    pub(crate) top: f32,
    /// In points.
    pub(crate) width: f32,
    pub(crate) lines: Vec<Line>,
    /// The figures drawn on it; their labels are none of its lines.
    pub(crate) drawings: Vec<Drawing>,
    /// It draws forms within forms without end: it has no pictures that could be found.
    pub(crate) is_endless: bool,
}

/// A line of print. Lengths are in points, heights from the bottom of the page. The default
/// has nothing on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) baseline: f32,
    /// The size most of its characters have.
    pub(crate) size: f32,
    /// Width of a character, on average.
    pub(crate) advance: f32,
    /// All of it that is text is bold.
    pub(crate) bold: bool,
    /// Most of it is in a typewriter face.
    pub(crate) monospace: bool,
    /// What gaps part in it, from the left; empty where it is all one. The words are those
    /// of its text as it came from the page.
    pub(crate) cells: Vec<Cell>,
    /// The table it is a line of.
    pub(crate) table: Option<TableLine>,
    /// The note outside the text that it is a line of.
    pub(crate) note: Option<NoteLine>,
    /// The figure that stands here; the line's text is its caption.
    pub(crate) figure: Option<u32>,
    /// It goes on with the sentence of the line before it, past a figure.
    #[serde(default)]
    pub(crate) resumes: bool,
    /// The heading it is a line of.
    pub(crate) heading: Option<HeadingLine>,
    /// The formulas in its text, in order.
    #[serde(default)]
    pub(crate) formulas: Vec<Formula>,
    /// What it is, where that is known: its text is all of the block's.
    #[serde(skip)]
    pub(crate) given: Option<Block>,
}

/// A part of a line with space around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) text: Text,
    pub(crate) left: f32,
    pub(crate) right: f32,
}

/// What makes a line one of a note's: at the foot of a page or in its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NoteLine {
    /// It is the note's first.
    pub(crate) first: bool,
}

/// What makes a line one of a heading's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeadingLine {
    /// Depth of the heading, from 1.
    pub(crate) level: u8,
    /// It is the heading's first.
    pub(crate) first: bool,
}

impl Line {
    /// Whether it stands outside the running text: in a table or a note.
    pub(crate) fn is_apart(&self) -> bool {
        self.table.is_some() || self.note.is_some()
    }
}

impl Page {
    /// A page that gave nothing.
    pub(crate) fn empty(number: u32) -> Self {
        Self {
            number,
            bottom: 0.0,
            top: 0.0,
            width: 0.0,
            lines: Vec::new(),
            drawings: Vec::new(),
            is_endless: false,
        }
    }

    /// Bytes of text on it.
    pub(crate) fn bytes(&self) -> usize {
        self.print().map(|line| line.text.len()).sum()
    }

    /// All that is printed on it.
    pub(crate) fn print(&self) -> impl Iterator<Item = &Line> {
        let labels = self.drawings.iter().flat_map(|drawing| &drawing.labels);
        self.lines.iter().chain(labels)
    }
}

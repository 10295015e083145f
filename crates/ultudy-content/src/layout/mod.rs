//! What lines mean: running heads, headings, paragraphs, lists, code.

mod blocks;
mod code;
mod figures;
mod hyphens;
pub(crate) mod join;
mod list;
mod running;
mod typography;

use serde::{Deserialize, Serialize};

pub(crate) use self::{
    blocks::{Block, blocks},
    figures::{Picture, place_figures},
    hyphens::mend_hyphens,
    join::ends_sentence,
    running::drop_running_lines,
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
    pub(crate) lines: Vec<Line>,
}

/// A line of print. Lengths are in points, heights from the bottom of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// The figure that stands here; the line's text is its caption.
    pub(crate) figure: Option<u32>,
    /// The heading it is a line of.
    pub(crate) heading: Option<HeadingLine>,
}

/// What makes a line one of a heading's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct HeadingLine {
    /// Depth of the heading, from 1.
    pub(crate) level: u8,
    /// It is the heading's first.
    pub(crate) first: bool,
}

impl Page {
    /// A page that gave nothing.
    pub(crate) fn empty(number: u32) -> Self {
        Self {
            number,
            bottom: 0.0,
            top: 0.0,
            lines: Vec::new(),
        }
    }

    /// Bytes of text on it.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.text.len()).sum()
    }
}

/// A line with nothing on it.
#[cfg(test)]
pub(crate) fn line() -> Line {
    Line {
        text: String::new(),
        left: 0.0,
        right: 0.0,
        baseline: 0.0,
        size: 0.0,
        advance: 0.0,
        bold: false,
        monospace: false,
        figure: None,
        heading: None,
    }
}

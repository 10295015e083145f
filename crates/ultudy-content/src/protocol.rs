//! What the child says: one JSON object a line, on its standard output.

use serde::{Deserialize, Serialize};
use ultudy_domain::{
    document::{FoundHeading, Sectioning},
    figure::{ExtractedFigure, FIGURE_BYTES_MAX},
    page_text::PageText,
    section::ExtractedSection,
};

use crate::{fault::Fault, layout::Line};

/// A line of the child's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(crate) enum Message {
    /// The file opened; all that a probe wants to know.
    Opened { pages: u32 },
    /// So many pages are read.
    Progress { pages_done: u32, pages_total: u32 },
    /// These pages are to be read from their pictures, and the child waits for what comes of
    /// each: one [`Answer`] a page, in this order.
    Recognise { pages: Vec<Asked> },
    /// A page's picture; `width` × `height` bytes of grey follow.
    Picture(Shape),
    /// A page's picture as a JPEG file of so many bytes, which follow.
    Photo {
        width: u32,
        height: u32,
        bytes: usize,
    },
    /// The page has nothing on it.
    Blank,
    /// A section, in reading order.
    Section(ExtractedSection),
    /// A figure that the sections' Markdown refers to.
    Figure {
        #[serde(flatten)]
        figure: ExtractedFigure,
        /// Its file in base64.
        data: String,
    },
    /// The next page's text, before anything is left out.
    PageText { text: String },
    /// That was the text of all pages; the last line of a good run.
    AllText,
    /// The rest of the document; the last line of a good run.
    Done(Summary),
    /// The file's fault; the last line of a bad run.
    Failed { fault: Fault },
}

/// A page that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// From 1.
    pub(crate) page: u32,
    /// It has text that can be read without its picture.
    pub(crate) legible: bool,
}

/// What a picture measures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Pixels in a point.
    pub(crate) scale: f32,
}

impl Shape {
    /// In pixels.
    pub(crate) fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// A length in points.
    #[expect(clippy::cast_precision_loss, reason = "sides of pictures are short")]
    pub(crate) fn points(self, pixels: u32) -> f32 {
        pixels as f32 / self.scale
    }
}

/// What recognition made of a page; the parent's only word to the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Text, on a page of this size in points.
    Text {
        width: f32,
        height: f32,
        lines: Vec<Line>,
    },
    /// What a language model read, in blocks.
    Transcribed { text: PageText },
    /// There is nothing on the page.
    Blank,
    /// It could not be read, or there was no time left for it.
    Unread,
}

/// A document without its sections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) title: Option<String>,
    pub(crate) page_count: u32,
    pub(crate) sectioning: Sectioning,
    pub(crate) headings: Vec<FoundHeading>,
    pub(crate) unreadable_pages: Vec<u32>,
    pub(crate) recognised_pages: Vec<u32>,
    pub(crate) transcribed_pages: Vec<u32>,
    pub(crate) language: Option<String>,
}

/// Most text one document may give, in bytes of Markdown; a book of 2,000 full pages has
/// about half of it.
pub(crate) const TEXT_MAX: usize = 16 << 20;

/// Most pixels of a page's picture: A4 at 300 to an inch has 8.7 million.
pub(crate) const PIXELS_MAX: u32 = 16_000_000;

/// Most the parent takes from one child, in bytes. JSON doubles a line's end or a
/// quotation mark at worst; control characters never leave the child.
pub(crate) const OUTPUT_MAX: u64 =
    2 * TEXT_MAX as u64 + FIGURE_BYTES_MAX as u64 / 3 * 4 + (4 << 20);

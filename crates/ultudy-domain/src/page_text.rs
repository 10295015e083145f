//! Pages read from their pictures: what goes to whoever reads them, and what comes back.

use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// Deepest level of a heading on a page, and of an item in others.
pub const LEVELS_MAX: u8 = 6;

/// A page's picture: grey, its lines level, no larger than models look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePicture {
    /// The page, from 1.
    pub page: u32,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// A JPEG file.
    pub jpeg: Vec<u8>,
}

/// What stands on a page, in reading order. All of it is plain text: nothing in it is markup, whatever it
/// looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageText {
    /// Its blocks; none if there is no text.
    pub blocks: Vec<PageBlock>,
}

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PageBlock {
    /// A heading.
    Heading {
        /// Its depth, from 1.
        level: u8,
        /// As printed, its number with it.
        text: Vec<Span>,
    },
    /// A paragraph, or the part of one that is on the page.
    Paragraph {
        /// Its text.
        text: Vec<Span>,
    },
    /// An item of a list.
    Item {
        /// How many items it is in, from 0.
        depth: u8,
        /// Its number, if it has one.
        number: Option<u32>,
        /// Its text, without its mark.
        text: Vec<Span>,
    },
    /// A table; its rows have as many cells each, and the first is its head.
    Table {
        /// Row by row.
        rows: Vec<Vec<Vec<Span>>>,
    },
    /// A formula on lines of its own.
    Formula {
        /// LaTeX.
        latex: String,
    },
    /// Lines of a program.
    Code {
        /// Each with the spaces that it begins with.
        lines: Vec<String>,
    },
    /// A note at the page's foot or in its margin.
    Note {
        /// Its text.
        text: Vec<Span>,
    },
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Words.
    Words(String),
    /// A formula's LaTeX.
    Formula(String),
}

/// What comes back for each picture, in their order; none where a page could not be read.
pub type PagesRead<'a> = Pin<Box<dyn Future<Output = Vec<Option<PageText>>> + Send + 'a>>;

/// Reads pages of one document from their pictures. Whoever draws them knows nothing of who that is.
pub trait PageReader: Send + Sync {
    /// Whether pages are wanted, too, whose text can be read without.
    fn reads_all(&self) -> bool;

    /// Most pages of the document that it reads.
    fn pages_max(&self) -> u32;

    /// Whether it would still read a page: if not, none need be drawn.
    fn is_ready(&self) -> bool;

    /// Reads some. Nothing goes on once this is dropped.
    fn read(&self, pictures: Vec<PagePicture>) -> PagesRead<'_>;
}

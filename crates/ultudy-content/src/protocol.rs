//! What the child says: one JSON object a line, on its standard output.

use serde::{Deserialize, Serialize};
use ultudy_domain::{
    document::{FoundHeading, Sectioning},
    section::ExtractedSection,
};

use crate::fault::Fault;

/// A line of the child's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(crate) enum Message {
    /// The file opened; all that a probe wants to know.
    Opened { pages: u32 },
    /// So many pages are read.
    Progress { pages_done: u32, pages_total: u32 },
    /// A section, in reading order.
    Section(ExtractedSection),
    /// The next page's text, before anything is left out.
    PageText { text: String },
    /// That was the text of all pages; the last line of a good run.
    AllText,
    /// The rest of the document; the last line of a good run.
    Done(Summary),
    /// The file's fault; the last line of a bad run.
    Failed { fault: Fault },
}

/// A document without its sections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) title: Option<String>,
    pub(crate) page_count: u32,
    pub(crate) sectioning: Sectioning,
    pub(crate) headings: Vec<FoundHeading>,
    pub(crate) unreadable_pages: Vec<u32>,
}

/// Most text one document may give, in bytes of Markdown; a book of 2,000 full pages has
/// about half of it.
pub(crate) const TEXT_MAX: usize = 16 << 20;

/// Most the parent takes from one child, in bytes. JSON doubles a line's end or a
/// quotation mark at worst; control characters never leave the child.
pub(crate) const OUTPUT_MAX: u64 = 2 * TEXT_MAX as u64 + (4 << 20);

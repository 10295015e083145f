//! What a document says its terms are.

use serde::{Deserialize, Serialize};

/// A term and where the document defines it or speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlossaryEntry {
    /// The term as the definition prints it, without Markdown.
    pub term: String,
    /// Other forms the document prints it in, the commonest first.
    pub forms: Vec<String>,
    /// What defines it, or speaks of it: the document's Markdown, word for word, in one paragraph that can be
    /// understood alone.
    pub sentence: String,
    /// First and last page of the sentence.
    pub pages: [u32; 2],
    /// How surely it defines: 5 says that it does, 3 may be read so; 1 only speaks of the term.
    pub strength: u8,
    /// Whether so many of the document's sections use the term that it is the matter of none
    /// but the one that defines it.
    pub common: bool,
    /// Whether the document hardly uses the term.
    pub seldom: bool,
}

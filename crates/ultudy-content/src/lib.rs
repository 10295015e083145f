//! Documents in: a file becomes pages, blocks and sections, in a child process under
//! limits of memory and time, so that no file can harm the server.
//!
//! The way of a document: [`Extractor`] starts a child; the child sets its own limits
//! (`child`), reads pages as lines with sizes and fonts (`pdf`) and formulas (`formula`), makes blocks of them
//! (`layout`), finds headings (`headings`) and where sections begin and end (`sections`) and writes each as
//! Markdown (`markdown`); the lines it speaks are in `protocol`.

pub mod child;
mod extractor;
mod fault;
mod formula;
#[cfg(test)]
mod fuzz;
mod headings;
mod layout;
mod legibility;
mod markdown;
mod pdf;
mod picture;
mod protocol;
mod recognition;
mod sections;

pub use extractor::{ExtractLimits, Extractor};
pub use markdown::escaped;
pub use recognition::{Recogniser, RecognitionLimits};
pub use ultudy_domain::extraction::{ExtractError, ExtractProgress, Probe, Stage};

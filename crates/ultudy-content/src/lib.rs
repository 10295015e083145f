//! Documents in: a file becomes pages, blocks and sections, in a child process under
//! limits of memory and time, so that no file can harm the server.

pub mod child;
mod extractor;

pub use extractor::{ExtractError, ExtractLimits, ExtractProgress, Extractor, Probe};

//! Sections.

pub mod generate;
pub mod get;
pub mod list;

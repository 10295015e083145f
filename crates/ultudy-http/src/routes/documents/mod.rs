//! Documents.

pub mod delete;
pub mod figure;
pub mod file;
pub mod get;
pub mod list;
pub mod metadata;
pub mod rename;

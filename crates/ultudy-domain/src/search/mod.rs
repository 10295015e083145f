//! Search: how texts and queries become the same terms, and how hits are ranked.
//!
//! A section's Markdown is cut into [`passage`]s of about a page; [`words`] turns them and
//! the queries into terms; the store finds passages that hold a [`query`]'s terms;
//! [`rank`] orders them by BM25 and [`snippet`] shows where they match. All of it is
//! computed here, from numbers that every database counts alike, so that all give the same
//! hits in the same order.
//!
//! What words do not find, vectors may: [`windows`] says what of a passage is embedded, [`vector`]
//! how alike two texts are, and [`fuse`] makes one ranking of both.

pub mod document;
pub mod function_words;
pub mod fuse;
pub mod indexed;
pub mod passage;
pub mod query;
pub mod rank;
pub mod sentences;
pub mod snippet;
pub mod vector;
pub mod windows;
pub mod words;

pub use indexed::Indexed;
pub use query::Query;

//! A word where it stands.

use std::ops::Range;

/// A stem or a form of a word, as a number; equal numbers, equal words.
pub(super) type WordId = u32;

/// What a word can do in a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Carries meaning.
    Content,
    /// Carries meaning, but too common in teaching to be a term by itself.
    Weak,
    /// Grammar.
    Stop,
    /// A number, or a letter standing for something.
    Symbol,
}

/// One word where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Bytes of the text; those of two characters of CJK text overlap.
    pub range: Range<usize>,
    /// Itself without number and gender: terms are compared by it.
    pub stem: WordId,
    /// What is common to all words made from it: sentences are compared by it.
    pub root: WordId,
    /// Itself in lower case.
    pub form: WordId,
    /// What it can do.
    pub role: Role,
    /// Whether it begins with a capital.
    pub capital: bool,
    /// Whether only a space or a hyphen separates it from the word before.
    pub joined: bool,
}

//! Formulas in LaTeX: which sign a command stands for, and how a formula reads as plain
//! text.

mod plain;
mod scripts;
mod symbols;

pub use self::{
    plain::plain,
    scripts::{subscript, superscript},
    symbols::{Class, FUNCTIONS, command, sign},
};

/// What follows the fence of a code block that holds a formula as printed: its form is lost,
/// so its characters say less than the page did.
pub const AS_PRINTED: &str = "formula";

/// What a code span begins with that holds such a formula, or characters that no reader
/// knows; a space follows.
pub const AS_PRINTED_MARK: char = '⚠';

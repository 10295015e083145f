//! Formulas in LaTeX: which sign a command stands for, and how a formula reads as plain
//! text.

mod alphabets;
mod plain;
mod scripts;
mod symbols;
mod tag;

pub use self::{
    plain::{accent, plain},
    scripts::{subscript, superscript, unmoved},
    symbols::{Class, FUNCTIONS, command, sign},
    tag::tagged,
};

/// What follows the fence of a code block that holds a formula as printed: its form is lost,
/// so its characters say less than the page did.
pub const AS_PRINTED: &str = "formula";

/// What a code span begins with that holds such a formula, or characters that no reader
/// knows; a space follows.
pub const AS_PRINTED_MARK: char = '⚠';

//! Formulas: which glyphs of a line are one, and the LaTeX that sets them as printed.

mod accents;
mod check;
mod glyph;
mod inline;
mod level;
mod role;
mod runs;
mod set;
mod sign;
mod stack;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::level::Level;
pub(crate) use self::{
    glyph::{Face, Glyph, is_lost, is_sign, segments},
    inline::{Reading, read},
    stack::{AXIS, Rule},
};

/// A formula in a line's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Formula {
    /// Its bytes of the text, which hold it in plain characters.
    pub(crate) range: Range<usize>,
    /// It as LaTeX; `None` where its form is lost, so that the text only has its characters
    /// as they are printed.
    pub(crate) latex: Option<String>,
}

//! Formulas: which glyphs of a line are one, and the LaTeX that sets them as printed.

mod accents;
mod brackets;
mod check;
mod glyph;
mod inline;
mod level;
mod relation;
mod role;
mod runs;
mod scripts;
mod set;
mod sign;
mod stack;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::level::Level;
pub(crate) use self::{
    brackets::{Brace, Enclosure, Hung, braces, enclosures},
    check::is_sound,
    glyph::{Face, Glyph, is_lost, is_sign, segments},
    inline::{Reading, read},
    relation::relations,
    stack::{AXIS, Rule},
};

/// A formula in a line's text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Formula {
    /// Its bytes of the text, which hold it in plain characters.
    pub(crate) range: Range<usize>,
    /// It as LaTeX; `None` where its form is lost, so that the text only has its characters
    /// as they are printed.
    pub(crate) latex: Option<String>,
    /// Where its relations that are not within something begin on the line, in points:
    /// formulas one below the other are aligned at these.
    #[serde(default)]
    pub(crate) relations: Vec<f32>,
}

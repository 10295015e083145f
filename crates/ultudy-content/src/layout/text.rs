//! Text of one or more lines, with the formulas in it.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{Line, join};
use crate::formula::Formula;

/// Plain text and where its formulas are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Text {
    plain: String,
    formulas: Vec<Formula>,
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Words(&'a str),
    /// A formula's LaTeX.
    Formula(&'a str),
    /// Characters of a formula whose form is lost.
    AsPrinted(&'a str),
}

impl Text {
    /// A text and the formulas in it, in order.
    pub(crate) fn new(plain: String, formulas: Vec<Formula>) -> Self {
        Self { plain, formulas }
    }

    /// Lines of one paragraph put back together.
    pub(crate) fn of(lines: &[Line]) -> Self {
        let mut text = Self::default();
        for line in lines {
            text.append(&line.text, &line.formulas);
        }
        text
    }

    /// Appends another line of the same paragraph and the formulas in it.
    pub(crate) fn append(&mut self, line: &str, formulas: &[Formula]) {
        join::append(&mut self.plain, line);
        let start = self.plain.len() - line.len();
        let moved = formulas.iter().map(|formula| Formula {
            range: formula.range.start + start..formula.range.end + start,
            ..formula.clone()
        });
        self.formulas.extend(moved);
    }

    /// The formulas in it, in order.
    pub(crate) fn formulas(&self) -> &[Formula] {
        &self.formulas
    }

    /// The plain text and the formulas in it.
    pub(crate) fn into_parts(self) -> (String, Vec<Formula>) {
        (self.plain, self.formulas)
    }

    /// The text from a byte on.
    pub(crate) fn after(mut self, start: usize) -> Self {
        self.plain = self.plain.get(start..).unwrap_or_default().to_owned();
        cut_front(&mut self.formulas, start);
        self
    }

    /// Its words and formulas in order.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut end = 0;
        for formula in &self.formulas {
            let (before, own) = (
                self.plain.get(end..formula.range.start),
                self.plain.get(formula.range.clone()),
            );
            let (Some(before), Some(own)) = (before, own) else {
                continue;
            };
            if !before.is_empty() {
                parts.push(Part::Words(before));
            }
            parts.push(
                formula
                    .latex
                    .as_deref()
                    .map_or(Part::AsPrinted(own), Part::Formula),
            );
            end = formula.range.end;
        }
        match self.plain.get(end..) {
            Some(rest) if !rest.is_empty() => parts.push(Part::Words(rest)),
            _ => {}
        }
        parts
    }
}

/// Moves formulas to where they are once so many bytes before them are gone; what reaches
/// into these is no formula any more.
pub(super) fn cut_front(formulas: &mut Vec<Formula>, bytes: usize) {
    formulas.retain(|formula| formula.range.start >= bytes);
    for formula in formulas {
        formula.range = formula.range.start - bytes..formula.range.end - bytes;
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.plain
    }
}

impl From<&str> for Text {
    fn from(plain: &str) -> Self {
        Self {
            plain: plain.to_owned(),
            formulas: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, formula: &str, latex: Option<&str>) -> Line {
        let start = text.find(formula).unwrap();
        Line {
            text: text.to_owned(),
            formulas: vec![Formula {
                range: start..start + formula.len(),
                latex: latex.map(str::to_owned),
                ..Formula::default()
            }],
            ..Line::default()
        }
    }

    #[test]
    fn formulas_stay_where_they_are_when_lines_are_joined_and_cut() {
        let lines = [
            line("a) Let xₙ be the com-", "xₙ", Some("x_{n}")),
            line("ponent of y/2.", "y/2", None),
        ];
        let text = Text::of(&lines).after(3);
        assert_eq!(
            text.parts(),
            [
                Part::Words("Let "),
                Part::Formula("x_{n}"),
                Part::Words(" be the component of "),
                Part::AsPrinted("y/2"),
                Part::Words("."),
            ]
        );
        // What is left of a formula is words.
        assert_eq!(
            text.after(5).parts()[0],
            Part::Words("ₙ be the component of ")
        );
    }
}

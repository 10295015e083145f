//! A row taken apart at its gaps.

use super::Row;
use crate::{
    formula::{self, Glyph, Reading},
    layout::{Cell, NoteLine, Text},
};

/// Gap, in ems, that may part the cells of a table: hardly any justified line has one.
const CELL_GAP: f32 = 0.8;

impl Row {
    /// What its gaps part; nothing if none does. Its pieces stand from left to right,
    /// except in Arabic and the like, where no cells are looked for. Formulas are read from
    /// the row's `glyphs`.
    pub(super) fn cells(self, glyphs: &[Glyph]) -> Vec<Cell> {
        let gap = CELL_GAP * self.common_size();
        let mut parts: Vec<Self> = Vec::new();
        let mut end: Option<f32> = None;
        let rules = self.rules;
        for piece in self.pieces {
            let visible = !piece.text.trim().is_empty();
            let apart = visible && end.is_some_and(|end| piece.left - end >= gap);
            if visible {
                end = Some(end.map_or(piece.right, |end| end.max(piece.right)));
            }
            match parts.last_mut() {
                Some(part) if !apart => part.add(piece),
                _ => parts.push(Self::new(piece)),
            }
        }
        if parts.len() < 2 {
            return Vec::new();
        }
        for part in &mut parts {
            part.rules.clone_from(&rules);
        }
        parts.iter().filter_map(|part| part.cell(glyphs)).collect()
    }

    fn cell(&self, glyphs: &[Glyph]) -> Option<Cell> {
        let (left, right) = self.extent()?;
        let is_own = |glyph: &&Glyph| {
            let middle = f32::midpoint(glyph.left, glyph.right);
            (left - 0.3..right + 0.3).contains(&middle)
        };
        let own: Vec<Glyph> = glyphs.iter().filter(is_own).cloned().collect();
        let reading = if own.is_empty() && self.is_mathematical() {
            self.as_printed()
        } else {
            formula::read(own, &self.rules).unwrap_or_else(|| self.plain(None))
        };
        let Reading { text, formulas } = reading;
        Some(Cell {
            text: Text::new(text, formulas),
            left,
            right,
        })
    }

    /// Where what wide gaps part in it begins and ends, from the left.
    pub(in crate::pdf) fn stretches(&self) -> Vec<(f32, f32)> {
        let mut extents: Vec<_> = self
            .visible()
            .map(|piece| (piece.left, piece.right))
            .collect();
        extents.sort_by(|a, b| a.0.total_cmp(&b.0));
        extents.dedup_by(|next, last| {
            let close = next.0 - last.1 < CELL_GAP * self.size;
            last.1 = if close { last.1.max(next.1) } else { last.1 };
            close
        });
        extents
    }

    /// What stands before a place and what behind it.
    pub(in crate::pdf) fn split(self, x: f32) -> (Option<Self>, Option<Self>) {
        let (mut before, mut behind): (Option<Self>, Option<Self>) = (None, None);
        for piece in self.pieces {
            let side = if piece.left < x {
                &mut before
            } else {
                &mut behind
            };
            match side {
                Some(row) => row.add(piece),
                None => *side = Some(Self::new(piece)),
            }
        }
        (before, behind)
    }

    /// The row as one of a note outside the text, perhaps its first.
    pub(in crate::pdf) fn into_note(self, first: bool) -> Self {
        Self {
            note: Some(NoteLine { first }),
            ..self
        }
    }
}

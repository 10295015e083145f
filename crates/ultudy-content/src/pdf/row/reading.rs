//! A row's text with its formulas.

use super::{Piece, REPEATED_MAX, Row, is_right_to_left, visible_chars};
use crate::{
    formula::{self, Face, Formula, Glyph, Reading},
    pdf::glyphs::{Place, Signs},
};

impl Row {
    /// Its text and the formulas in it, and the glyphs it was read from, if it was.
    pub(super) fn read(&self, cell: Option<f32>, signs: &mut Signs) -> (Reading, Vec<Glyph>) {
        if cell.is_some() || !self.may_hold_formula() {
            return (self.plain(cell), Vec::new());
        }
        let stacked = self.stacked || self.overlaps();
        let Some((glyphs, found)) = signs.take(&self.places(), stacked) else {
            return (self.as_printed(), Vec::new());
        };
        let printed: usize = self
            .pieces
            .iter()
            .map(|piece| visible_chars(&piece.text))
            .sum();
        let mathematical = self.is_mathematical();
        // The library may have left out what is in another row, or have it twice.
        let more = if mathematical { 0 } else { REPEATED_MAX };
        if !(printed..=printed + more).contains(&found) {
            signs.take_back();
            let reading = if self.stacked || mathematical {
                self.as_printed()
            } else {
                self.plain(cell)
            };
            return (reading, Vec::new());
        }
        let Some(reading) = formula::read(glyphs.clone(), &self.rules) else {
            // Its cells, too, have what its text has, and no sign of another row.
            signs.take_back();
            return (self.plain(cell), Vec::new());
        };
        (reading, glyphs)
    }

    /// Its text as words alone.
    pub(super) fn plain(&self, cell: Option<f32>) -> Reading {
        Reading {
            text: self.join(cell),
            formulas: Vec::new(),
        }
    }

    /// Its text as a formula whose form is lost.
    pub(super) fn as_printed(&self) -> Reading {
        let text = self.join(None);
        let range = 0..text.len();
        let formulas = vec![Formula {
            range,
            ..Formula::default()
        }];
        Reading { text, formulas }
    }

    /// Whether some of it stands above something else, farther than a script does.
    pub(super) fn overlaps(&self) -> bool {
        let mut last: Option<&Piece> = None;
        let mut visible = self.visible();
        visible.any(|piece| {
            let over = last.is_some_and(|last| {
                piece.left < last.right - 0.5 * piece.size
                    && (piece.baseline - last.baseline).abs() > 0.4 * self.size
            });
            if last.is_none_or(|last| piece.right > last.right) {
                last = Some(piece);
            }
            over
        })
    }

    pub(super) fn is_mathematical(&self) -> bool {
        self.pieces.iter().any(|piece| piece.face.is_mathematical())
    }

    pub(super) fn places(&self) -> Vec<Place> {
        self.pieces.iter().map(Piece::place).collect()
    }

    /// Whether it has a sign or font of formulas, or anything smaller than the rest.
    pub(super) fn may_hold_formula(&self) -> bool {
        let any = |is: &dyn Fn(&Piece) -> bool| self.pieces.iter().any(is);
        let smaller = any(&|piece| piece.size < 0.88 * self.size);
        let signs = any(&|piece| {
            piece.face.is_mathematical()
                || piece.face == Face::Italic && piece.text.trim().chars().count() == 1
                || piece.text.chars().any(formula::is_sign)
        });
        (smaller || signs) && !any(&|piece| piece.text.contains(is_right_to_left))
    }
}

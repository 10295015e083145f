//! A span of the page, as a part of a row.

use pdf_oxide::layout::TextSpan;

use crate::{
    formula::{self, Face},
    pdf::{
        font,
        glyphs::{Place, Signs},
        text,
    },
};

/// A span, cleaned.
#[derive(Debug, Clone)]
pub(in crate::pdf) struct Piece {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) rotation: f32,
    pub(super) bold: bool,
    pub(super) monospace: bool,
    pub(super) face: Face,
}

impl Piece {
    /// The span, unless it is empty or lies nowhere.
    pub(in crate::pdf) fn of(span: &TextSpan) -> Option<Self> {
        let text = text::clean(&span.text);
        let (one, other) = (span.bbox.x, span.bbox.x + span.bbox.width);
        let finite = [one, other, span.bbox.y, span.font_size]
            .iter()
            .all(|length| length.is_finite());
        (finite && !text.is_empty()).then(|| Self {
            left: one.min(other),
            right: one.max(other),
            baseline: span.bbox.y,
            size: span.font_size.abs().max(1.0),
            rotation: span.rotation_degrees,
            bold: span.font_weight.is_bold() || font::is_bold(&span.font_name),
            monospace: span.is_monospace || font::is_monospace(&span.font_name),
            face: font::face_of(&span.font_name, span.is_italic, span.is_monospace)
                .of_text(text.trim()),
            text,
        })
    }

    /// Whether it is set in a font of formulas, or holds a sign of theirs.
    pub(super) fn is_mathematical(&self) -> bool {
        self.face.is_mathematical() || self.text.chars().any(formula::is_sign)
    }

    /// Where it stands.
    pub(in crate::pdf) fn place(&self) -> Place {
        Place {
            left: self.left,
            right: self.right,
            baseline: self.baseline,
            size: self.size,
            hung: self.face == Face::Extension,
            depth: if self.is_bar() {
                0.6 * self.size * self.text.chars().count() as f32
            } else {
                0.0
            },
        }
    }

    /// The piece where it is printed: a letter or two of a formula may lie a little off.
    pub(in crate::pdf) fn settled(self, signs: &Signs) -> Self {
        let script = self.face == Face::Maths && self.text.trim().chars().count() <= 2;
        let baseline = script.then(|| signs.baseline_of(&self.place())).flatten();
        Self {
            baseline: baseline.unwrap_or(self.baseline),
            ..self
        }
    }

    /// Whether it is parts of an upright bar.
    pub(super) fn is_bar(&self) -> bool {
        self.text.chars().all(|c| c == '⏐')
    }
}

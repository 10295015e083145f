//! Figures that a page draws with lines, with the words in them.

mod area;
mod content;
mod decoration;
mod print;
mod regions;
mod shape;

use pdf_oxide::layout::TextSpan;

pub(crate) use self::decoration::Decoration;
use self::print::Print;
pub(super) use self::{
    area::Area,
    content::Content,
    shape::{Kind, Shape},
};
use super::{Pdf, glyphs::Signs, lines};
use crate::layout::Drawing;

/// Space around a figure, in points.
const MARGIN: f32 = 3.0;

/// What the page with this index draws.
pub(super) fn content(pdf: &Pdf, index: usize, page: Area) -> Content {
    content::content(pdf, index, page)
}

/// What of these many pages' shapes belongs to no figure.
pub(super) fn decoration(pages: u32, shapes: impl Fn(u32) -> Vec<Shape>) -> Decoration {
    Decoration::among(pages, shapes)
}

/// Takes the figures out of a page: their places and labels, and the other spans.
pub(super) fn take(
    spans: Vec<TextSpan>,
    mut shapes: Vec<Shape>,
    decoration: &Decoration,
    page: &Area,
) -> (Vec<Drawing>, Vec<TextSpan>) {
    shapes.retain(|shape| !decoration.has(shape));
    if shapes.is_empty() {
        return (Vec::new(), spans);
    }
    let print = Print::of(&spans, page);
    let figures = regions::figures(&shapes, &print, page);
    let mut owners: Vec<Option<usize>> = vec![None; spans.len()];
    for (figure, found) in figures.iter().enumerate() {
        for span in found.labels.iter().flat_map(|at| print.spans(*at)) {
            if let Some(owner) = owners.get_mut(*span) {
                *owner = Some(figure);
            }
        }
    }
    let mut labels: Vec<Vec<TextSpan>> = vec![Vec::new(); figures.len()];
    let mut others = Vec::with_capacity(spans.len());
    for (span, owner) in spans.into_iter().zip(owners) {
        match owner.and_then(|figure| labels.get_mut(figure)) {
            Some(labels) => labels.push(span),
            None => others.push(span),
        }
    }
    let drawing = |(figure, labels): (regions::Figure, Vec<TextSpan>)| {
        let area = figure.area.grown(MARGIN);
        let area = area.common(page).unwrap_or(area);
        Drawing {
            left: area.left,
            right: area.right,
            bottom: area.bottom,
            top: area.top,
            labels: lines::assemble(&labels, &[], Signs::default()),
        }
    };
    (
        figures.into_iter().zip(labels).map(drawing).collect(),
        others,
    )
}

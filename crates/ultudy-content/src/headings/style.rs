//! Headings set alike, over the whole document.

use super::candidate::{Candidate, SAME_SIZE};

/// One way of setting headings.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Style {
    /// Its largest size, in points.
    pub(super) size: f32,
    pub(super) bold: bool,
    /// How many candidates are set so.
    pub(super) uses: usize,
    /// How many of them have a number.
    pub(super) numbered: usize,
    /// Of these numbers, the fewest parts: 2 for "1.2".
    pub(super) depth: Option<u8>,
    /// How many of them a contents page lists.
    pub(super) listed: usize,
}

impl Style {
    pub(super) fn share(&self, some: usize) -> f32 {
        some as f32 / self.uses.max(1) as f32
    }
}

/// The styles, the most prominent first, and for each candidate the index of its own.
pub(super) fn styles(candidates: &[Candidate], listed: &[bool]) -> (Vec<Style>, Vec<usize>) {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let at = |index: usize| candidates.get(index);
    let prominence = |index: &usize| at(*index).map_or((0.0, false), |c| (c.size, c.bold));
    order.sort_by(|a, b| {
        let ((size, bold), (other_size, other_bold)) = (prominence(a), prominence(b));
        other_size.total_cmp(&size).then(other_bold.cmp(&bold))
    });
    let mut styles: Vec<Style> = Vec::new();
    let mut smallest: Vec<f32> = Vec::new();
    let mut own = vec![0; candidates.len()];
    for index in order {
        let Some(candidate) = at(index) else { continue };
        let alike = styles.iter().zip(&smallest).rposition(|(style, smallest)| {
            style.bold == candidate.bold && smallest / candidate.size <= SAME_SIZE
        });
        let style = alike.unwrap_or_else(|| {
            styles.push(Style {
                size: candidate.size,
                bold: candidate.bold,
                ..Style::default()
            });
            smallest.push(candidate.size);
            styles.len() - 1
        });
        if let (Some(style), Some(smallest)) = (styles.get_mut(style), smallest.get_mut(style)) {
            *smallest = candidate.size;
            style.uses += 1;
            let depth = candidate.number.map(|number| number.depth);
            style.numbered += usize::from(depth.is_some());
            style.depth = [style.depth, depth].into_iter().flatten().min();
            style.listed += usize::from(listed.get(index) == Some(&true));
        }
        if let Some(own) = own.get_mut(index) {
            *own = style;
        }
    }
    (styles, own)
}

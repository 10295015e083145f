//! Ranges of a text that are marked in some way, in order and apart from each other.

use std::ops::Range;

/// Marked ranges, found in logarithmic time: a text may have any number of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marks(Vec<Range<usize>>);

impl Marks {
    /// Adds a range that ends at or after the end of all before it; ranges within it go.
    pub(super) fn push(&mut self, range: Range<usize>) {
        while self.0.last().is_some_and(|last| last.start >= range.start) {
            self.0.pop();
        }
        let start = self.0.last().map_or(0, |last| last.end).max(range.start);
        if start < range.end {
            self.0.push(start..range.end);
        }
    }

    /// Adds the other's ranges, moved to the right by `offset`.
    pub(super) fn append(&mut self, other: &Self, offset: usize) {
        for range in &other.0 {
            self.push(range.start + offset..range.end + offset);
        }
    }

    /// The ranges that share a byte with `range`.
    pub(super) fn overlapping(&self, range: &Range<usize>) -> &[Range<usize>] {
        let from = self.0.partition_point(|mark| mark.end <= range.start);
        let to = self.0.partition_point(|mark| mark.start < range.end);
        self.0.get(from..to).unwrap_or_default()
    }

    /// Whether `place` is inside a range, not at its edge.
    pub(super) fn has_inside(&self, place: usize) -> bool {
        let around = place.saturating_sub(1)..place + 1;
        self.overlapping(&around)
            .iter()
            .any(|mark| mark.start < place && place < mark.end)
    }

    /// Whether a range begins at `place`.
    pub(super) fn has_start(&self, place: usize) -> bool {
        self.0
            .binary_search_by_key(&place, |mark| mark.start)
            .is_ok()
    }

    /// Whether nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All ranges, in order.
    #[cfg(test)]
    pub(super) fn all(&self) -> &[Range<usize>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stay_in_order_and_apart() {
        let mut marks = Marks::default();
        for range in [2..4, 6..8, 5..9, 12..12, 20..30] {
            marks.push(range);
        }
        assert_eq!(marks.all(), [2..4, 5..9, 20..30]);
        assert_eq!(marks.overlapping(&(3..6)), [2..4, 5..9]);
        assert!(marks.has_inside(21) && !marks.has_inside(20) && !marks.has_inside(30));
        assert!(marks.has_start(5) && !marks.has_start(6));
    }
}

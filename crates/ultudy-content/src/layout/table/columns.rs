//! The columns of a table: where its cells stand on the line.

use super::super::Cell;

/// Least distance between two columns, in points.
const APART: f32 = 1.0;

/// Most columns of a table.
const COLUMNS_MAX: usize = 24;

/// Parts of the line that cells stand in, from the left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns(Vec<(f32, f32)>);

impl Columns {
    pub(super) fn of_line(cells: &[Cell]) -> Self {
        Self(cells.iter().map(|cell| (cell.left, cell.right)).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Where each begins and ends.
    pub(super) fn places(&self) -> &[(f32, f32)] {
        &self.0
    }

    /// The column the cell stands in, from 0.
    pub(super) fn of(&self, cell: &Cell) -> Option<usize> {
        self.0
            .iter()
            .position(|column| meet(*column, (cell.left, cell.right)))
    }

    /// Whether the cell begins with the first column and ends before the last does, over more
    /// than one.
    pub(super) fn spanned_by(&self, cell: &Cell, em: f32) -> bool {
        let extent = (cell.left, cell.right);
        let over = self
            .0
            .iter()
            .filter(|column| meet(**column, extent))
            .count();
        let (first, last) = (self.0.first(), self.0.last());
        over > 1
            && first.is_some_and(|first| (first.0 - cell.left).abs() <= em / 2.0)
            && last.is_some_and(|last| cell.right <= last.1)
    }

    /// The columns with the cells of one more line in them; `None` if one of these would
    /// stand in two columns.
    pub(super) fn with(&self, cells: &[Cell]) -> Option<Self> {
        let mut columns = self.0.clone();
        for cell in cells {
            let extent = (cell.left, cell.right);
            let mut own = columns.iter_mut().filter(|column| meet(**column, extent));
            match (own.next(), own.next()) {
                (Some(column), None) => {
                    *column = (column.0.min(cell.left), column.1.max(cell.right));
                }
                (None, _) => columns.push(extent),
                (Some(_), Some(_)) => return None,
            }
        }
        columns.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut pairs = columns.iter().zip(columns.iter().skip(1));
        let apart = pairs.all(|(left, right)| left.1 + APART <= right.0);
        (apart && columns.len() <= COLUMNS_MAX).then_some(Self(columns))
    }
}

fn meet(one: (f32, f32), other: (f32, f32)) -> bool {
    one.0.max(other.0) < one.1.min(other.1)
}

/// Whether the columns of two tables stand alike, perhaps on pages with other margins.
pub(super) fn stand_alike(one: &[(f32, f32)], other: &[(f32, f32)]) -> bool {
    let (Some(first), Some(other_first)) = (one.first(), other.first()) else {
        return false;
    };
    let shift = first.0 - other_first.0;
    let meets = |(a, b): (&(f32, f32), &(f32, f32))| meet(*a, (b.0 + shift, b.1 + shift));
    one.len() == other.len()
        && one.iter().zip(other).all(meets)
        && !one.iter().zip(other.iter().skip(1)).any(meets)
        && !one.iter().skip(1).zip(other).any(meets)
}

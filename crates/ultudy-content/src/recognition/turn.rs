//! Which way round a page lies on the scanner.

use crate::protocol::Shape;

/// Quarter turns, clockwise, that make a picture upright: from 0 to 3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Turn(u8);

impl Turn {
    /// So many quarter turns further.
    pub(super) fn further(self, quarters: u8) -> Self {
        Self((self.0 + quarters) % 4)
    }

    /// A picture turned; its pixels are one byte each, row by row.
    pub(super) fn of(self, shape: Shape, pixels: &[u8]) -> (Shape, Vec<u8>) {
        let turned = match self.0 {
            0 => pixels.to_vec(),
            2 => pixels.iter().rev().copied().collect(),
            quarter => {
                let width = usize::try_from(shape.width).unwrap_or(usize::MAX);
                let rows: Vec<&[u8]> = pixels.chunks(width.max(1)).collect();
                let mut turned = Vec::with_capacity(pixels.len());
                for x in 0..width {
                    // Clockwise, a column becomes a row from its foot up.
                    turned.extend(rows.iter().rev().filter_map(|row| row.get(x)));
                }
                if quarter == 3 {
                    turned.reverse();
                }
                turned
            }
        };
        let (width, height) = if self.0.is_multiple_of(2) {
            (shape.width, shape.height)
        } else {
            (shape.height, shape.width)
        };
        let shape = Shape {
            width,
            height,
            ..shape
        };
        (shape, turned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_turned_clockwise() {
        let shape = Shape {
            width: 3,
            height: 2,
            scale: 1.0,
        };
        let turned = |quarters: u8| {
            let (shape, pixels) = Turn::default().further(quarters).of(shape, b"abcdef");
            (shape.width, String::from_utf8(pixels).unwrap())
        };
        assert_eq!(turned(0), (3, "abcdef".to_owned()));
        assert_eq!(turned(1), (2, "daebfc".to_owned()));
        assert_eq!(turned(2), (3, "fedcba".to_owned()));
        assert_eq!(turned(3), (2, "cfbead".to_owned()));
        assert_eq!(Turn::default().further(3).further(2), Turn(1));
    }
}

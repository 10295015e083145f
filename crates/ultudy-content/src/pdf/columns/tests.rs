//! Nothing is lost and nothing made, whatever stands on the page.

use pdf_oxide::{geometry::Rect, layout::TextSpan};
use proptest::prelude::*;

use super::{super::row::Piece, *};

/// A line's number; of each piece its column, its length and whether it is small.
type Drawn = (u16, Vec<(u8, u8, bool)>);

/// A row of one piece or two, on a grid, so that columns and margins come about.
fn row() -> impl Strategy<Value = Drawn> {
    let piece = (0..6_u8, 1..40_u8, any::<bool>());
    (0..60_u16, prop::collection::vec(piece, 1..4))
}

fn rows(drawn: &[Drawn]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (line, pieces) in drawn {
        let mut own: Option<Row> = None;
        for (column, length, small) in pieces {
            let text =
                "word of a cell that is not of the end it is in, x ".get(..usize::from(*length));
            let size = if *small { 8.0 } else { 10.0 };
            let (x, y) = (
                60.0 + 90.0 * f32::from(*column),
                700.0 - 12.0 * f32::from(*line),
            );
            let span = TextSpan {
                text: text.unwrap_or_default().to_owned(),
                bbox: Rect::new(x, y, 5.0 * f32::from(*length), size),
                font_size: size,
                ..TextSpan::default()
            };
            let Some(piece) = Piece::of(&span) else {
                continue;
            };
            match &mut own {
                Some(row) => row.add(piece),
                None => own = Some(Row::new(piece)),
            }
        }
        rows.extend(own);
    }
    rows
}

fn letters(rows: Vec<Row>) -> Vec<char> {
    let lines = rows.into_iter().filter_map(Row::into_line);
    let mut letters: Vec<char> = lines
        .flat_map(|line| line.text.chars().collect::<Vec<_>>())
        .filter(|c| c.is_alphanumeric())
        .collect();
    letters.sort_unstable();
    letters
}

proptest! {
    #[test]
    fn every_letter_stays(drawn in prop::collection::vec(row(), 0..60)) {
        prop_assert_eq!(letters(apart(rows(&drawn))), letters(rows(&drawn)));
    }

    #[test]
    fn text_written_across_two_columns_keeps_its_letters(lines in prop::collection::vec(any::<bool>(), 6..40)) {
        let line = |(at, crossed): (u16, &bool)| {
            let pieces = if *crossed { vec![(0, 49, false)] } else { vec![(0, 17, false), (1, 17, false)] };
            (at, pieces)
        };
        let drawn: Vec<_> = (0..).zip(&lines).map(line).collect();
        prop_assert_eq!(letters(apart(rows(&drawn))), letters(rows(&drawn)));
    }
}

//! How far the lines of a scan are from level, by projection profile: along the right
//! slope, rows full of print and rows of paper take turns most sharply (Postl 1986).

use super::Grey;

/// Steepest slope looked for; beyond it a page was not scanned but thrown.
const STEEPEST: f32 = 0.21;

/// Step of the first look: half a degree.
const COARSE: f32 = 0.0087;

/// Step of the second look, and least skew worth a rotation: a twentieth of a degree.
pub(super) const STEP: f32 = 0.000_87;

/// Columns the picture is looked at in; more tell nothing new.
const COLUMNS: usize = 800;

/// The dark places of a picture, coarsely.
pub(super) struct Rows {
    dark: Vec<(f32, f32)>,
    height: usize,
    width: usize,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are small, and a place outside is dropped"
)]
impl Rows {
    pub(super) fn of(picture: &Grey, threshold: u8) -> Self {
        let step = picture.width().div_ceil(COLUMNS).max(1);
        let width = picture.width().max(1);
        let rows = picture.pixels().chunks(width).step_by(step).zip(0u16..);
        let dark = rows.flat_map(|(row, y)| {
            let columns = row.iter().step_by(step).zip(0u16..);
            columns
                .filter(|(pixel, _)| **pixel < threshold)
                .map(move |(_, x)| (f32::from(x), f32::from(y)))
        });
        Self {
            dark: dark.collect(),
            height: picture.height() / step + 1,
            width: width / step + 1,
        }
    }

    /// The angle, in radians, by which lines fall to the right.
    pub(super) fn skew(&self) -> f32 {
        let steps = (STEEPEST / COARSE) as i16;
        let coarse = self.sharpest((-steps..=steps).map(|step| f32::from(step) * COARSE));
        let around = (COARSE / STEP) as i16;
        let fine =
            self.sharpest((-around..=around).map(|step| f32::from(step).mul_add(STEP, coarse)));
        fine.atan()
    }

    fn sharpest(&self, slopes: impl Iterator<Item = f32>) -> f32 {
        let scored = slopes.map(|slope| (self.sharpness(slope), slope));
        // Of equals, the flattest.
        scored
            .reduce(|best, next| {
                let order = next.0.total_cmp(&best.0);
                let flatter = next.1.abs() < best.1.abs();
                if order.is_gt() || (order.is_eq() && flatter) {
                    next
                } else {
                    best
                }
            })
            .map_or(0.0, |(_, slope)| slope)
    }

    /// Sum of the squared steps from row to row, along a slope.
    fn sharpness(&self, slope: f32) -> f64 {
        let shift = self.width as f32 * STEEPEST * 1.1;
        let mut rows = vec![0.0; self.height + 2 * shift as usize + 2];
        for &(x, y) in &self.dark {
            let row = (y - x * slope + shift).max(0.0) as usize;
            if let Some(count) = rows.get_mut(row) {
                *count += 1.0;
            }
        }
        let steps = rows.iter().zip(rows.iter().skip(1));
        steps
            .map(|(row, next): (&f64, &f64)| (row - next).powi(2))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of bars like lines of print, and its picture turned.
    fn page(angle: f32) -> Grey {
        let (width, height) = (900u16, 1200u16);
        let mut rgba = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let inside = (100..800).contains(&x) && (100..1100).contains(&y);
                let print = inside && y % 24 < 9 && x % 60 > 8;
                rgba.extend(if print {
                    [20, 20, 20, 255]
                } else {
                    [240, 240, 240, 255]
                });
            }
        }
        Grey::from_rgba(usize::from(width), &rgba).rotated(-angle)
    }

    #[test]
    fn skew_is_measured_to_a_tenth_of_a_degree() {
        for degrees in [-8.0f32, -2.3, 0.0, 0.7, 5.0] {
            let page = page(degrees.to_radians());
            let measured = Rows::of(&page, page.threshold()).skew().to_degrees();
            assert!((measured - degrees).abs() < 0.12, "{degrees}: {measured}");
        }
    }

    #[test]
    fn a_level_page_stays_as_it_is() {
        let page = page(0.0);
        assert!(super::super::levelled(page.clone()) == Some(page));
        let blank = Grey::from_rgba(100, &[255; 40_000]);
        assert!(super::super::levelled(blank).is_none());
    }
}

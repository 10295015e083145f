//! Pictures of grey.

/// White.
const WHITE: u8 = 255;

/// Where print is no darker than this, there is none.
const LIGHTEST_PRINT: u8 = 224;

/// A picture of grey, row by row from the top, 0 being black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grey {
    width: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// From opaque pixels of red, green, blue and alpha.
    pub(crate) fn from_rgba(width: usize, rgba: &[u8]) -> Self {
        let pixels = rgba.as_chunks::<4>().0.iter();
        Self {
            width,
            pixels: pixels.map(luma).collect(),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.pixels.len().checked_div(self.width).unwrap_or(0)
    }

    pub(crate) fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The brightness between print and paper: halfway between the mean of what is darker
    /// and the mean of what is lighter (Ridler and Calvard 1978).
    pub(crate) fn threshold(&self) -> u8 {
        let mut histogram = [0u64; 256];
        for &pixel in &self.pixels {
            if let Some(count) = histogram.get_mut(usize::from(pixel)) {
                *count += 1;
            }
        }
        let mut threshold = 128;
        for _ in 0..16 {
            let (dark, light) = histogram.split_at(threshold);
            threshold = usize::midpoint(mean(dark, 0), mean(light, threshold)).clamp(1, 255);
        }
        u8::try_from(threshold).map_or(LIGHTEST_PRINT, |t| t.min(LIGHTEST_PRINT))
    }

    /// How many pixels are darker.
    pub(crate) fn darker_than(&self, threshold: u8) -> usize {
        self.pixels.iter().filter(|&&p| p < threshold).count()
    }

    /// Turned about its middle so that a line falling to the right by `angle` (radians)
    /// becomes level; white comes in at the corners.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes of pictures are small, and every place is checked against the size"
    )]
    pub(crate) fn rotated(&self, angle: f32) -> Self {
        let (width, height) = (self.width, self.height());
        let (sin, cos) = angle.sin_cos();
        let (mid_x, mid_y) = (width as f32 / 2.0, height as f32 / 2.0);
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f32 - mid_x, y as f32 - mid_y);
                let from_x = mid_x + dx * cos - dy * sin;
                let from_y = mid_y + dx * sin + dy * cos;
                let (left, top) = (from_x.floor(), from_y.floor());
                let (part_x, part_y) = (from_x - left, from_y - top);
                let at = |x: f32, y: f32| {
                    let inside = x >= 0.0 && y >= 0.0 && x < width as f32;
                    let pixel = inside.then(|| self.pixels.get(y as usize * width + x as usize));
                    f32::from(pixel.flatten().copied().unwrap_or(WHITE))
                };
                let upper = at(left, top) * (1.0 - part_x) + at(left + 1.0, top) * part_x;
                let lower =
                    at(left, top + 1.0) * (1.0 - part_x) + at(left + 1.0, top + 1.0) * part_x;
                pixels.push((upper * (1.0 - part_y) + lower * part_y).round() as u8);
            }
        }
        Self { width, pixels }
    }
}

/// Rec. 601 brightness.
fn luma(&[red, green, blue, _]: &[u8; 4]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1000).unwrap_or(WHITE)
}

/// The mean brightness of part of a histogram that begins at `from`.
fn mean(counts: &[u64], from: usize) -> usize {
    let number: u64 = counts.iter().sum();
    let sum: u64 = (0..).zip(counts).map(|(at, count)| at * count).sum();
    from + usize::try_from(sum.checked_div(number).unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_is_told_from_paper() {
        let rgba: Vec<u8> = [[30, 30, 30, 255], [200, 190, 180, 255]].concat();
        let picture = Grey::from_rgba(2, &rgba);
        assert_eq!((picture.width(), picture.height()), (2, 1));
        let threshold = picture.threshold();
        assert!((31..190).contains(&threshold), "{threshold}");
        assert_eq!(picture.darker_than(threshold), 1);
    }

    #[test]
    fn a_blank_page_has_no_print() {
        let white = Grey::from_rgba(10, &[255; 400]);
        assert_eq!(white.darker_than(white.threshold()), 0);
        assert!(white.rotated(0.1) == white);
    }
}

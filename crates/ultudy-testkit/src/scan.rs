//! Pages that are pictures: a number in dark squares at the top of each tells whoever sees it which one it
//! is, however it was scaled.

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

/// Squares in a row, each a bit of the number.
const BITS: u32 = 8;
/// Side of a square, of a page's width.
const SIDE: f64 = 0.04;
/// Where the row begins, and the distance of its squares, of the width.
const LEFT: f64 = 0.1;
const STEP: f64 = 0.08;
/// Where their middles are, of the width, from the top.
const MIDDLE: f64 = 0.04;
/// What is darker is print.
const DARK: u8 = 128;

/// Marks a page's grey pixels with a number of eight bits.
pub fn mark(pixels: &mut [u8], width: usize, number: u8) {
    let side = width as f64;
    for bit in 0..BITS {
        let shade = if number >> bit & 1 == 1 { 0 } else { 255 };
        let middle = LEFT + STEP * f64::from(bit);
        let at = |share: f64| (share * side) as usize;
        for row in at(MIDDLE - SIDE / 2.0)..at(MIDDLE + SIDE / 2.0) {
            let from = row * width + at(middle - SIDE / 2.0);
            let to = row * width + at(middle + SIDE / 2.0);
            if let Some(square) = pixels.get_mut(from..to) {
                square.fill(shade);
            }
        }
    }
}

/// The number that a picture of a page is marked with.
#[must_use]
pub fn number(picture: &image::GrayImage) -> u8 {
    let side = f64::from(picture.width());
    (0..BITS).fold(0, |number, bit| {
        let x = (LEFT + STEP * f64::from(bit)) * side;
        let pixel = picture.get_pixel_checked(x as u32, (MIDDLE * side) as u32);
        let is_dark = pixel.is_some_and(|pixel| pixel.0[0] < DARK);
        number | u8::from(is_dark) << bit
    })
}

/// An otherwise empty page that is marked with a number, as a JPEG file, with its width and height.
///
/// # Panics
/// It cannot be encoded (it always can).
#[must_use]
#[allow(clippy::expect_used, reason = "for tests")]
pub fn jpeg(number: u8) -> (u32, u32, Vec<u8>) {
    let (width, height) = (400_u32, 500_u32);
    let mut pixels = vec![250; (width * height) as usize];
    mark(&mut pixels, width as usize, number);
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 80)
        .encode(&pixels, width, height, ExtendedColorType::L8)
        .expect("a picture");
    (width, height, file)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, imageops};

    use super::*;

    #[test]
    fn a_mark_is_read_also_from_a_smaller_copy() {
        let (width, height) = (850_u32, 1_100_u32);
        for wanted in [0, 1, 6, 170, 255] {
            let mut pixels = vec![250; (width * height) as usize];
            mark(&mut pixels, width as usize, wanted);
            let page = GrayImage::from_raw(width, height, pixels).unwrap_or_default();
            assert_eq!(number(&page), wanted);
            assert_eq!(number(&imageops::thumbnail(&page, 300, 388)), wanted);
        }
    }
}

//! A page's picture as a file for models that look at pictures.

use image::{ExtendedColorType, GrayImage, codecs::jpeg::JpegEncoder, imageops};

use super::Grey;

/// Longest side in pixels: of larger pictures models look at smaller copies, and print is
/// still legible at 134 to an inch.
const SIDE_MAX: u32 = 1_568;

/// Of JPEG, in per cent: print keeps its edges.
const QUALITY: u8 = 80;

/// A file, and what its picture measures in pixels.
pub(crate) struct Photo {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) jpeg: Vec<u8>,
}

/// The file of a picture; none of one that measures nothing.
pub(crate) fn photo(picture: &Grey) -> Option<Photo> {
    let side = |pixels| u32::try_from(pixels).ok();
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let whole = GrayImage::from_raw(width, height, picture.pixels().to_vec())?;
    let longest = width.max(height);
    let scaled = match longest > SIDE_MAX {
        true => {
            let scaled = |side: u32| {
                let side = u64::from(side) * u64::from(SIDE_MAX) / u64::from(longest);
                u32::try_from(side).unwrap_or(SIDE_MAX).max(1)
            };
            imageops::thumbnail(&whole, scaled(width), scaled(height))
        }
        false => whole,
    };
    let (width, height) = scaled.dimensions();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(scaled.as_raw(), width, height, ExtendedColorType::L8)
        .ok()?;
    Some(Photo {
        width,
        height,
        jpeg,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, height: usize) -> Grey {
        let pixels = (0..width * height).flat_map(|n| {
            let shade = u8::try_from(n % 251).unwrap_or(0);
            [shade, shade, shade, 255]
        });
        Grey::from_rgba(width, &pixels.collect::<Vec<u8>>())
    }

    #[test]
    fn a_large_picture_becomes_small_and_keeps_its_shape() {
        let made = photo(&grey(2_000, 3_136)).unwrap();
        assert_eq!((made.width, made.height), (1_000, SIDE_MAX));
        let read = image::load_from_memory(&made.jpeg).unwrap();
        assert_eq!((read.width(), read.height()), (1_000, SIDE_MAX));
        let made = photo(&grey(40, 20)).unwrap();
        assert_eq!((made.width, made.height), (40, 20));
        let made = photo(&grey(4, 4_000)).unwrap();
        assert_eq!((made.width, made.height), (1, SIDE_MAX));
        assert!(photo(&Grey::from_rgba(0, &[])).is_none());
    }
}

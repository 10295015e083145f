//! A page drawn.

use pdf_oxide::rendering::{RenderOptions, render_page};

use super::{PageError, Pdf};
use crate::{picture::Grey, protocol::PIXELS_MAX};

/// Pixels to an inch that recognition is trained on.
const RESOLUTION: u32 = 300;

impl Pdf {
    /// A page, by index from 0, upright as a reader shows it, with the pixels there are to
    /// a point: 300 to an inch, or fewer where that would be too many.
    pub(crate) fn picture(&self, index: u32) -> Result<(Grey, f32), PageError> {
        let at = usize::try_from(index).map_err(|_| PageError::Missing)?;
        let (left, bottom, right, top) = self
            .document
            .get_page_visible_box(at)
            .map_err(|error| PageError::missing(index, &error))?;
        let mut options = RenderOptions::with_dpi(RESOLUTION).as_raw();
        options.max_output_pixels = PIXELS_MAX.into();
        let drawn = render_page(&self.document, at, &options)
            .map_err(|error| PageError::unreadable(index, &error))?;
        let width = usize::try_from(drawn.width).map_err(|_| PageError::Unreadable)?;
        let area = (right - left) * (top - bottom);
        let scale = (area_in_pixels(drawn.width, drawn.height) / area).sqrt();
        if !scale.is_normal() {
            return Err(PageError::Unreadable);
        }
        Ok((Grey::from_rgba(width, &drawn.data), scale))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share of a per cent changes nothing"
)]
fn area_in_pixels(width: u32, height: u32) -> f32 {
    width as f32 * height as f32
}

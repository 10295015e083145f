//! A page drawn, for recognition or for the figures on it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{
    extractors::{ColorSpace, ImageData, PdfImage, PixelFormat},
    object::Object,
    rendering::{RenderOptions, RenderedImage, render_page},
};

use super::{
    ImageFile, PageError, Pdf,
    drawing::Area,
    page_tree,
    update::{Dict, Update},
};
use crate::{layout::Picture, picture::Grey, protocol::PIXELS_MAX};

/// Pixels to an inch that recognition is trained on.
const RESOLUTION: u32 = 300;

/// Pixels to an inch in figures: as wide as a page, they have more than two for each of a
/// phone's points. With half as many again, drawing takes twice as long.
const FIGURE_RESOLUTION: u32 = 144;

/// Most pixels of a page that figures are cut from: A4 has 2 million.
const FIGURE_PAGE_PIXELS_MAX: u64 = 6_000_000;

/// A page in colours.
pub(crate) struct DrawnPage {
    drawn: RenderedImage,
    page: Area,
}

impl DrawnPage {
    /// A part of it as a PNG, with its width and height in pixels.
    pub(crate) fn cut(&self, part: &Picture) -> Option<(ImageFile, u32, u32)> {
        let across = self.drawn.width as f32 / (self.page.right - self.page.left);
        let down = self.drawn.height as f32 / (self.page.top - self.page.bottom);
        let pixel = |length: f32, most: u32| (length.round().max(0.0) as u32).min(most);
        let left = pixel((part.left - self.page.left) * across, self.drawn.width);
        let right = pixel((part.right - self.page.left) * across, self.drawn.width);
        let top = pixel((self.page.top - part.top) * down, self.drawn.height);
        let bottom = pixel((self.page.top - part.bottom) * down, self.drawn.height);
        let rows = self.drawn.data.chunks_exact(4 * self.drawn.width as usize);
        let rows = rows.take(bottom as usize).skip(top as usize);
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        let mut rgba = Vec::with_capacity(4 * width as usize * height as usize);
        for row in rows {
            rgba.extend_from_slice(row.get(4 * left as usize..4 * right as usize)?);
        }
        let pixels = rgba.as_chunks::<4>().0;
        let grey = pixels
            .iter()
            .all(|[red, green, blue, _]| red == green && green == blue);
        let (kept, format, colours) = if grey {
            (1, PixelFormat::Grayscale, ColorSpace::DeviceGray)
        } else {
            (3, PixelFormat::RGB, ColorSpace::DeviceRGB)
        };
        let mut colour = Vec::with_capacity(kept * pixels.len());
        for pixel in pixels {
            colour.extend_from_slice(&pixel[..kept]);
        }
        let pixels = colour;
        let data = ImageData::Raw { pixels, format };
        let image = PdfImage::new(width, height, colours, 8, data);
        let file = ImageFile {
            media_type: "image/png",
            data: image.to_png_bytes().ok()?,
        };
        Some((file, width, height))
    }
}

/// Makes pages no larger than what holds the pictures on them: the renderer's work for
/// each clip and each transparent group grows with the page it draws.
pub(super) fn crops(pdf: &Pdf, pictures: &[(u32, Vec<Picture>)]) -> Update {
    let mut update = Update::default();
    for (reference, index) in page_tree::indices(pdf) {
        let Ok(at) = pictures.binary_search_by_key(&index, |(page, _)| *page) else {
            continue;
        };
        let own = pictures.get(at).map_or(&[][..], |(_, own)| own);
        if let Some(page) = cropped(pdf, index, own) {
            update.set(reference, page);
        }
    }
    update
}

/// The dictionary of a page without what is around the pictures.
fn cropped(pdf: &Pdf, index: u32, pictures: &[Picture]) -> Option<Dict> {
    let at = usize::try_from(index).ok()?;
    let visible = pdf.visible(at).ok()?;
    let areas = pictures.iter().map(|picture| Area {
        left: picture.left,
        right: picture.right,
        bottom: picture.bottom,
        top: picture.top,
    });
    // To whole points, for the pixels to be those of the whole page.
    let all = areas
        .reduce(|all, area| all.with(&area))?
        .common(&visible)?;
    let sides = [
        visible.left + (all.left - visible.left).floor(),
        visible.top - (visible.top - all.bottom).ceil(),
        visible.left + (all.right - visible.left).ceil(),
        visible.top - (visible.top - all.top).floor(),
    ];
    let sides = sides.map(|side| Object::Real(f64::from(side)));
    let mut page = pdf.document.get_page(at).ok()?.as_dict()?.clone();
    page.insert("CropBox".to_owned(), Object::Array(sides.into()));
    Some(page)
}

impl Pdf {
    /// A page, by index from 0, to cut figures from; `None` if it cannot be drawn.
    pub(crate) fn draw(&self, index: u32) -> Option<DrawnPage> {
        let draw = || {
            let at = usize::try_from(index).ok()?;
            let page = self.visible(at).ok()?;
            let mut options = RenderOptions::with_dpi(FIGURE_RESOLUTION).as_raw();
            options.max_output_pixels = FIGURE_PAGE_PIXELS_MAX;
            options.render_annotations = false;
            let drawn = render_page(&self.document, at, &options).ok()?;
            Some(DrawnPage { drawn, page })
        };
        catch_unwind(AssertUnwindSafe(draw)).ok()?
    }

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

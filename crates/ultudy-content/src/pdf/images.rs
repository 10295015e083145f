//! The raster images of a page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{PdfFilter, PdfImageHandle, extractors::ColorSpace};

use super::Pdf;

/// Most pixels of an image that is decoded: four bytes each while it is.
const PIXELS_MAX: u64 = 12 << 20;

/// Where an image is drawn, and what tells it from others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PageImage {
    /// Place among the page's images, as they are drawn.
    pub(crate) at: usize,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) top: f32,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Of its compressed data, where the file says it in place.
    pub(crate) bytes: Option<u64>,
}

/// An image as a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImageFile {
    pub(crate) media_type: &'static str,
    pub(crate) data: Vec<u8>,
}

/// The images of the page with this index, from 0; none where they cannot be read.
pub(super) fn on_page(pdf: &Pdf, index: u32) -> Vec<PageImage> {
    let read = || {
        let handles = handles(pdf, index);
        handles
            .iter()
            .enumerate()
            .map(|(at, handle)| place(at, handle))
            .collect()
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
}

/// The file of an image of the page: its own JPEG, else a PNG; `None` for one that cannot
/// be decoded within bounds.
pub(super) fn file(pdf: &Pdf, index: u32, at: usize) -> Option<ImageFile> {
    let read = || {
        let handles = handles(pdf, index);
        let handle = handles.get(at)?;
        jpeg(handle).or_else(|| png(handle))
    };
    catch_unwind(AssertUnwindSafe(read)).ok()?
}

fn handles(pdf: &Pdf, index: u32) -> Vec<PdfImageHandle<'_>> {
    let Ok(index) = usize::try_from(index) else {
        return Vec::new();
    };
    // Most pages draw no object: their content need not be read again.
    let has_objects = pdf.document.get_page(index).ok().and_then(|page| {
        let resources = pdf.resolve(page.as_dict()?.get("Resources")?)?;
        let objects = pdf.resolve(resources.as_dict()?.get("XObject")?)?;
        objects.as_dict().map(|objects| !objects.is_empty())
    });
    if has_objects != Some(true) {
        return Vec::new();
    }
    pdf.document.page_image_handles(index).unwrap_or_default()
}

fn place(at: usize, handle: &PdfImageHandle<'_>) -> PageImage {
    let (x, y) = (handle.bbox.x, handle.bbox.y);
    let (other_x, other_y) = (x + handle.bbox.width, y + handle.bbox.height);
    PageImage {
        at,
        left: x.min(other_x),
        right: x.max(other_x),
        bottom: y.min(other_y),
        top: y.max(other_y),
        width: handle.width,
        height: handle.height,
        bytes: Some(handle.byte_size_compressed).filter(|bytes| *bytes > 0),
    }
}

/// The data as it is, where it is a JPEG that every browser shows.
fn jpeg(handle: &PdfImageHandle<'_>) -> Option<ImageFile> {
    let plain = matches!(handle.filter_chain.as_slice(), [PdfFilter::DCTDecode])
        && matches!(
            handle.color_space,
            ColorSpace::DeviceRGB
                | ColorSpace::DeviceGray
                | ColorSpace::CalRGB
                | ColorSpace::CalGray
                | ColorSpace::ICCBased(1 | 3)
        );
    let data = plain
        .then(|| handle.raw_compressed_bytes().ok())
        .flatten()?;
    let whole = data.starts_with(&[0xff, 0xd8, 0xff])
        && data
            .windows(2)
            .rev()
            .take(64)
            .any(|two| two == [0xff, 0xd9]);
    whole.then_some(ImageFile {
        media_type: "image/jpeg",
        data,
    })
}

fn png(handle: &PdfImageHandle<'_>) -> Option<ImageFile> {
    let pixels = u64::from(handle.width) * u64::from(handle.height);
    if pixels > PIXELS_MAX {
        return None;
    }
    let data = handle.decode().ok()?.to_png_bytes().ok()?;
    Some(ImageFile {
        media_type: "image/png",
        data,
    })
}

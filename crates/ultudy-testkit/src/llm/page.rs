//! Pages that the model reads from pictures: it knows a page by the number that it is marked with
//! ([`crate::scan`]), as far as it was told what stands on it.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use image::{GrayImage, ImageFormat};
use serde_json::{Value, json};

use crate::scan;

/// A picture out of a request, if it is one: of this type, and a file of it.
pub(super) fn picture(media_type: &str, data: &str) -> Result<GrayImage, String> {
    let format = match media_type {
        "image/jpeg" => ImageFormat::Jpeg,
        other => return Err(format!("unsupported media type {other}")),
    };
    let bytes = BASE64
        .decode(data)
        .map_err(|_| "a picture is no base64".to_owned())?;
    let picture = image::load_from_memory_with_format(&bytes, format)
        .map_err(|error| format!("a picture cannot be read: {error}"))?;
    let longest = picture.width().max(picture.height());
    match longest {
        1..=2_000 => Ok(picture.into_luma8()),
        _ => Err(format!("a picture of {longest} pixels")),
    }
}

/// What the model writes of these, `known` being what stands on pages by their numbers from 1.
pub(super) fn of(pictures: &[GrayImage], known: &[Value]) -> Value {
    let page = |(place, picture): (usize, &GrayImage)| {
        let number = usize::from(scan::number(picture));
        let blocks = number.checked_sub(1).and_then(|at| known.get(at)).cloned();
        let (width, height) = picture.dimensions();
        let seen = format!("A picture of {width} by {height} pixels, which says nothing more.");
        json!({
            "picture": place + 1,
            "blocks": blocks.unwrap_or_else(|| json!([paragraph(&seen)])),
        })
    };
    let pages: Vec<Value> = pictures.iter().enumerate().map(page).collect();
    json!({"pages": pages})
}

/// A block, as the schema has it.
#[must_use]
pub fn block(kind: &str, level: u8, text: &str) -> Value {
    json!({"kind": kind, "level": level, "text": text, "rows": []})
}

/// A paragraph.
#[must_use]
pub fn paragraph(text: &str) -> Value {
    block("paragraph", 0, text)
}

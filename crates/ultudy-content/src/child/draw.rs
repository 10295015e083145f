//! From a page to its picture on standard output.

use std::io::{self, Write};

use super::{
    read::{self, Stop},
    speaker::Speaker,
};
use crate::{
    fault::Fault,
    picture,
    protocol::{Message, Shape},
};

/// Says a page's picture, or that there is nothing on the page.
pub(super) fn picture(page: u32, speaker: &mut Speaker) -> Result<(), Stop> {
    let pdf = read::open()?;
    let index = page.checked_sub(1).ok_or(Fault::Damaged)?;
    let (picture, scale) = pdf.picture(index).map_err(|_| Fault::Damaged)?;
    let Some(picture) = picture::levelled(picture) else {
        return Ok(speaker.say(&Message::Blank)?);
    };
    let side = |pixels| u32::try_from(pixels).map_err(|_| Fault::TooMuchMemory);
    speaker.say(&Message::Picture(Shape {
        width: side(picture.width())?,
        height: side(picture.height())?,
        scale,
    }))?;
    let mut out = io::stdout().lock();
    out.write_all(picture.pixels())?;
    Ok(out.flush()?)
}

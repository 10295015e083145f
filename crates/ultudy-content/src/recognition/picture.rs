//! A page's picture, drawn by a child.

use std::{fs::File, io, process::Stdio};

use ultudy_domain::page_text::PagePicture;

use super::RecognitionLimits;
use crate::{
    child::args::Task,
    extractor::{Launcher, helper},
    protocol::{Message, PIXELS_MAX, Shape},
};

/// The child's sentence before the picture is no longer.
const SENTENCE_MAX: u64 = 1 << 10;

/// Longest file of a picture, in bytes: pictures of print have a tenth of it.
const PHOTO_MAX: u64 = 4 << 20;

/// How a JPEG file begins.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// What came of drawing a page for a model.
pub(crate) enum Photo {
    Picture(PagePicture),
    Blank,
    /// It cannot be drawn within the limits.
    Nothing,
}

/// What came of drawing.
pub(super) enum Drawn {
    Picture(Shape, Vec<u8>),
    Blank,
    /// It cannot be drawn within the limits.
    Nothing,
}

/// Draws a page, by number from 1.
pub(super) async fn draw(
    launcher: &Launcher,
    limits: &RecognitionLimits,
    pdf: &File,
    page: u32,
) -> io::Result<Drawn> {
    let mut command = launcher.command(Task::Picture { page }, limits.of_a_child());
    command.stdin(pdf.try_clone()?).stdout(Stdio::piped());
    let said = helper::run(&mut command, &[], u64::from(PIXELS_MAX) + SENTENCE_MAX).await?;
    Ok(said.map_or(Drawn::Nothing, parse))
}

/// Draws a page, by number from 1, for models that look at pictures.
pub(crate) async fn photo(
    launcher: &Launcher,
    limits: &RecognitionLimits,
    pdf: &File,
    page: u32,
) -> io::Result<Photo> {
    let mut command = launcher.command(Task::Photo { page }, limits.of_a_child());
    command.stdin(pdf.try_clone()?).stdout(Stdio::piped());
    let said = helper::run(&mut command, &[], PHOTO_MAX + SENTENCE_MAX).await?;
    Ok(said.map_or(Photo::Nothing, |said| parse_photo(page, said)))
}

fn parse_photo(page: u32, said: Vec<u8>) -> Photo {
    let (sentence, jpeg) = split(said);
    match serde_json::from_slice(&sentence) {
        Ok(Message::Blank) => Photo::Blank,
        Ok(Message::Photo {
            width,
            height,
            bytes,
        }) if jpeg.len() == bytes && jpeg.starts_with(&JPEG) => Photo::Picture(PagePicture {
            page,
            width,
            height,
            jpeg,
        }),
        _ => Photo::Nothing,
    }
}

/// The child's sentence, and what follows it.
fn split(mut said: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let end = said.iter().position(|byte| *byte == b'\n');
    let rest = said.split_off(end.map_or(said.len(), |end| end + 1));
    (said, rest)
}

fn parse(said: Vec<u8>) -> Drawn {
    let (sentence, pixels) = split(said);
    match serde_json::from_slice(&sentence) {
        Ok(Message::Blank) => Drawn::Blank,
        Ok(Message::Picture(shape)) if pixels.len() as u64 == shape.area() => {
            Drawn::Picture(shape, pixels)
        }
        _ => Drawn::Nothing,
    }
}

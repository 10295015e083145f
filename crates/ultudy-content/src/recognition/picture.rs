//! A page's picture, drawn by a child.

use std::{fs::File, io, process::Stdio};

use super::RecognitionLimits;
use crate::{
    child::args::Task,
    extractor::{Launcher, helper},
    protocol::{Message, PIXELS_MAX, Shape},
};

/// The child's sentence before the picture is no longer.
const SENTENCE_MAX: u64 = 1 << 10;

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

fn parse(mut said: Vec<u8>) -> Drawn {
    let end = said.iter().position(|byte| *byte == b'\n');
    let pixels = said.split_off(end.map_or(said.len(), |end| end + 1));
    match serde_json::from_slice(&said) {
        Ok(Message::Blank) => Drawn::Blank,
        Ok(Message::Picture(shape)) if pixels.len() as u64 == shape.area() => {
            Drawn::Picture(shape, pixels)
        }
        _ => Drawn::Nothing,
    }
}

//! From a page to its picture: on standard output, or to cut figures from.

use std::{
    io::{self, Write},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::{
    STACK,
    read::{self, Stop},
    speaker::Speaker,
};
use crate::{
    fault::Fault,
    layout::Picture,
    pdf::{DrawnPage, ImageFile, Pdf},
    picture::{self, Grey},
    protocol::{Message, Shape},
};

/// How long all pages of figures together may be waited for: no student waits for a drawing
/// longer than for a whole book. A figure that is not drawn by then is left out.
const TIME_MAX: Duration = Duration::from_secs(12);

/// Says a page's picture, or that there is nothing on the page.
pub(super) fn picture(page: u32, speaker: &mut Speaker) -> Result<(), Stop> {
    let Some((picture, scale)) = levelled(page)? else {
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

/// Says a page's picture as a JPEG, or that there is nothing on the page.
pub(super) fn photo(page: u32, speaker: &mut Speaker) -> Result<(), Stop> {
    let Some((picture, _)) = levelled(page)? else {
        return Ok(speaker.say(&Message::Blank)?);
    };
    let photo = picture::photo(&picture).ok_or(Fault::TooMuchMemory)?;
    speaker.say(&Message::Photo {
        width: photo.width,
        height: photo.height,
        bytes: photo.jpeg.len(),
    })?;
    let mut out = io::stdout().lock();
    out.write_all(&photo.jpeg)?;
    Ok(out.flush()?)
}

/// A page drawn, with the pixels there are to a point; none if there is nothing on it.
fn levelled(page: u32) -> Result<Option<(Grey, f32)>, Stop> {
    let pdf = read::open()?;
    let index = page.checked_sub(1).ok_or(Fault::Damaged)?;
    let (picture, scale) = pdf.picture(index).map_err(|_| Fault::Damaged)?;
    Ok(picture::levelled(picture).map(|picture| (picture, scale)))
}

/// Draws pages for their figures, each once, ahead of who asks for them and as long as
/// there is time.
pub(super) struct PageByPage {
    drawn: mpsc::Receiver<(u32, Option<DrawnPage>)>,
    last: Option<(u32, Option<DrawnPage>)>,
    left: Duration,
}

impl PageByPage {
    /// Begins with the pages of these indices, from 0 and ascending. In a thread of its
    /// own, for nothing stops the library: a page that takes too long is left to it, until
    /// the child ends.
    pub(super) fn begin(pdf: &Arc<Pdf>, pages: Vec<u32>) -> Self {
        let (done, drawn) = mpsc::sync_channel(1);
        let pdf = Arc::clone(pdf);
        let draw = move || {
            for index in pages {
                let page = pdf.draw(index);
                // Nobody waits for it any more where this fails.
                if done.send((index, page)).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().stack_size(STACK);
        if let Err(error) = thread.spawn(draw) {
            eprintln!("no thread to draw figures in: {error}");
        }
        Self {
            drawn,
            last: None,
            left: TIME_MAX,
        }
    }

    /// A part of the page with this index as a file, with its width and height in pixels;
    /// `None` where the page cannot be drawn in time.
    pub(super) fn cut(&mut self, index: u32, part: &Picture) -> Option<(ImageFile, u32, u32)> {
        while self.last.as_ref().is_none_or(|(last, _)| *last < index) {
            if self.left.is_zero() {
                return None;
            }
            let begun = Instant::now();
            let next = self.drawn.recv_timeout(self.left);
            self.left = self.left.saturating_sub(begun.elapsed());
            let Ok(next) = next else {
                eprintln!("no time left to draw page {}", index + 1);
                return None;
            };
            self.last = Some(next);
        }
        let (last, drawn) = self.last.as_ref()?;
        drawn.as_ref().filter(|_| *last == index)?.cut(part)
    }
}

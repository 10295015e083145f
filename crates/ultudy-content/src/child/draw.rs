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
    picture,
    protocol::{Message, Shape},
};

/// How long pages of figures may be drawn, all together; what is drawn is worth less than
/// the text, which would be lost with the child at the end of its own time.
const TIME_MAX: Duration = Duration::from_secs(25);

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

/// Draws pages for their figures, each once, as long as there is time.
pub(super) struct PageByPage {
    pdf: Arc<Pdf>,
    last: Option<(u32, Option<DrawnPage>)>,
    left: Duration,
}

impl PageByPage {
    pub(super) fn new(pdf: &Arc<Pdf>) -> Self {
        Self {
            pdf: Arc::clone(pdf),
            last: None,
            left: TIME_MAX,
        }
    }

    /// A part of the page with this index, from 0, as a file, with its width and height in
    /// pixels; `None` where the page cannot be drawn in time.
    pub(super) fn cut(&mut self, index: u32, part: &Picture) -> Option<(ImageFile, u32, u32)> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != index) {
            let drawn = self.draw(index);
            self.last = Some((index, drawn));
        }
        let (_, drawn) = self.last.as_ref()?;
        drawn.as_ref()?.cut(part)
    }

    /// Draws in a thread of its own, for nothing stops the library: a page that takes too
    /// long is left to it, until the child ends.
    fn draw(&mut self, index: u32) -> Option<DrawnPage> {
        let begun = Instant::now();
        let (done, drawn) = mpsc::channel();
        let pdf = Arc::clone(&self.pdf);
        let draw = move || {
            // Nobody waits for it any more where this fails.
            let _ = done.send(pdf.draw(index));
        };
        let thread = thread::Builder::new().stack_size(STACK);
        if self.left.is_zero() || thread.spawn(draw).is_err() {
            return None;
        }
        let drawn = drawn.recv_timeout(self.left);
        self.left = self.left.saturating_sub(begun.elapsed());
        drawn.ok().flatten()
    }
}

//! A page as a picture for recognition: grey, upright, its lines level.

mod grey;
mod photo;
mod skew;

use self::skew::Rows;
pub(crate) use self::{grey::Grey, photo::photo};

/// One dark pixel in so many is dust, not print.
const DUST: usize = 20_000;

/// The picture with its lines level; `None` if nothing is on it.
pub(crate) fn levelled(picture: Grey) -> Option<Grey> {
    let threshold = picture.threshold();
    if picture.darker_than(threshold) <= picture.pixels().len() / DUST {
        return None;
    }
    let angle = Rows::of(&picture, threshold).skew();
    Some(if angle.abs() < skew::STEP {
        picture
    } else {
        picture.rotated(angle)
    })
}

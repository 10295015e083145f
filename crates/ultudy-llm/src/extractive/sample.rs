//! Texts for the tests of this module.

use super::reading;
use super::text::Text;
use crate::LessonPart;

/// One part's text, read.
pub(super) fn text(markdown: &str) -> Text {
    reading::read(&[LessonPart {
        name: "Part".into(),
        page_start: 1,
        page_end: 9,
        markdown: markdown.into(),
    }])
}

//! Texts for the tests of this module.

use super::reading;
use super::text::Text;
use crate::LessonPart;

/// One part's text, read.
pub(super) fn text(markdown: &str) -> Text {
    reading::read(&[part(markdown)], &[])
}

/// A part on the pages 1 to 9.
pub(super) fn part(markdown: &str) -> LessonPart {
    LessonPart {
        name: "Part".into(),
        page_start: 1,
        page_end: 9,
        markdown: markdown.into(),
    }
}

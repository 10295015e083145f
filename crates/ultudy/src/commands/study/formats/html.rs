//! One page that needs nothing else.

use ultudy_http::booklet::{self, Booklet, Chapter};

use super::super::studied::{Fault, Studied};

/// Writes it.
pub(super) fn write(studied: &Studied) -> Result<String, Fault> {
    let chapters: Vec<_> = studied
        .chapters()
        .map(|(section, lesson)| Chapter { section, lesson })
        .collect();
    booklet::page(Booklet {
        title: &studied.title,
        language: studied.language.as_deref(),
        page_count: studied.document.page_count,
        chapters: &chapters,
    })
    .map_err(Fault::of)
}

//! One page that needs nothing else.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ultudy_domain::figure::ExtractedFigure;
use ultudy_http::booklet::{self, Booklet, Chapter, Picture};

use super::super::studied::{Fault, Studied};

/// Writes it.
pub(super) fn write(studied: &Studied) -> Result<String, Fault> {
    let chapters: Vec<_> = studied
        .chapters()
        .map(|(section, lesson)| Chapter { section, lesson })
        .collect();
    let pictures = studied.document.figures.iter().map(picture).collect();
    booklet::page(Booklet {
        title: &studied.title,
        language: studied.document.language.as_deref(),
        page_count: studied.document.page_count,
        pictures: &pictures,
        chapters: &chapters,
    })
    .map_err(Fault::of)
}

/// A figure that is part of the page.
fn picture(figure: &ExtractedFigure) -> (u32, Picture) {
    let data = BASE64_STANDARD.encode(&figure.data);
    let picture = Picture {
        src: format!("data:{};base64,{data}", figure.media_type),
        width: figure.width,
        height: figure.height,
    };
    (figure.number, picture)
}

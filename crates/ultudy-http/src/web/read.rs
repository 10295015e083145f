//! `GET /read/{section_id}`: a section's own text, page by page, with its pictures.

use askama::Template;
use axum::{extract::State, response::Response};
use ultudy_app::{
    documents,
    lessons::{self, LessonOf, Opened},
};
use ultudy_domain::section::split_pages;

use super::{
    learn,
    markdown::{self, Html, Pictures},
    page,
    visitor::Visitor,
};
use crate::{HttpState, error::ApiError, input::Id};

#[derive(Template)]
#[template(path = "read.html")]
pub(super) struct ReadPage {
    pub(super) at: &'static str,
    pub(super) opened: Opened,
    pub(super) pages: Vec<PageText>,
}

/// What one page of the document says.
pub(super) struct PageText {
    number: u32,
    /// It was recognised from a picture.
    is_recognised: bool,
    /// A model read it from its picture.
    is_transcribed: bool,
    text: Html,
}

/// The page.
pub async fn section(
    State(state): State<HttpState>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let (app, owner) = (&state.app, &visitor.owner);
    let opened = lessons::open(app, owner, LessonOf::Section(id)).await?;
    let found = documents::section(app, owner, id).await?;
    let pictures = learn::pictures(app, owner, opened.document.id).await?;
    page::answer(&ReadPage::new(opened, &found.markdown, &pictures))
}

impl ReadPage {
    pub(super) fn new(opened: Opened, markdown: &str, pictures: &Pictures) -> Self {
        let section = opened.section.as_ref();
        let first = section.map_or(1, |section| u32::try_from(section.page_start).unwrap_or(1));
        let recognised = &opened.document.recognised_pages;
        let transcribed = &opened.document.transcribed_pages;
        let name = section.map_or("", |section| section.name.as_str());
        let page = |(number, text): (u32, String)| PageText {
            number,
            is_recognised: recognised.contains(&number),
            is_transcribed: transcribed.contains(&number),
            text: markdown::block_with(without_title(&text, name), pictures),
        };
        Self {
            at: "courses",
            pages: split_pages(markdown, first).into_iter().map(page).collect(),
            opened,
        }
    }
}

/// A page's text without the heading that begins it, if that is what the page is called
/// already.
fn without_title<'a>(text: &'a str, name: &str) -> &'a str {
    let (first, rest) = text.trim_start().split_once('\n').unwrap_or((text, ""));
    let title = first.trim_start_matches('#');
    let is_heading = title.len() < first.len();
    if is_heading && title.trim().replace('\\', "") == name.trim() {
        rest
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_s_title_is_not_said_twice() {
        assert_eq!(
            without_title("\n## 2 Measuring\\_error\n\nText", "2 Measuring_error"),
            "\nText"
        );
        for other in [
            "## 2.1 The residual\n\nText",
            "2 Measuring\n\nText",
            "",
            "#",
        ] {
            assert_eq!(without_title(other, "2 Measuring"), other);
        }
    }
}

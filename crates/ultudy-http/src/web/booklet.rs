//! A studied document as one page that needs nothing else: no server, no network, no
//! script. Its texts become markup where the server's do.

use askama::Template;
use ultudy_domain::{lesson::LessonContent, section::ExtractedSection};

pub use super::markdown::{Picture, Pictures};
use super::{assets, markdown, words};

/// A document to be shown as one page.
#[derive(Debug, Clone, Copy)]
pub struct Booklet<'a> {
    /// Its title.
    pub title: &'a str,
    /// ISO 639-1 code of its language, where it is known.
    pub language: Option<&'a str>,
    /// Number of pages.
    pub page_count: u32,
    /// Its pictures.
    pub pictures: &'a Pictures,
    /// Its sections with their lessons, in reading order.
    pub chapters: &'a [Chapter<'a>],
}

/// A section and its lesson; none where there is too little text for one.
#[derive(Debug, Clone, Copy)]
pub struct Chapter<'a> {
    /// The section.
    pub section: &'a ExtractedSection,
    /// Its lesson.
    pub lesson: Option<&'a LessonContent>,
}

/// Writes the page.
///
/// # Errors
/// The template cannot be rendered (it always can).
pub fn page(booklet: Booklet<'_>) -> askama::Result<String> {
    let page = BookletPage {
        booklet,
        style: assets::text("app.css"),
    };
    page.render()
}

#[derive(Template)]
#[template(path = "booklet.html")]
struct BookletPage<'a> {
    booklet: Booklet<'a>,
    /// The product's own style sheet.
    style: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples;

    fn section(markdown: &str) -> ExtractedSection {
        ExtractedSection {
            name: samples::HOSTILE.into(),
            level: 1,
            description: None,
            page_start: 4,
            page_end: 6,
            markdown: markdown.into(),
        }
    }

    fn rendered(section: &ExtractedSection, lesson: Option<&LessonContent>) -> String {
        page(Booklet {
            title: samples::HOSTILE,
            language: Some("de"),
            page_count: 9,
            pictures: &Pictures::new(),
            chapters: &[Chapter { section, lesson }],
        })
        .unwrap()
    }

    #[test]
    fn a_lesson_is_shown_with_its_answers_and_pages() {
        let lesson = samples::content();
        let html = rendered(&section("A text with $x^2$."), Some(&lesson));
        assert!(html.contains("lang=\"de\"") && html.contains("pages 4–6"));
        assert!(html.contains("<math"), "formulas are set");
        let check_in = &lesson.concepts[0].check_ins[0];
        let right = check_in.correct_option().unwrap();
        assert!(html.contains(&format!("{}. ", right.letter)), "{html}");
    }

    #[test]
    fn nothing_runs_and_nothing_is_fetched() {
        let html = rendered(&section(samples::HOSTILE), Some(&samples::content()));
        // Names of XML namespaces look like addresses and are none.
        let html = html.replace("http://www.w3.org/", "");
        for banned in [
            "<script", "<img", "<link", "@import", "<iframe", "http:", "https:",
        ] {
            assert!(!html.contains(banned), "{banned}: {html}");
        }
    }
}

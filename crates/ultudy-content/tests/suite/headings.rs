//! Headings and sections of documents without an outline.

use ultudy_domain::document::{ExtractedDocument, Sectioning};

use crate::{
    harness::{document, names},
    pdf_file::{Face, Page, PdfFile},
};

const PROSE: &str = "A set is a collection of distinct things, which are its elements here";

fn prose(page: Page, lines: usize) -> Page {
    page.gap().text(&vec![PROSE; lines])
}

fn headings(document: &ExtractedDocument) -> Vec<(&str, u32, u8)> {
    let all = document.headings.iter();
    all.map(|heading| (heading.title.as_str(), heading.page, heading.level))
        .collect()
}

async fn read(pages: impl IntoIterator<Item = Page>) -> ExtractedDocument {
    document(&PdfFile::default().pages(pages).build()).await
}

/// A chapter of three pages with two sections, and what only looks like headings.
fn chapter(number: usize) -> [Page; 3] {
    let bold = |page: Page, text: &str| page.gap().line(Face::Bold, 11.0, text);
    let first = Page::new()
        .line(Face::Plain, 12.0, &format!("Chapter {number}"))
        .gap()
        .line(
            Face::Bold,
            24.0,
            &format!("The great theory of kind {number}"),
        )
        .line(Face::Bold, 24.0, "and its long title");
    let second = prose(Page::new(), 10).gap().line(
        Face::Bold,
        14.0,
        &format!("{number}.1 Sets of kind {number}"),
    );
    let third = Page::new().line(
        Face::Bold,
        14.0,
        &format!("{number}.2 Maps of kind {number}"),
    );
    [
        prose(bold(prose(first, 8), &format!("Theorem {number}")), 10),
        prose(bold(prose(second, 8), "A remark in bold"), 8),
        prose(bold(third, &format!("Figure {number}: A map")), 20),
    ]
}

#[tokio::test]
async fn numbers_tell_headings_from_what_is_only_bold() {
    let document = read((1..=4).flat_map(chapter)).await;
    assert_eq!(document.sectioning, Sectioning::Headings);
    assert_eq!(
        headings(&document)[..4],
        [
            (
                "Chapter 1 The great theory of kind 1 and its long title",
                1,
                1
            ),
            ("1.1 Sets of kind 1", 2, 2),
            ("1.2 Maps of kind 1", 3, 2),
            (
                "Chapter 2 The great theory of kind 2 and its long title",
                4,
                1
            ),
        ]
    );
    assert_eq!(document.headings.len(), 12);
    assert_eq!(document.sections.len(), 4);
    let markdown = &document.sections[0].markdown;
    assert!(
        markdown.contains("\n### 1.1 Sets of kind 1\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("\n##### A remark in bold\n"),
        "{markdown}"
    );
}

#[tokio::test]
async fn size_tells_headings_without_numbers() {
    let page = |number: usize| {
        let topic = Page::new().line(
            Face::Bold,
            20.0,
            &format!("Topic {}", ["a", "b", "c"][number]),
        );
        let detail = prose(topic, 8)
            .gap()
            .line(Face::Bold, 14.0, "On the finer points");
        prose(prose(detail, 6).gap().line(Face::Bold, 11.0, "Aside"), 8)
    };
    let document = read((0..3).map(page)).await;
    let expected = [
        ("Topic a", 1, 1),
        ("On the finer points", 1, 2),
        ("Topic b", 2, 1),
        ("On the finer points", 2, 2),
        ("Topic c", 3, 1),
        ("On the finer points", 3, 2),
    ];
    assert_eq!(headings(&document), expected);
}

/// A contents page that lists three chapters of two pages, numbered from 1 behind it.
fn contents() -> Page {
    let rows = ["Sets", "Maps", "Graphs"].into_iter().zip([1, 3, 5]);
    let page = Page::new().line(Face::Bold, 18.0, "Contents").gap();
    let row = |page: Page, (title, number): (&str, usize)| {
        page.text(&[&format!("{title} . . . . . . . . . . {number}")])
            .text(&[&format!("About {title} . . . . . . . . {number}")])
    };
    rows.fold(page, row)
}

#[tokio::test]
async fn the_contents_page_says_which_headings_count() {
    let bold = |page: Page, text: &str| page.gap().line(Face::Bold, 16.0, text);
    let pages = ["Sets", "Maps", "Graphs"].into_iter().flat_map(|title| {
        let first = bold(bold(Page::new(), title), &format!("About {title}"));
        let aside = bold(prose(first, 8), &format!("Left out of {title}"));
        [prose(aside, 8), prose(Page::new(), 20)]
    });
    let document = read([contents()].into_iter().chain(pages)).await;
    assert_eq!(document.sectioning, Sectioning::Headings);
    let found: Vec<&str> = document.headings.iter().map(|h| h.title.as_str()).collect();
    assert!(
        found.contains(&"Sets") || found.contains(&"Sets About Sets"),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|title| title.starts_with("Left out")),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_contents_page_divides_a_text_whose_headings_are_pictures() {
    let page = |number: usize| {
        prose(Page::new(), 30).at(300.0, 30.0, Face::Plain, 9.0, &number.to_string())
    };
    let document = read([contents()].into_iter().chain((1..=6).map(page))).await;
    assert_eq!(document.sectioning, Sectioning::Contents);
    let pages: Vec<(u32, u32)> = document
        .sections
        .iter()
        .map(|s| (s.page_start, s.page_end))
        .collect();
    assert_eq!(
        pages,
        [(2, 3), (4, 5), (6, 7)],
        "{:?}",
        names(&document.sections)
    );
}

#[tokio::test]
async fn an_outline_of_another_document_is_not_used() {
    let file = (1..=4)
        .flat_map(chapter)
        .fold(PdfFile::default(), PdfFile::page);
    let wrong = [("First", 1), ("Second", 4), ("Third", 7), ("Chapter 4", 10)];
    let file = wrong
        .into_iter()
        .fold(file, |file, (title, page)| file.entry(1, title, page, None));
    let document = document(&file.build()).await;
    assert_eq!(document.sectioning, Sectioning::Headings);
}

#[tokio::test]
async fn an_entry_that_leads_astray_is_set_right_or_dropped() {
    let file = (1..=4)
        .flat_map(chapter)
        .fold(PdfFile::default(), PdfFile::page);
    let entries = [
        ("1.1 Sets of kind 1", 2),
        ("2.1 Sets of kind 2", 5),
        ("3.1 Sets of kind 3", 1),
        ("Nowhere to be seen", 9),
        ("4.1 Sets of kind 4", 12),
    ];
    let file = entries
        .into_iter()
        .fold(file, |file, (title, page)| file.entry(1, title, page, None));
    let document = document(&file.build()).await;
    assert_eq!(document.sectioning, Sectioning::Outline);
    let found = headings(&document);
    assert!(found.contains(&("3.1 Sets of kind 3", 8, 1)), "{found:?}");
    assert!(found.contains(&("4.1 Sets of kind 4", 11, 1)), "{found:?}");
    assert!(
        !found.iter().any(|(title, ..)| title.starts_with("Nowhere")),
        "{found:?}"
    );
}

#[tokio::test]
async fn slides_are_divided_by_topic() {
    let slide = |title: &str, words: usize| {
        let page = Page::new().line(Face::Plain, 36.0, title).gap();
        page.line(Face::Plain, 20.0, "\\225 one thing and another")
            .line(Face::Plain, 20.0, &"word ".repeat(words))
    };
    let titles = [
        "Sets",
        "Sets \\(2/3\\)",
        "Sets \\(cont.\\)",
        "Maps",
        "Maps",
        "Graphs",
    ];
    let document = read(titles.map(|title| slide(title, 10))).await;
    assert_eq!(
        headings(&document),
        [("Sets", 1, 1), ("Maps", 4, 1), ("Graphs", 6, 1)]
    );
}

#[tokio::test]
async fn hundreds_of_pages_without_a_heading_are_equal_parts() {
    let document = read((0..300).map(|_| prose(Page::new(), 3))).await;
    assert_eq!(document.sectioning, Sectioning::EqualParts);
    assert_eq!(document.headings, []);
    assert_eq!(document.sections.len(), 25);
}

#[tokio::test]
async fn odd_documents_have_sections_all_the_same() {
    let sentence = Page::new().text(&["One sentence is all there is."]);
    let code = Page::new()
        .line(Face::Typewriter, 10.0, "fn main() {")
        .line(Face::Typewriter, 10.0, "}");
    let signs = Page::new()
        .line(Face::Bold, 24.0, "\\200\\200\\200")
        .text(&[PROSE]);
    let table = (0..8).fold(Page::new(), |page, row| {
        let y = 700.0 - 14.0 * row as f32;
        page.at(72.0, y, Face::Plain, 11.0, "1.5")
            .at(200.0, y, Face::Plain, 11.0, "2.5")
    });
    for page in [sentence, code, signs, table] {
        let document = read([page]).await;
        assert_eq!(document.sections.len(), 1);
        assert!(!document.sections[0].name.is_empty());
    }
}

//! Documents as sections.

use ultudy_domain::document::Sectioning;

use crate::{
    harness::{document, names},
    pdf_file::{Page, PdfFile},
};

/// A page of text that says which it is.
fn prose(number: usize) -> Page {
    let line = format!("The text of page {number} goes on for quite some words in every line.");
    Page::new().text(&vec![line.as_str(); 30])
}

fn pages(numbers: std::ops::RangeInclusive<usize>) -> impl Iterator<Item = Page> {
    numbers.map(prose)
}

#[tokio::test]
async fn without_an_outline_parts_are_equal_and_named_by_pages() {
    let document = document(&PdfFile::default().pages(pages(1..=26)).build()).await;
    assert_eq!(document.sectioning, Sectioning::EqualParts);
    assert_eq!(
        names(&document.sections),
        [
            ("Pages 1–8", 1, 8),
            ("Pages 9–17", 9, 17),
            ("Pages 18–26", 18, 26)
        ]
    );
}

#[tokio::test]
async fn an_outline_names_the_sections() {
    let file = PdfFile::default()
        .pages(pages(1..=10))
        .entry(1, "Sets", 1, None)
        .entry(2, "The empty set", 2, None)
        .entry(1, "Maps", 5, None);
    let document = document(&file.build()).await;
    assert_eq!(document.sectioning, Sectioning::Outline);
    assert_eq!(names(&document.sections), [("Sets", 1, 4), ("Maps", 5, 10)]);
}

#[tokio::test]
async fn a_long_chapter_is_taken_apart_at_its_own_headings() {
    let file = PdfFile::default()
        .pages(pages(1..=20))
        .entry(1, "Sets", 1, None)
        .entry(2, "The empty set", 3, None)
        .entry(2, "Infinite sets", 10, None)
        .entry(1, "Maps", 16, None);
    let document = document(&file.build()).await;
    assert_eq!(
        names(&document.sections),
        [
            ("Sets", 1, 2),
            ("The empty set", 3, 9),
            ("Infinite sets", 10, 15),
            ("Maps", 16, 20)
        ]
    );
    assert_eq!(
        document
            .sections
            .iter()
            .map(|s| s.level)
            .collect::<Vec<_>>(),
        [1, 2, 2, 1]
    );
}

#[tokio::test]
async fn a_long_section_without_headings_is_split_evenly() {
    let file = PdfFile::default()
        .pages(pages(1..=32))
        .entry(1, "Sets", 1, None)
        .entry(1, "Maps", 31, None);
    let document = document(&file.build()).await;
    assert_eq!(
        names(&document.sections),
        [
            ("Sets (part 1 of 3)", 1, 10),
            ("Sets (part 2 of 3)", 11, 20),
            ("Sets (part 3 of 3)", 21, 30),
            ("Maps", 31, 32),
        ]
    );
}

#[tokio::test]
async fn contents_index_and_bibliography_are_left_out() {
    let file = PdfFile::default()
        .pages(pages(1..=8))
        .entry(1, "Contents", 1, None)
        .entry(1, "Sets", 2, None)
        .entry(1, "Maps", 4, None)
        .entry(1, "Literaturverzeichnis", 7, None)
        .entry(1, "Index", 8, None);
    let document = document(&file.build()).await;
    assert_eq!(names(&document.sections), [("Sets", 2, 3), ("Maps", 4, 6)]);
}

/// Two sections that meet in the middle of page 2, cut by the heading's words or by the
/// height the outline gives.
async fn halves(title: &str, give_height: bool) -> Vec<String> {
    let upper = Page::new().text(&["The last words of sets."; 20]);
    let height = upper.height() - 10.0;
    let shared = upper
        .heading("2 Maps")
        .text(&["The first words of maps."; 12]);
    let file = PdfFile::default()
        .page(prose(1))
        .page(shared)
        .page(prose(3))
        .entry(1, "Sets", 1, None)
        .entry(1, title, 2, give_height.then_some(height));
    let document = document(&file.build()).await;
    assert_eq!(names(&document.sections), [("Sets", 1, 2), (title, 2, 3)]);
    document
        .sections
        .into_iter()
        .map(|section| section.markdown)
        .collect()
}

#[tokio::test]
async fn a_page_shared_by_two_sections_is_cut_at_the_heading() {
    for (title, give_height) in [("Maps", false), ("Called otherwise", true)] {
        let [sets, maps] = halves(title, give_height).await.try_into().unwrap();
        assert_eq!(sets.matches("last words of sets").count(), 20, "{sets}");
        assert_eq!(sets.matches("first words of maps").count(), 0, "{sets}");
        assert_eq!(maps.matches("last words of sets").count(), 0, "{maps}");
        assert_eq!(maps.matches("first words of maps").count(), 12, "{maps}");
        assert!(maps.starts_with("<!-- page 2 -->\n\n## 2 Maps\n"), "{maps}");
    }
}

#[tokio::test]
async fn tiny_neighbours_become_one_section() {
    let shared = Page::new()
        .heading("Sets")
        .text(&["A few words."])
        .heading("Maps")
        .text(&["A few words."]);
    let file = PdfFile::default()
        .page(shared)
        .pages(pages(2..=4))
        .entry(1, "Sets", 1, None)
        .entry(1, "Maps", 1, None)
        .entry(1, "Graphs", 3, None);
    let document = document(&file.build()).await;
    assert_eq!(
        names(&document.sections),
        [("Sets · Maps", 1, 2), ("Graphs", 3, 4)]
    );
}

#[tokio::test]
async fn what_stands_before_the_first_entry_is_kept_but_for_a_contents_page() {
    let contents = Page::new().text(&["Sets . . . . . . 3"; 8]);
    let file = PdfFile::default()
        .page(prose(1))
        .page(contents)
        .pages(pages(3..=6))
        .entry(1, "Sets", 3, None)
        .entry(1, "Maps", 5, None);
    let document = document(&file.build()).await;
    assert_eq!(
        names(&document.sections),
        [("Page 1", 1, 1), ("Sets", 3, 4), ("Maps", 5, 6)]
    );
}

#[tokio::test]
async fn an_outline_that_divides_nothing_is_not_used() {
    let file = PdfFile::default()
        .pages(pages(1..=3))
        .entry(1, "Cover", 1, None);
    let document = document(&file.build()).await;
    assert_eq!(document.sectioning, Sectioning::EqualParts);
}

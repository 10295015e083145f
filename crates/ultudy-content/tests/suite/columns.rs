//! Columns one after the other, however the page is written.

use crate::{
    harness::{markdown, text},
    pdf_file::{Face, Page, PdfFile},
};

const LEFT: [&str; 9] = [
    "The cell is the smallest unit that",
    "lives on its own. It takes in matter",
    "and gives off what it does not need,",
    "it grows, and it divides. A membrane",
    "parts it from all that is outside of",
    "it and lets through what the cell is",
    "in need of. Inside there are smaller",
    "parts, each of which does one of the",
    "many things that keep the whole cell",
];
const RIGHT: [&str; 9] = [
    "alive. The nucleus holds the plan of",
    "the cell and is the largest of these",
    "parts. From it goes out what makes a",
    "protein be built in the place and at",
    "the time when it is wanted. What the",
    "nucleus holds is handed on when such",
    "a cell divides, so that both of them",
    "have all of it. This is how a living",
    "thing can come from one single cell.",
];

/// Two columns written line by line over both, as a typewriter would.
fn across(page: Page, top: f32, apart: f32) -> Page {
    let heights = (0..).map(|line: u16| top - 13.0 * f32::from(line));
    let lines = LEFT.iter().zip(RIGHT).zip(heights);
    lines.fold(page, |page, ((left, right), y)| {
        page.at(60.0, y, Face::Plain, 11.0, left)
            .at(320.0, y - apart, Face::Plain, 11.0, right)
    })
}

fn whole() -> String {
    [LEFT, RIGHT].concat().join(" ")
}

#[tokio::test]
async fn columns_written_across_are_read_down() {
    for apart in [0.0, 5.0] {
        let page = across(Page::new(), 700.0, apart);
        let markdown = markdown(&PdfFile::default().page(page).build()).await;
        assert!(markdown.contains(&whole()), "{apart}: {markdown}");
    }
}

#[tokio::test]
async fn what_stands_over_both_columns_cuts_them() {
    let page = across(
        Page::new().at(
            60.0,
            740.0,
            Face::Bold,
            18.0,
            "The cell and what it is made of",
        ),
        700.0,
        0.0,
    );
    let line = "A line over both columns says what comes below it, and both begin again there.";
    let page = across(page.at(60.0, 560.0, Face::Plain, 11.0, line), 530.0, 0.0);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    let at = |text: &str| markdown.find(text).unwrap();
    assert_eq!(markdown.matches(&whole()).count(), 2, "{markdown}");
    assert!(
        at("The cell and what") < at(&whole()) && at(&whole()) < at(line),
        "{markdown}"
    );
}

#[tokio::test]
async fn space_for_a_picture_over_both_columns_cuts_them() {
    let page = across(across(Page::new(), 700.0, 0.0), 380.0, 0.0);
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert_eq!(markdown.matches(&whole()).count(), 2, "{markdown}");
}

#[tokio::test]
async fn a_paragraph_goes_on_over_columns_and_pages() {
    let first = across(Page::new(), 700.0, 0.0);
    let second = Page::new().text(&["It goes on over the end of the page, too."]);
    let text = text(&PdfFile::default().page(first).page(second).build()).await;
    assert_eq!(
        text.trim(),
        format!("{}\u{c}It goes on over the end of the page, too.", whole())
    );
}

#[tokio::test]
async fn a_table_of_words_is_no_two_columns_of_text() {
    let rows = [
        "Nucleus",
        "Membrane",
        "Cytosol",
        "Ribosome",
        "Vacuole",
        "Chloroplast",
        "Golgi body",
    ];
    let heights = (0..).map(|row: u16| 700.0 - 14.0 * f32::from(row));
    let page = rows
        .iter()
        .zip(heights)
        .fold(Page::new(), |page, (part, y)| {
            let what = format!("What the {} does", part.to_lowercase());
            page.at(72.0, y, Face::Plain, 11.0, part)
                .at(300.0, y, Face::Plain, 11.0, &what)
        });
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains("| Cytosol | What the cytosol does |"),
        "{markdown}"
    );
}

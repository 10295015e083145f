//! Lists in lists.

use crate::{
    harness::markdown,
    pdf_file::{Face, Page, PdfFile},
};

/// Lines, each so far from the left edge.
fn page(lines: &[(f32, &str)]) -> Page {
    let heights = (0..).map(|line: u16| 700.0 - 14.0 * f32::from(line));
    let lines = lines.iter().zip(heights);
    lines.fold(Page::new(), |page, ((x, text), y)| {
        page.at(*x, y, Face::Plain, 11.0, text)
    })
}

async fn read(lines: &[(f32, &str)]) -> String {
    markdown(&PdfFile::default().page(page(lines)).build()).await
}

#[tokio::test]
async fn items_stand_as_deep_as_they_are_indented() {
    let markdown = read(&[
        (
            72.0,
            "What is there to be learned about sets and their maps:",
        ),
        (90.0, "1. Sets,"),
        (
            110.0,
            "\\225 the empty one, which has no elements, and that it is the only one of its",
        ),
        (121.0, "kind,"),
        (110.0, "\\226 those with two elements"),
        (130.0, "a\\) equal"),
        (130.0, "b\\) distinct"),
        (90.0, "2. Maps."),
        (72.0, "Nothing more than this is needed at first."),
    ])
    .await;
    let list = "1. Sets,\n   - the empty one, which has no elements, and that it is the only one \
                of its kind,\n   - those with two elements\n     - a) equal\n     - b) distinct\n\
                2. Maps.\n\nNothing more";
    assert!(markdown.contains(list), "{markdown}");
}

#[tokio::test]
async fn an_item_in_a_typewriter_face_is_an_item() {
    let page = page(&[(
        72.0,
        "The following files are read, in this order, before any other is:",
    )])
    .at(90.0, 680.0, Face::Plain, 11.0, "\\225")
    .at(100.0, 680.0, Face::Typewriter, 11.0, "main.tex")
    .at(156.0, 680.0, Face::Plain, 11.0, "and")
    .at(90.0, 666.0, Face::Plain, 11.0, "\\225")
    .at(100.0, 666.0, Face::Typewriter, 11.0, "body.tex");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown.contains("\n\n- main.tex and\n- body.tex\n"),
        "{markdown}"
    );
}

#[tokio::test]
async fn a_number_at_the_end_of_a_sentence_begins_no_item() {
    let markdown = read(&[
        (
            72.0,
            "The same has been shown for sets with two elements and a map on these in Section",
        ),
        (
            72.0,
            "3. The case of three elements is the last that has to be looked at, which is done",
        ),
        (72.0, "here in full, for it is not like the others."),
    ])
    .await;
    assert!(
        markdown.contains("in Section 3. The case of three"),
        "{markdown}"
    );
}

//! Notes at the foot of the page and in its margin, out of the way of the text.

use crate::{
    harness::{markdown, text},
    pdf_file::{Face, Page, PdfFile},
};

const PROSE: [&str; 8] = [
    "A set is a collection of distinct things, which are called its elements and",
    "which may be of any kind; two sets are equal when they have the same ones,",
    "and in no other case. The order in which they are named does not matter, so",
    "that the same set can be written down in many ways. A set with no elements",
    "at all is called empty, and there is only one such set, for two of them are",
    "equal by what has been said. What a set is made of can be told by naming all",
    "of it or by a property that just these things have, which then stands behind",
    "a bar. In this way sets can be named that have more elements than anyone can",
];

#[tokio::test]
async fn a_footnote_stands_behind_the_paragraph_that_goes_on() {
    let first = Page::new()
        .text(&PROSE)
        .text(&["ever write down, and most of those that matter are of this kind, as the num-"])
        .at(72.0, 90.0, Face::Plain, 6.0, "1")
        .at(
            76.0,
            87.0,
            Face::Plain,
            8.0,
            "The word was brought in by Bolzano.",
        )
        .at(
            72.0,
            76.0,
            Face::Plain,
            8.0,
            "* See the last chapter, which has more to say of",
        );
    let first = first.at(72.0, 66.0, Face::Plain, 8.0, "this than fits here.");
    let second = Page::new().text(&["bers that are used for counting."]);
    let file = PdfFile::default().page(first).page(second).build();
    let markdown = markdown(&file).await;
    let ends = "as the numbers\n\n<!-- note -->\n\n1 The word was brought in by Bolzano.\n\n\
                <!-- note -->\n\n\\* See the last chapter, which has more to say of this than fits here.\n\n\
                <!-- page 2 -->\n\nthat are used for counting.";
    assert!(markdown.trim().ends_with(ends), "{markdown}");
    let text = text(&file).await;
    assert!(text.contains("than fits here.\u{c}that are"), "{text}");
}

#[tokio::test]
async fn a_note_in_the_margin_comes_behind_the_paragraph_beside_it() {
    let lines = PROSE.iter().chain(&PROSE).enumerate();
    let page = lines.fold(Page::new(), |page, (at, line)| {
        let page = page.line(Face::Plain, 11.0, line);
        let y = page.height();
        match at {
            2 => page.at(490.0, y, Face::Plain, 9.0, "Sets have no"),
            3 => page.at(490.0, y, Face::Plain, 9.0, "order."),
            _ => page,
        }
    });
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(
        markdown
            .trim()
            .ends_with("than anyone can\n\n<!-- note -->\n\nSets have no order."),
        "{markdown}"
    );
    assert!(
        markdown.contains("does not matter, so that the same set"),
        "{markdown}"
    );
}

#[tokio::test]
async fn small_print_that_is_no_note_stays_where_it_is() {
    let page = Page::new()
        .text(&PROSE)
        .at(72.0, 120.0, Face::Plain, 8.0, "Source: a book on sets")
        .at(72.0, 100.0, Face::Plain, 11.0, "The text goes on below it.");
    let markdown = markdown(&PdfFile::default().page(page).build()).await;
    assert!(!markdown.contains("note"), "{markdown}");
}

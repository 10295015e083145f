//! Formulas in print: what is raised and lowered, and what nobody could read.

use std::fmt::Write as _;

use crate::{
    harness::{document, markdown, text},
    pdf_file::{Face, Page, PdfFile},
};

/// A page whose body text is set, with this line in the middle of it.
fn around(line: impl Fn(Page, f32) -> Page) -> Vec<u8> {
    let page = Page::new().text(&[
        "A line of text stands here as in any book, and",
        "another one.",
    ]);
    let height = page.height() - 14.0;
    PdfFile::default().page(line(page, height)).build()
}

#[tokio::test]
async fn an_exponent_is_where_it_is_printed() {
    let file = around(|page, height| {
        page.at(72.0, height, Face::Plain, 11.0, "The square x")
            .at(136.4, height + 4.0, Face::Plain, 7.0, "2")
            .at(143.5, height, Face::Plain, 11.0, "is never negative, and H")
            .at(262.2, height - 2.0, Face::Plain, 7.0, "2")
            .at(266.3, height, Face::Plain, 11.0, "O costs $5, not $7.")
    });
    let markdown = markdown(&file).await;
    assert!(
        markdown.contains("The square $x^{2}$ is never negative, and"),
        "{markdown}"
    );
    assert!(markdown.contains("costs \\$5, not \\$7."), "{markdown}");
    let text = text(&file).await;
    assert!(text.contains("The square x² is never"), "{text}");
}

#[tokio::test]
async fn a_footnote_s_mark_is_no_formula() {
    let file = around(|page, height| {
        page.at(72.0, height, Face::Plain, 11.0, "This was long known")
            .at(174.3, height + 4.0, Face::Plain, 7.0, "3")
            .at(181.0, height, Face::Plain, 11.0, "to all who asked.")
    });
    let markdown = markdown(&file).await;
    assert!(
        markdown.contains("long known³ to all who asked."),
        "{markdown}"
    );
}

#[tokio::test]
async fn a_formula_that_is_a_bomb_ends() {
    let mut many = String::from("BT /F1 11 Tf 72 700 Td (x) Tj ET\n");
    for at in 0..20_000 {
        let (x, y) = (72 + at % 400, 700 + at % 5);
        writeln!(many, "BT /F1 {} Tf {x} {y} Td (y2) Tj ET", 11 - at % 7).unwrap();
    }
    let long = format!(
        "BT /F1 11 Tf 72 700 Td (x) Tj ET BT /F1 7 Tf 78 704 Td ({}) Tj ET",
        "2".repeat(100_000)
    );
    let mut deep = String::new();
    for at in 0..1_000_u16 {
        let step = f32::from(at);
        let size = 11.0 * 0.99_f32.powf(step);
        writeln!(
            deep,
            "BT /F1 {size} Tf {} {} Td (x) Tj ET",
            72.0 + step,
            600.0 + step / 10.0
        )
        .unwrap();
    }
    for operators in [many, long, deep] {
        let document = document(&PdfFile::default().page(Page::raw(operators)).build()).await;
        assert_eq!(document.page_count, 1);
    }
}

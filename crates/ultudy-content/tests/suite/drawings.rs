//! Figures drawn with lines, with the words in them.

use std::{
    fs::File,
    io::Write,
    process::{Command, Stdio},
};

use ultudy_domain::document::ExtractedDocument;

use crate::{
    harness::{document, file, program, text},
    pdf_file::{Face, Page, PdfFile},
};

/// Axes, and a curve between them, from (180, 500) to (380, 620).
const GRAPH: &str = "0.5 w 180 500 m 380 500 l S 180 500 m 180 620 l S \
    1 0 0 RG 180 510 m 240 520 300 560 380 615 c S";

fn body(page: Page) -> Page {
    page.text(&[
        "The residual of an example is the difference between what was seen and what the",
        "model says of it, and it is small where the model fits the example well. A line",
    ])
}

/// The numbers at the axes, and what the curve is.
fn labelled(page: Page) -> Page {
    let label = |page: Page, x, y, text| page.at(x, y, Face::Plain, 8.0, text);
    let page = label(page, 178.0, 490.0, "zero");
    let page = label(page, 372.0, 490.0, "hour");
    let page = label(page, 160.0, 612.0, "points");
    label(page, 300.0, 575.0, "model")
}

fn rest(page: Page) -> Page {
    page.text(&[
        "through all points has none, and few data are so kind as to lie on one. The loss",
        "adds up the squares of all residuals.",
    ])
}

fn markdown(document: &ExtractedDocument) -> &str {
    document.sections[0].markdown.trim()
}

async fn read(page: Page) -> ExtractedDocument {
    document(&PdfFile::default().page(page).build()).await
}

fn graph() -> Page {
    let page = labelled(body(Page::new()).draw(GRAPH)).at(
        180.0,
        465.0,
        Face::Plain,
        9.0,
        "Figure 1. The residuals of five students.",
    );
    rest(page.space(245.0))
}

#[tokio::test]
async fn a_drawing_is_a_figure_and_its_labels_no_text() {
    let document = read(graph()).await;
    let [figure] = document.figures.as_slice() else {
        panic!("{}", markdown(&document));
    };
    let caption = "Figure 1. The residuals of five students.";
    assert_eq!((figure.number, figure.page), (1, 1));
    assert_eq!(figure.caption.as_deref(), Some(caption));
    assert_eq!(figure.media_type, "image/png");
    assert!(figure.data.starts_with(b"\x89PNG"));
    // With its labels, two pixels to a point.
    assert!((420..510).contains(&figure.width), "{}", figure.width);
    assert!((260..320).contains(&figure.height), "{}", figure.height);
    assert_eq!(
        markdown(&document),
        format!(
            "<!-- page 1 -->\n\nThe residual of an example is the difference between what was seen \
             and what the model says of it, and it is small where the model fits the example \
             well. A line through all points has none, and few data are so kind as to lie on \
             one. The loss adds up the squares of all residuals.\n\n![{caption}](figure:1)"
        )
    );
}

/// What the reader says of its figures: their sides and files.
fn said(input: Stdio, feed: &[u8]) -> Vec<String> {
    let mut reader = Command::new(program())
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    if let Some(mut pipe) = reader.stdin.take() {
        pipe.write_all(feed).unwrap();
    }
    let said = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    let figures = said.lines().filter(|line| line.contains("image/png"));
    figures.map(str::to_owned).collect()
}

#[test]
fn what_is_drawn_of_a_part_of_the_page_is_what_the_whole_page_shows() {
    // Two figures on a page, so that not each is in the corner of the part.
    let second = format!("q 1 0 0 1 60 -280 cm {GRAPH} Q");
    let book = PdfFile::default().page(graph().draw(&second)).build();
    let part: File = file(&book);
    let part = said(part.into(), &[]);
    // Bytes that come once cannot be read again with the parts marked.
    let whole = said(Stdio::piped(), &book);
    assert_eq!(part.len(), 2, "{part:?}");
    assert!(part == whole, "{part:?}\n{whole:?}");
}

#[tokio::test]
async fn the_words_of_a_drawing_are_among_all_text() {
    let text = text(&PdfFile::default().page(graph()).build()).await;
    for word in ["zero", "hour", "points", "model", "Figure 1."] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn a_drawing_in_a_form_is_a_figure() {
    use crate::pdf_file::{assemble, stream};
    let drawn = "BT /F1 11 Tf 72 700 Td (Words.) Tj ET q 1 0 0 1 9 9 cm /X Do Q";
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 \
          <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>"
            .to_vec(),
        stream("", drawn.as_bytes()),
        stream(
            "/Type/XObject/Subtype/Form/BBox[0 0 612 792]",
            GRAPH.as_bytes(),
        ),
    ];
    let document = document(&assemble(&objects, "/Root 1 0 R")).await;
    assert_eq!(document.figures.len(), 1, "{}", markdown(&document));
}

#[tokio::test]
async fn text_in_boxes_stays_text() {
    // A theorem in a round frame on a ground, with a rule under its title.
    let frame = "0.9 g 66 640 460 80 re f 70 636 m 522 636 l 526 636 530 640 530 644 c \
        530 720 l 530 724 526 728 522 728 c 70 728 l 66 728 62 724 62 720 c 62 644 l \
        62 640 66 636 70 636 c S 0 g 72 690 m 400 690 l S";
    let page = rest(body(Page::new().draw(frame)));
    let document = read(page).await;
    assert!(document.figures.is_empty());
    assert!(markdown(&document).ends_with("squares of all residuals."));
}

#[tokio::test]
async fn a_ruled_table_stays_a_table() {
    let mut rules = String::new();
    for row in 0..4 {
        let y = 700 - 20 * row;
        rules.push_str(&format!("100 {y} m 400 {y} l S "));
    }
    for x in [100, 200, 300, 400] {
        rules.push_str(&format!("{x} 700 m {x} 640 l S "));
    }
    let mut page = Page::new().draw(&rules);
    for (row, cells) in (0_u8..).zip([
        ["Hours", "Points", "Line"],
        ["1", "52", "53"],
        ["2", "55", "57"],
    ]) {
        for (column, cell) in (0_u8..).zip(cells) {
            let x = 106.0 + 100.0 * f32::from(column);
            page = page.at(x, 686.0 - 20.0 * f32::from(row), Face::Plain, 11.0, cell);
        }
    }
    let document = read(page).await;
    assert!(document.figures.is_empty());
    assert!(
        markdown(&document).contains("| Hours | Points | Line |"),
        "{}",
        markdown(&document)
    );
}

#[tokio::test]
async fn what_every_page_draws_is_no_figure() {
    let page = |n: u8| {
        let page =
            Page::new().draw("40 40 m 120 90 l 140 40 l h f 500 60 m 560 60 570 90 590 99 c S");
        rest(body(page)).at(
            72.0,
            300.0,
            Face::Plain,
            11.0,
            &format!("Page number {n} says so."),
        )
    };
    let document = document(&PdfFile::default().pages((0..4).map(page)).build()).await;
    assert!(document.figures.is_empty(), "{}", document.figures.len());
}

#[tokio::test]
async fn words_printed_over_an_image_make_one_figure_with_it() {
    use crate::pdf_file::{assemble, stream};
    let drawn = "BT /F1 11 Tf 72 720 Td (A sentence stands above the picture of a cell.) Tj ET \
        q 200 0 0 150 72 500 cm /X Do Q BT /F1 9 Tf 150 560 Td (nucleus) Tj ET \
        BT /F1 10 Tf 72 480 Td (Figure 1: A cell) Tj ET \
        BT /F1 11 Tf 72 440 Td (A sentence stands below the picture of a cell.) Tj ET";
    let noise: Vec<u8> = (0..120_u32 * 120)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 \
          <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>"
            .to_vec(),
        stream("", drawn.as_bytes()),
        stream(
            "/Type/XObject/Subtype/Image/Width 120/Height 120/ColorSpace/DeviceGray/BitsPerComponent 8",
            &noise,
        ),
    ];
    let document = document(&assemble(&objects, "/Root 1 0 R")).await;
    assert_eq!(document.figures.len(), 1);
    assert_eq!(
        markdown(&document),
        "<!-- page 1 -->\n\nA sentence stands above the picture of a cell.\n\n\
         ![Figure 1: A cell](figure:1)\n\nA sentence stands below the picture of a cell."
    );
    assert!(document.figures[0].width > 390, "drawn with its words");
}

//! Pictures and their captions.

use ultudy_domain::document::ExtractedDocument;

use crate::{
    harness::document,
    pdf_file::{assemble, stream},
};

/// Pages on which an image of so many pixels is drawn by these operators beside a caption.
fn file(pages: usize, pixels: u32, drawn: &str) -> Vec<u8> {
    file_of(&vec![drawn; pages], pixels)
}

/// The same with operators for each page.
fn file_of(drawn: &[&str], pixels: u32) -> Vec<u8> {
    let pages = drawn.len();
    let kids: String = (0..pages)
        .map(|page| format!("{} 0 R ", 5 + 2 * page))
        .collect();
    // Noise, as a photograph is.
    let noise = (0..120_u32 * 120 * 3).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
    let image = format!(
        "/Type/XObject/Subtype/Image/Width {pixels}/Height {pixels}/ColorSpace/DeviceRGB/BitsPerComponent 8"
    );
    let content = |drawn: &str| {
        format!(
            "BT /F1 11 Tf 72 700 Td (A sentence stands above the picture.) Tj ET {drawn} \
         BT /F1 11 Tf 72 480 Td (Figure 1: A [small] field) Tj ET \
         BT /F1 11 Tf 72 440 Td (A sentence stands below the picture.) Tj ET"
        )
    };
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Count {pages}/Kids[{kids}]/MediaBox[0 0 612 792]/Resources<</XObject<</I 3 0 R>>/Font<</F1 4 0 R>>>>>>").into_bytes(),
        stream(&image, &noise.collect::<Vec<u8>>()),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec(),
    ];
    for (page, drawn) in drawn.iter().enumerate() {
        let contents = 6 + 2 * page;
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R>>").into_bytes());
        objects.push(stream("", content(drawn).as_bytes()));
    }
    assemble(&objects, "/Root 1 0 R")
}

fn markdown(document: &ExtractedDocument) -> &str {
    &document.sections[0].markdown
}

#[tokio::test]
async fn a_picture_stands_at_its_place_with_its_caption() {
    let document = document(&file(1, 120, "q 200 0 0 180 72 500 cm /I Do Q")).await;
    let [figure] = document.figures.as_slice() else {
        panic!("{:?}", document.figures);
    };
    assert_eq!((figure.number, figure.page), (1, 1));
    assert_eq!((figure.width, figure.height), (120, 120));
    assert_eq!(figure.caption.as_deref(), Some("Figure 1: A [small] field"));
    assert_eq!(figure.media_type, "image/png");
    assert!(figure.data.starts_with(b"\x89PNG"));
    assert_eq!(
        markdown(&document).trim(),
        "<!-- page 1 -->\n\nA sentence stands above the picture.\n\n\
         ![Figure 1: A \\[small\\] field](figure:1)\n\nA sentence stands below the picture."
    );
}

#[tokio::test]
async fn icons_and_backgrounds_are_no_figures() {
    for drawn in [
        "q 12 0 0 12 72 500 cm /I Do Q",
        "q 612 0 0 792 0 0 cm /I Do Q",
    ] {
        let document = document(&file(1, 120, drawn)).await;
        assert!(
            document.figures.is_empty() && !markdown(&document).contains("!["),
            "{drawn}"
        );
        assert!(markdown(&document).contains("Figure 1"));
    }
}

#[tokio::test]
async fn a_small_picture_shows_something_where_a_caption_says_so() {
    let icon = document(&file(1, 120, "q 60 0 0 60 400 100 cm /I Do Q")).await;
    assert!(icon.figures.is_empty(), "{}", markdown(&icon));
    let figure = document(&file(1, 120, "q 60 0 0 60 72 500 cm /I Do Q")).await;
    assert_eq!(figure.figures.len(), 1, "{}", markdown(&figure));
}

#[tokio::test]
async fn a_logo_that_moves_from_page_to_page_is_decoration() {
    let drawn = [
        "q 150 0 0 150 400 50 cm /I Do Q",
        "q 150 0 0 150 300 50 cm /I Do Q",
    ];
    let twice = document(&file_of(&drawn, 120)).await;
    assert_eq!(twice.figures.len(), 2);
    let often = [drawn[0], drawn[1], "q 150 0 0 150 400 200 cm /I Do Q"];
    assert!(document(&file_of(&often, 120)).await.figures.is_empty());
}

#[tokio::test]
async fn a_picture_on_page_after_page_is_decoration() {
    let document = document(&file(4, 120, "q 100 0 0 100 72 550 cm /I Do Q")).await;
    assert!(document.figures.is_empty(), "{:?}", document.figures.len());
}

#[tokio::test]
async fn of_a_picture_too_large_the_caption_is_kept() {
    let document = document(&file(1, 60_000, "q 200 0 0 180 72 500 cm /I Do Q")).await;
    assert!(document.figures.is_empty());
    assert!(markdown(&document).contains("Figure 1: A \\[small\\] field"));
}

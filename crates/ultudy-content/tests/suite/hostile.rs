//! Files made to break their reader: each gives what it holds or a reason, within the
//! limits. Where the PDF library recurses without end only the child dies of it.

use std::{fmt::Write as _, io::Write as _, time::Duration};

use flate2::{Compression, write::ZlibEncoder};
use ultudy_content::{ExtractError, ExtractLimits};
use ultudy_domain::document::ExtractedDocument;

use crate::{
    harness::{read, with_limits},
    pdf_file::{assemble, stream},
};

const CATALOG: &[u8] = b"<</Type/Catalog/Pages 2 0 R>>";
const PAGES: &[u8] = b"<</Type/Pages/Count 1/Kids[3 0 R]>>";
const PAGE: &[u8] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R\
    /Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>>>";
const WORD: &[u8] = b"BT /F1 11 Tf 72 700 Td (readable) Tj ET";

/// One page with these contents, and further objects from number 5.
fn page(contents: Vec<u8>, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![CATALOG.to_vec(), PAGES.to_vec(), PAGE.to_vec(), contents];
    objects.extend_from_slice(more);
    assemble(&objects, "/Root 1 0 R")
}

/// Reads it; a hang, or an end that is not told as the file's fault, fails the test.
async fn ends(bytes: &[u8]) -> Result<ExtractedDocument, String> {
    let limits = ExtractLimits {
        cpu: Duration::from_secs(30),
        ..ExtractLimits::default()
    };
    match read(&with_limits(limits), bytes).await {
        Ok(document) => Ok(document),
        Err(ExtractError::File(failure)) => Err(failure.code),
        Err(error) => panic!("{error:?}"),
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn nesting_without_end() {
    let deep = 300_000;
    let arrays = [b"[".repeat(deep), b"]".repeat(deep)].concat();
    let dictionaries = [b"<</A ".repeat(deep), b">>".repeat(deep)].concat();
    for nested in [arrays, dictionaries] {
        let objects = [
            CATALOG.to_vec(),
            PAGES.to_vec(),
            PAGE.to_vec(),
            nested.clone(),
        ];
        let _ = ends(&assemble(&objects, "/Root 1 0 R")).await;
        let operand = [&nested[..], b" TJ ", WORD].concat();
        let _ = ends(&page(stream("", &operand), &[])).await;
    }
}

#[tokio::test]
async fn a_page_tree_as_deep_as_the_file_is_long() {
    let deep = 50_000;
    let mut objects = vec![CATALOG.to_vec()];
    for number in 2..deep {
        objects.push(format!("<</Type/Pages/Count 1/Kids[{} 0 R]>>", number + 1).into_bytes());
    }
    objects.push(b"<</Type/Page/MediaBox[0 0 612 792]>>".to_vec());
    let _ = ends(&assemble(&objects, "/Root 1 0 R")).await;
}

#[tokio::test]
async fn loops_of_references() {
    // Two parents of each other, the length of a stream in the stream itself, a table that
    // continues in itself, an object that is its own value.
    let parents = [
        CATALOG.to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]/Parent 4 0 R>>".to_vec(),
        b"<</Type/Page/Parent 4 0 R/Contents 5 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[2 0 R]/Parent 2 0 R>>".to_vec(),
        stream("", WORD),
    ];
    let _ = ends(&assemble(&parents, "/Root 1 0 R")).await;
    let length = [
        b"<</Length 4 0 R>>stream\n".as_slice(),
        WORD,
        b"\nendstream",
    ]
    .concat();
    let _ = ends(&page(length, &[])).await;
    let itself = page(b"4 0 R".to_vec(), &[]);
    let _ = ends(&itself).await;
    let whole = page(stream("", WORD), &[]);
    let text = String::from_utf8_lossy(&whole).into_owned();
    let table = text.rfind("xref\n0").unwrap();
    let looped = text.replace("/Root 1 0 R", &format!("/Root 1 0 R/Prev {table}"));
    let document = ends(looped.as_bytes()).await.unwrap();
    assert!(document.sections[0].markdown.contains("readable"));
}

#[tokio::test]
async fn a_million_pages() {
    let kids = "3 0 R ".repeat(1_000_000);
    let objects = [
        CATALOG.to_vec(),
        format!("<</Type/Pages/Count 1000000/Kids[{kids}]>>").into_bytes(),
        PAGE.to_vec(),
        stream("", WORD),
    ];
    let code = ends(&assemble(&objects, "/Root 1 0 R")).await.unwrap_err();
    assert_eq!(code, "pdf_too_many_pages");
    // Said, and not there.
    let liar = String::from_utf8_lossy(&page(stream("", WORD), &[])).into_owned();
    let _ = ends(liar.replace("/Count 1/", "/Count 2000000000/").as_bytes()).await;
}

#[tokio::test]
async fn bombs_of_compression() {
    // Zeros packed twice: some hundred bytes are 64 megabytes.
    let once = deflated(&vec![0; 64 << 20]);
    let twice = deflated(&once);
    let bomb = stream("/Filter[/FlateDecode/FlateDecode]", &twice);
    let _ = ends(&page(bomb, &[])).await;
}

#[tokio::test]
async fn an_image_of_giant_size_is_not_drawn_for_reading() {
    let image = stream(
        "/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8\
         /ColorSpace/DeviceGray/Filter/FlateDecode",
        &deflated(&[0; 100]),
    );
    let document = ends(&page(stream("", b"612 0 0 792 0 0 cm /X Do"), &[image])).await;
    assert_eq!(document.unwrap().unreadable_pages, [1]);
}

#[tokio::test]
async fn forms_that_draw_themselves_or_each_other_without_end() {
    let form = |draws: &str| {
        let resources = "/Type/XObject/Subtype/Form/BBox[0 0 612 792]\
            /Resources<</XObject<</X 5 0 R/Y 6 0 R/Z 7 0 R>>>>";
        stream(resources, draws.as_bytes())
    };
    let contents = [WORD, b" /X Do"].concat();
    let itself = [form("/X Do"), form(""), form("")];
    let document = ends(&page(stream("", &contents), &itself)).await;
    assert!(document.unwrap().sections[0].markdown.contains("readable"));
    // Each level draws the next thirty times.
    let mut levels = Vec::new();
    for level in 0..30 {
        let entries = format!(
            "/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</N {} 0 R>>>>",
            6 + level
        );
        levels.push(stream(&entries, &b"/N Do ".repeat(30)));
    }
    levels.push(form(""));
    let _ = ends(&page(stream("", &contents), &levels)).await;
}

#[tokio::test]
async fn a_page_of_a_million_paths_keeps_its_words() {
    let mut contents = WORD.to_vec();
    for n in 0..1_000_000_u32 {
        let (x, y) = (n % 600, n / 1_300);
        writeln!(contents, " {x} {y} m {y} {x} l S").unwrap();
    }
    let document = ends(&page(stream("", &contents), &[])).await.unwrap();
    assert!(document.sections[0].markdown.contains("readable"));
    assert!(document.figures.is_empty());
    // The same from a form that is drawn often, so that the file is small.
    let form = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 612 792]",
        &b"1 0 0 1 1 1 cm 9 9 m 90 400 l S ".repeat(1_000),
    );
    let contents = [WORD, &b" 1 0 0 1 0 1 cm /X Do".repeat(1_000)].concat();
    let document = ends(&page(stream("", &contents), &[form])).await.unwrap();
    assert!(document.sections[0].markdown.contains("readable"));
}

#[tokio::test]
async fn a_million_outline_entries() {
    let first = 6;
    let entries = 1_000_000;
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>".to_vec(),
        PAGES.to_vec(),
        PAGE.to_vec(),
        stream("", WORD),
        format!("<</First {first} 0 R>>").into_bytes(),
    ];
    for number in first..first + entries {
        let mut item = String::from("<</Title(A)/Dest[3 0 R /Fit]");
        write!(item, "/Next {} 0 R>>", number + 1).unwrap();
        objects.push(item.into_bytes());
    }
    let _ = ends(&assemble(&objects, "/Root 1 0 R")).await;
}

#[tokio::test]
async fn garbage_behind_the_mark_is_damaged_not_empty() {
    let mut garbage = b"%PDF-1.7\n".to_vec();
    garbage.extend((0..40_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    assert_eq!(ends(&garbage).await.unwrap_err(), "pdf_damaged");
}

//! Files that are no good, and what the student is told.

use ultudy_content::{ExtractLimits, Probe};

use crate::{
    harness::{code, document, extractor, file, names, read, with_limits},
    pdf_file::{Page, PdfFile, assemble, stream},
};

fn small_book() -> PdfFile {
    PdfFile::default().pages(["one", "two", "three"].map(|word| Page::new().text(&[word])))
}

async fn probe(bytes: &[u8]) -> Probe {
    extractor().probe(file(bytes)).await.unwrap()
}

#[tokio::test]
async fn a_good_file_is_readable() {
    assert_eq!(
        probe(&small_book().build()).await,
        Probe::Readable { pages: 3 }
    );
}

#[tokio::test]
async fn the_marks_of_a_pdf_alone_are_empty() {
    let bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\ntrailer<<>>\nstartxref\n9\n%%EOF";
    assert_eq!(probe(bytes).await, Probe::Empty);
    assert_eq!(code(read(&extractor(), bytes).await), "pdf_empty");
}

#[tokio::test]
async fn a_file_without_pages_is_empty() {
    let bytes = PdfFile::default().build();
    assert_eq!(code(read(&extractor(), &bytes).await), "pdf_empty");
}

#[tokio::test]
async fn something_else_is_damaged() {
    for bytes in [
        b"GIF89a not a PDF at all, whatever its name says".as_slice(),
        b"",
        b"%PDF-1.7 1 0 obj",
    ] {
        assert_eq!(code(read(&extractor(), bytes).await), "pdf_damaged");
        assert_eq!(probe(bytes).await, Probe::Unclear);
    }
}

#[tokio::test]
async fn an_object_whose_head_is_no_text_crashes_nothing() {
    // The library takes such bytes for text, and stumbles.
    let book = small_book().build();
    for number in 1..=8 {
        let head = format!("\n{number} 0 obj");
        let head = book
            .windows(head.len())
            .position(|part| part == head.as_bytes());
        let mut book = book.clone();
        book[head.unwrap() + 2] = 0xff;
        match read(&extractor(), &book).await {
            Ok(document) => assert!(!document.sections.is_empty()),
            failed => assert_eq!(code(failed), "pdf_damaged", "{number}"),
        }
    }
}

#[tokio::test]
async fn a_file_cut_off_gives_what_is_left_or_is_damaged() {
    let whole = small_book().build();
    for length in (0..whole.len()).step_by(97) {
        match read(&extractor(), &whole[..length]).await {
            Ok(document) => assert!(!document.sections.is_empty()),
            failed => {
                let code = code(failed);
                assert!(
                    ["pdf_damaged", "pdf_empty"].contains(&code.as_str()),
                    "{code}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_password_is_asked_for() {
    // The hashes of no password anyone knows.
    let hash = "ab".repeat(32);
    let encrypt =
        format!("/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{hash}>/U<{hash}>>>/ID[<00><00>]");
    let bytes = small_book().trailer(&encrypt).build();
    assert_eq!(probe(&bytes).await, Probe::Encrypted);
    assert_eq!(code(read(&extractor(), &bytes).await), "pdf_encrypted");
}

#[tokio::test]
async fn more_pages_than_allowed_are_refused_with_the_number() {
    let limits = ExtractLimits {
        pages_max: 2,
        ..ExtractLimits::default()
    };
    let error = read(&with_limits(limits), &small_book().build())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("more than 2 pages"), "{error}");
    assert_eq!(code(Err(error)), "pdf_too_many_pages");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_costs_no_other() {
    let mut bytes = small_book().build();
    let second = b"BT /F1 11 Tf 72 706.8 Td (two) Tj ET";
    let at = bytes
        .windows(second.len())
        .position(|part| part == second)
        .unwrap();
    bytes[at..at + second.len()].fill(b'\xff');
    let document = document(&bytes).await;
    assert_eq!(document.page_count, 3);
    assert_eq!(document.unreadable_pages, [2]);
    assert!(document.sections[0].markdown.contains("three"));
}

#[tokio::test]
async fn a_page_tree_that_loops_ends() {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>".to_vec(),
        stream("", b"BT ET"),
    ];
    let ended = read(&extractor(), &assemble(&objects, "/Root 1 0 R")).await;
    assert!(ended.is_ok() || code(ended) == "pdf_damaged");
}

#[tokio::test]
async fn an_outline_that_loops_still_names_sections() {
    let mut bytes = small_book()
        .entry(1, "Sets", 1, None)
        .entry(1, "Maps", 2, None)
        .build();
    // The last item leads back to the first.
    let (item, next) = (
        b"/Title(Maps)/Dest[10 0 R /Fit]",
        b"/Title(Maps)/Next 14 0 R/Dest[10 0 R]",
    );
    let at = bytes
        .windows(item.len())
        .position(|part| part == item)
        .unwrap();
    bytes.splice(at..at + item.len(), next.iter().copied());
    let document = document(&bytes).await;
    assert_eq!(names(&document.sections), [("Sets · Maps", 1, 3)]);
}

#[tokio::test]
async fn a_scan_has_sections_and_no_text() {
    let bytes = PdfFile::default().pages([Page::new(), Page::new()]).build();
    let document = document(&bytes).await;
    assert_eq!(names(&document.sections), [("Pages 1–2", 1, 2)]);
    assert_eq!(document.unreadable_pages, [1, 2]);
}

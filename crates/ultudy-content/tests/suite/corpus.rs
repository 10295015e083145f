//! Real course material, where it is at hand beside the checkout.

use std::{path::PathBuf, time::Duration};

use tokio_util::sync::CancellationToken;
use ultudy_content::{ExtractError, ExtractLimits, Probe};
use ultudy_domain::{
    document::{ExtractedDocument, Sectioning},
    section::{PAGES_MAX, split_pages},
};

use crate::harness::{names, with_limits};

/// Its PDFs by name; none where there is no corpus.
pub fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    files.sort();
    files
}

/// The file whose name begins so; `None` where there is no corpus.
fn corpus(prefix: &str) -> Option<PathBuf> {
    let named = |path: &PathBuf| {
        path.file_name()?
            .to_str()?
            .starts_with(prefix)
            .then_some(())
    };
    files().into_iter().find(|path| named(path).is_some())
}

fn limits() -> ExtractLimits {
    ExtractLimits {
        // Unoptimised code on a busy machine.
        cpu: Duration::from_secs(300),
        wall: Duration::from_secs(600),
        ..ExtractLimits::default()
    }
}

async fn extract(path: &PathBuf) -> Result<ExtractedDocument, ExtractError> {
    let file = std::fs::File::open(path).unwrap();
    let cancel = CancellationToken::new();
    with_limits(limits())
        .extract(file, &mut |_| {}, &cancel)
        .await
}

/// Reads a file that must be read, and checks what holds for every document.
async fn read(prefix: &str) -> Option<ExtractedDocument> {
    let document = extract(&corpus(prefix)?).await.unwrap();
    assert!(!document.sections.is_empty());
    let mut last_start = 0;
    for section in &document.sections {
        let (start, end) = (section.page_start, section.page_end);
        assert!(
            last_start <= start && start <= end && end <= document.page_count,
            "{section:?}"
        );
        assert!(
            end - start < PAGES_MAX,
            "{} has {start} to {end}",
            section.name
        );
        assert!(!section.name.trim().is_empty());
        let pages = split_pages(&section.markdown, start);
        assert!(pages.iter().all(|(page, _)| (start..=end).contains(page)));
        last_start = start;
    }
    Some(document)
}

#[tokio::test]
async fn textbooks_are_divided_by_their_outline() {
    for (prefix, pages, section) in [
        ("02", 214, "Sequences and Convergence"),
        ("03", 117, "1.5 Kompaktheit"),
        ("04", 175, "A*探索"),
    ] {
        let Some(document) = read(prefix).await else {
            return;
        };
        assert_eq!(document.page_count, pages);
        assert_eq!(document.sectioning, Sectioning::Outline);
        let names = names(&document.sections);
        assert!(
            names.iter().any(|(name, ..)| name.contains(section)),
            "{names:?}"
        );
    }
}

#[tokio::test]
async fn a_book_of_900_pages_fits_the_product_s_memory_limit() {
    let Some(document) = read("01").await else {
        return;
    };
    assert_eq!(document.page_count, 894);
    assert!(
        document.sections.len() > 80,
        "{:?}",
        names(&document.sections)
    );
    assert!(
        document.unreadable_pages.len() < 10,
        "{:?}",
        document.unreadable_pages
    );
}

#[tokio::test]
async fn nested_and_mistitled_outlines_are_followed() {
    let Some(document) = read("21").await else {
        return;
    };
    let expected = [
        ("1. Introduction", 1, 3),
        ("2. Main Content", 4, 6),
        ("3. Conclusion", 7, 9),
    ];
    assert_eq!(names(&document.sections), expected);
    assert!(read("22").await.is_some());
}

#[tokio::test]
async fn slides_scans_and_other_scripts_are_read_without_an_outline() {
    for (prefix, unreadable) in [
        ("09", false),
        ("10", true),
        ("12", true),
        ("13", false),
        ("20", true),
    ] {
        let Some(document) = read(prefix).await else {
            return;
        };
        let sectioning = if prefix == "09" {
            Sectioning::Headings
        } else {
            Sectioning::EqualParts
        };
        assert_eq!(document.sectioning, sectioning, "{prefix}");
        assert_eq!(document.unreadable_pages == [1], unreadable, "{prefix}");
    }
}

#[tokio::test]
async fn an_owner_s_password_does_not_keep_a_reader_out() {
    let Some(document) = read("16").await else {
        return;
    };
    assert_eq!(document.page_count, 30);
    assert!(
        document.sections[0].markdown.contains("Potato"),
        "{:?}",
        document.sections
    );
}

#[tokio::test]
async fn a_user_s_password_is_asked_for_at_once() {
    let Some(path) = corpus("15") else { return };
    let probe = with_limits(limits())
        .probe(std::fs::File::open(&path).unwrap())
        .await;
    assert_eq!(probe.unwrap(), Probe::Encrypted);
    let ended = extract(&path).await;
    assert!(
        matches!(&ended, Err(ExtractError::File(f)) if f.code == "pdf_encrypted"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn broken_files_give_what_they_hold_or_a_reason() {
    for (prefix, codes) in [
        ("17", [].as_slice()),
        ("18", &["pdf_damaged"]),
        ("19", &["pdf_empty"]),
    ] {
        let Some(path) = corpus(prefix) else { return };
        match extract(&path).await {
            Ok(document) => assert_ne!(prefix, "19", "{document:?}"),
            Err(ExtractError::File(failure)) => assert!(codes.contains(&failure.code.as_str())),
            Err(error) => panic!("{prefix}: {error}"),
        }
    }
}

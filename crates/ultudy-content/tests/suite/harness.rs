//! Extractors over this crate's own child program.

use std::{
    fs::File,
    io::{Seek, Write},
    path::PathBuf,
};

use tokio_util::sync::CancellationToken;
use ultudy_content::{ExtractError, ExtractLimits, Extractor};
use ultudy_domain::{document::ExtractedDocument, section::ExtractedSection};

/// The child program.
pub fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_ultudy-extract").into()
}

/// An extractor with the product's limits.
pub fn extractor() -> Extractor {
    with_limits(ExtractLimits::default())
}

/// An extractor with other limits.
pub fn with_limits(limits: ExtractLimits) -> Extractor {
    Extractor::new(program(), Vec::new(), limits)
}

/// An extractor whose child is a shell script; the limits' words are its parameters.
pub fn scripted(script: &str, limits: ExtractLimits) -> Extractor {
    let args = vec!["-c".to_owned(), script.to_owned()];
    Extractor::new("/bin/sh".into(), args, limits)
}

/// A file of these bytes, without a name.
pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// Reads a file with nobody watching.
pub async fn read(extractor: &Extractor, bytes: &[u8]) -> Result<ExtractedDocument, ExtractError> {
    let cancel = CancellationToken::new();
    extractor.extract(file(bytes), &mut |_| {}, &cancel).await
}

/// Reads a good file.
pub async fn document(bytes: &[u8]) -> ExtractedDocument {
    read(&extractor(), bytes).await.unwrap()
}

/// Reads a good file of one section and answers its Markdown.
pub async fn markdown(bytes: &[u8]) -> String {
    let document = document(bytes).await;
    let [section] = document.sections.as_slice() else {
        panic!("one section, not {:?}", names(&document.sections));
    };
    section.markdown.clone()
}

/// Names and pages of sections.
pub fn names(sections: &[ExtractedSection]) -> Vec<(&str, u32, u32)> {
    sections
        .iter()
        .map(|section| (section.name.as_str(), section.page_start, section.page_end))
        .collect()
}

/// The code a reading failed with.
pub fn code(result: Result<ExtractedDocument, ExtractError>) -> String {
    match result {
        Err(ExtractError::File(failure)) => {
            assert!(failure.message.ends_with('.'), "{}", failure.message);
            failure.code
        }
        other => panic!("a fault of the file, not {other:?}"),
    }
}

/// All text of a good file.
pub async fn text(bytes: &[u8]) -> String {
    let cancel = CancellationToken::new();
    extractor().text(file(bytes), &cancel).await.unwrap()
}

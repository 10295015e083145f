//! Encrypted files: an owner's password keeps nobody out, a user's does.

use std::{path::Path, process::Command};

use ultudy_content::Probe;

use crate::{
    harness::{code, document, extractor, file, read},
    pdf_file::{Page, PdfFile},
};

/// Kinds of encryption, as options of qpdf after the passwords.
const KINDS: [(&str, &[&str]); 4] = [
    ("RC4, 40 bits", &["40"]),
    ("RC4, 128 bits", &["128", "--use-aes=n"]),
    ("AES, 128 bits", &["128", "--use-aes=y"]),
    ("AES, 256 bits", &["256"]),
];

/// A book of one page, encrypted by qpdf.
fn encrypted(folder: &Path, user: &str, kind: &[&str]) -> Vec<u8> {
    let (plain, secret) = (folder.join("plain.pdf"), folder.join("secret.pdf"));
    let page = Page::new().text(&["What only the owner may change."]);
    std::fs::write(&plain, PdfFile::default().page(page).build()).unwrap();
    let done = Command::new("qpdf")
        .args(["--allow-weak-crypto", "--encrypt", user, "owner"])
        .args(kind)
        .arg("--")
        .args([&plain, &secret])
        .status()
        .unwrap();
    assert!(done.success(), "qpdf {kind:?}: {done}");
    std::fs::read(&secret).unwrap()
}

#[tokio::test]
async fn an_owner_s_password_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in KINDS {
        let bytes = encrypted(folder.path(), "", kind);
        let probed = extractor().probe(file(&bytes)).await.unwrap();
        assert_eq!(probed, Probe::Readable { pages: 1 }, "{name}");
        let text = &document(&bytes).await.sections[0].markdown;
        assert!(
            text.contains("What only the owner may change."),
            "{name}: {text}"
        );
    }
}

#[tokio::test]
async fn a_user_s_password_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in KINDS {
        let bytes = encrypted(folder.path(), "user", kind);
        let probed = extractor().probe(file(&bytes)).await.unwrap();
        assert_eq!(probed, Probe::Encrypted, "{name}");
        assert_eq!(
            code(read(&extractor(), &bytes).await),
            "pdf_encrypted",
            "{name}"
        );
    }
}

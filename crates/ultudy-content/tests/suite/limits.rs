//! Files that would take too much.

use std::{io::Write, process::Stdio, time::Duration};

use flate2::{Compression, write::ZlibEncoder};
use ultudy_content::{ExtractLimits, Probe};

use crate::{
    harness::{code, document, extractor, file, program, read, with_limits},
    pdf_file::{Face, Page, PdfFile, assemble, stream},
};

const SMALL: ExtractLimits = ExtractLimits {
    memory_bytes: 96 << 20,
    cpu: Duration::from_secs(1),
    wall: Duration::from_secs(120),
    pages_max: 2_000,
};

/// A page whose content unpacks from a few kilobytes to a quarter of a gigabyte of spaces.
fn bomb() -> Vec<u8> {
    let runs = [0x81, b' '].repeat(2 << 20);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&runs).unwrap();
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R\
          /Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
            .to_vec(),
        stream(
            "/Filter[/FlateDecode/RunLengthDecode]",
            &packed.finish().unwrap(),
        ),
    ];
    assemble(&objects, "/Root 1 0 R")
}

/// Hundreds of pages of very many words each.
fn endless() -> Vec<u8> {
    let words: String = (0..20_000)
        .map(|n| format!("BT /F1 5 Tf {} {} Td (a) Tj ET\n", n % 600, n / 30))
        .collect();
    PdfFile::default()
        .pages((0..40).map(|_| Page::raw(words.clone())))
        .build()
}

#[tokio::test]
async fn a_file_that_unpacks_beyond_the_memory_limit_is_refused() {
    let limits = ExtractLimits {
        cpu: Duration::from_secs(60),
        ..SMALL
    };
    assert_eq!(
        code(read(&with_limits(limits), &bomb()).await),
        "pdf_too_much_memory"
    );
}

#[tokio::test]
async fn a_file_that_takes_beyond_the_time_limit_is_refused() {
    let limits = ExtractLimits {
        memory_bytes: 1 << 30,
        ..SMALL
    };
    assert_eq!(
        code(read(&with_limits(limits), &endless()).await),
        "pdf_too_slow"
    );
}

#[tokio::test]
async fn a_file_of_more_text_than_any_book_has_is_refused() {
    let line = "A word and another one. ".repeat(2_000);
    let page = (1..=20).fold(Page::new(), |page, _| page.line(Face::Plain, 8.0, &line));
    let bytes = PdfFile::default().pages(vec![page; 19]).build();
    assert_eq!(
        code(read(&extractor(), &bytes).await),
        "pdf_too_much_memory"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_judged_quickly_is_left_to_the_full_reading() {
    // No room for as much as the file itself.
    let limits = ExtractLimits {
        memory_bytes: 64 << 20,
        ..SMALL
    };
    let mut bytes = PdfFile::default().page(Page::new().text(&["one"])).build();
    bytes.resize(100 << 20, b' ');
    assert_eq!(
        with_limits(limits).probe(file(&bytes)).await.unwrap(),
        Probe::Unclear
    );
    assert_eq!(
        code(read(&with_limits(limits), &bytes).await),
        "pdf_too_much_memory"
    );
}

#[tokio::test]
async fn after_a_bomb_the_next_file_reads_as_ever() {
    let good = PdfFile::default().page(Page::new().text(&["one"])).build();
    let (bomb, beside) = (bomb(), extractor());
    let small = with_limits(SMALL);
    let (exploded, read_beside) = tokio::join!(read(&small, &bomb), read(&beside, &good));
    assert!(exploded.is_err());
    assert_eq!(read_beside.unwrap(), document(&good).await);
}

#[test]
fn the_limits_stand_before_the_file_is_looked_at() {
    let mut child = std::process::Command::new(program())
        .args(["--memory=100000000", "--cpu=7"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // More than a pipe holds: when it is written, the child is reading.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![b' '; 1 << 20]).unwrap();
    let about = |file| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap();
    let (limits, status) = (about("limits"), about("status"));
    drop(stdin);
    child.wait().unwrap();
    for (name, soft) in [
        ("Max cpu time", "7"),
        ("Max address space", "100000000"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
        ("Max open files", "16"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(
            line[name.len()..].split_whitespace().next(),
            Some(soft),
            "{line}"
        );
    }
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
}

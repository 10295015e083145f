//! How children end, and what is made of it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use ultudy_content::{ExtractError, ExtractLimits, ExtractProgress, Extractor};

use crate::{
    harness::{code, extractor, file, program, read, scripted},
    pdf_file::{Page, PdfFile},
};

fn book() -> Vec<u8> {
    let page = Page::new().text(&["A line of text that stands on the page."; 40]);
    PdfFile::default().pages(vec![page; 300]).build()
}

#[tokio::test]
async fn progress_goes_up_to_the_last_page() {
    let mut seen: Vec<ExtractProgress> = Vec::new();
    let cancel = CancellationToken::new();
    let note = &mut |at| seen.push(at);
    extractor()
        .extract(file(&book()), note, &cancel)
        .await
        .unwrap();
    assert!(
        seen.len() > 10 && seen.iter().all(|at| at.pages_total == 300),
        "{seen:?}"
    );
    assert!(
        seen.windows(2)
            .all(|pair| pair[0].pages_done < pair[1].pages_done),
        "{seen:?}"
    );
    assert_eq!(seen.last().map(|at| at.pages_done), Some(300));
}

#[tokio::test]
async fn a_reading_is_stopped_in_the_middle() {
    let cancel = CancellationToken::new();
    let mut last = 0;
    let note = &mut |at: ExtractProgress| {
        last = at.pages_done;
        cancel.cancel();
    };
    let ended = extractor().extract(file(&book()), note, &cancel).await;
    assert!(matches!(ended, Err(ExtractError::Cancelled)), "{ended:?}");
}

#[tokio::test]
async fn a_reader_that_crashes_is_the_file_s_fault() {
    let crashing = scripted("kill -SEGV $$", ExtractLimits::default());
    assert_eq!(code(read(&crashing, b"").await), "pdf_crashed_reader");
}

#[tokio::test]
async fn a_reader_that_is_killed_is_not() {
    let killed = scripted("kill -KILL $$", ExtractLimits::default());
    let ended = read(&killed, b"").await;
    assert!(matches!(ended, Err(ExtractError::Process(_))), "{ended:?}");
}

#[tokio::test]
async fn a_reader_that_only_waits_is_ended() {
    let limits = ExtractLimits {
        wall: Duration::from_millis(50),
        ..ExtractLimits::default()
    };
    assert_eq!(
        code(read(&scripted("exec sleep 1000", limits), b"").await),
        "pdf_too_slow"
    );
}

#[tokio::test]
async fn a_reader_that_talks_nonsense_or_without_end_is_ended() {
    for script in ["echo nonsense; exec sleep 1000", "exec cat /dev/zero"] {
        let babbling = scripted(script, ExtractLimits::default());
        assert_eq!(code(read(&babbling, b"").await), "pdf_crashed_reader");
    }
}

#[tokio::test]
async fn a_reader_that_does_not_exist_is_our_fault() {
    let missing = Extractor::new(
        "/nowhere/reader".into(),
        Vec::new(),
        ExtractLimits::default(),
    );
    assert!(matches!(
        read(&missing, b"").await,
        Err(ExtractError::Process(_))
    ));
    assert!(missing.probe(file(b"")).await.is_err());
}

#[test]
fn the_child_dies_with_its_parent() {
    // A shell as parent: it starts the child on its own input, says so, and waits.
    let script = format!(
        "exec 3<&0; {:?} --parent=$$ <&3 & echo started; wait",
        program()
    );
    let mut parent = Command::new("/bin/sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let input = parent.stdin.take().unwrap();
    let mut output = BufReader::new(parent.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "started\n");
    parent.kill().unwrap();
    parent.wait().unwrap();
    // The child holds the other end of this pipe as long as it lives, and its own input
    // is still open.
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    drop(input);
}

//! Pages that are pictures, read by Tesseract.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use flate2::{Compression, write::ZlibEncoder};
use tokio_util::sync::CancellationToken;
use ultudy_content::{
    ExtractError, ExtractProgress, Extractor, Recogniser, RecognitionLimits, Stage,
};

use crate::{
    harness::{extractor, file, program, read},
    pdf_file::{assemble, stream},
};

/// Where a page of the sample course has running text.
const TEXT_PAGE: u32 = 2;

/// A page of the sample course, drawn: its width and its grey pixels.
fn drawn(page: u32) -> (u64, Vec<u8>) {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/course.pdf");
    let said = Command::new(program())
        .arg(format!("--picture={page}"))
        .stdin(File::open(course).unwrap())
        .stderr(Stdio::null())
        .output()
        .unwrap()
        .stdout;
    let end = said.iter().position(|byte| *byte == b'\n').unwrap();
    let shape: serde_json::Value = serde_json::from_slice(&said[..end]).unwrap();
    let width = shape["width"].as_u64().unwrap();
    (width, said[end + 1..].to_vec())
}

/// A scan of some lines of text, on each page turned by so many degrees.
fn scan(degrees: &[f64]) -> Vec<u8> {
    let (width, pixels) = drawn(TEXT_PAGE);
    // A band of the page, not through a line: unoptimised code is slow with pictures.
    let rows: Vec<&[u8]> = pixels.chunks(usize::try_from(width).unwrap()).collect();
    let paper = |row: &&[u8]| row.iter().all(|pixel| *pixel > 200);
    let space_from = |share: usize| {
        let from = rows.len() * share / 100;
        from + rows[from..].iter().position(paper).unwrap()
    };
    let band = rows[space_from(15)..space_from(40)].concat();
    picture_book(width, band.len() as u64 / width, &band, degrees)
}

/// A scan without any text, small and quick to draw.
fn smudge() -> Vec<u8> {
    let bars: Vec<u8> = (0..100 * 50)
        .map(|n| if n / 500 % 2 == 0 { 20 } else { 240 })
        .collect();
    picture_book(100, 50, &bars, &[0.0])
}

/// A picture of 300 pixels to an inch on each page, turned by so many degrees.
pub fn picture_book(width: u64, height: u64, pixels: &[u8], degrees: &[f64]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(pixels).unwrap();
    let image = format!(
        "/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8\
         /ColorSpace/DeviceGray/Filter/FlateDecode"
    );
    // In hundredths of a point.
    let (w, h) = (width * 24, height * 24);
    let mut kids = String::new();
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        Vec::new(),
        stream(&image, &packed.finish().unwrap()),
    ];
    for angle in degrees {
        let number = objects.len() + 1;
        kids += &format!("{number} 0 R ");
        let (sin, cos) = angle.to_radians().sin_cos();
        let draw = format!(
            ".01 0 0 .01 0 0 cm 1 0 0 1 {} {} cm {cos} {sin} {} {cos} 0 0 cm \
             {w} 0 0 {h} -{} -{} cm /X Do",
            w / 2,
            h / 2,
            -sin,
            w / 2,
            h / 2
        );
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Contents {} 0 R\
                 /Resources<</XObject<</X 3 0 R>>>>>>",
                w / 100,
                h / 100,
                number + 1
            )
            .into_bytes(),
        );
        objects.push(stream("", draw.as_bytes()));
    }
    objects[1] = format!("<</Type/Pages/Count {}/Kids[{kids}]>>", degrees.len()).into_bytes();
    assemble(&objects, "/Root 1 0 R")
}

/// Installed by `cargo xtask test`.
fn tesseract() -> PathBuf {
    Recogniser::find_program().unwrap()
}

/// What reads scans with this program in place of Tesseract.
fn reading(program: PathBuf, limits: RecognitionLimits) -> Extractor {
    let limits = RecognitionLimits {
        // Unoptimised code on a busy machine.
        page_cpu: limits.page_cpu.min(Duration::from_secs(120)),
        ..limits
    };
    let recogniser = Recogniser::new(program, vec!["eng".into()], limits);
    extractor().with_recogniser(Some(recogniser))
}

fn slowly() -> RecognitionLimits {
    RecognitionLimits {
        page_wall: Duration::from_secs(300),
        ..RecognitionLimits::default()
    }
}

/// Letters of a text, to compare what is the same but for its layout.
fn letters(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() > 3)
        .collect()
}

#[tokio::test]
async fn a_scan_is_read_straight_or_askew() {
    are_read(&scan(&[0.0, 4.0]), &[1, 2]).await;
}

#[tokio::test]
async fn a_scan_is_read_upside_down_or_sideways() {
    are_read(&scan(&[180.0]), &[1]).await;
    for quarter in [90, 270] {
        are_read(&turned(&scan(&[0.0]), quarter), &[1]).await;
    }
}

/// A scan of one page that shows it turned.
fn turned(scan: &[u8], degrees: u16) -> Vec<u8> {
    // As long as what it stands for: the table of the file's objects stays right.
    let (plain, turned) = (b"/Type/Page/Parent 2 0 R", format!("/Rotate {degrees} "));
    let at = scan.windows(plain.len()).position(|part| part == plain);
    let at = at.unwrap();
    let mut scan = scan.to_vec();
    let type_at = at + "/Type/Page".len();
    assert!(turned.len() <= "/Parent 2 0 R".len());
    let padded = format!("{turned:<13}");
    scan[type_at..type_at + padded.len()].copy_from_slice(padded.as_bytes());
    scan
}

/// Each page's words, nearly all, are those of the sample course.
async fn are_read(scan: &[u8], pages: &[u32]) {
    let document = read(&reading(tesseract(), slowly()), scan).await.unwrap();
    assert_eq!(document.recognised_pages, pages);
    assert_eq!(document.unreadable_pages, [0; 0]);
    assert_eq!(document.language.as_deref(), Some("en"));
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/course.pdf");
    let whole = read(&extractor(), &std::fs::read(course).unwrap())
        .await
        .unwrap();
    let printed: String = whole.sections.iter().map(|s| s.markdown.as_str()).collect();
    let printed = letters(&printed);
    for section in &document.sections {
        let words = letters(&section.markdown);
        let wrong: Vec<_> = words
            .iter()
            .filter(|word| !printed.contains(word))
            .collect();
        assert!(
            words.len() > 40 && wrong.len() * 20 < words.len(),
            "{wrong:?} of {}",
            words.len()
        );
    }
}

#[tokio::test]
async fn the_plain_text_of_a_scan_is_recognised_too() {
    let extractor = reading(tesseract(), slowly());
    let text = extractor
        .text(file(&scan(&[0.0])), &CancellationToken::new())
        .await
        .unwrap();
    assert!(letters(&text).len() > 20, "{text}");
}

#[tokio::test]
async fn without_a_recogniser_a_scan_is_told_to_be_one() {
    let document = read(&extractor(), &scan(&[0.0])).await.unwrap();
    assert_eq!(document.recognised_pages, [0; 0]);
    assert_eq!(document.unreadable_pages, [1]);
    assert_eq!(document.language, None);
}

#[tokio::test]
async fn what_is_over_the_budget_stays_unread() {
    let limits = RecognitionLimits {
        pages_max: 1,
        ..slowly()
    };
    let document = read(&reading(tesseract(), limits), &scan(&[0.0, 0.0]))
        .await
        .unwrap();
    assert_eq!(document.recognised_pages, [1]);
    assert_eq!(document.unreadable_pages, [2]);
}

#[tokio::test]
async fn a_blank_page_lacks_nothing() {
    let blank = crate::pdf_file::PdfFile::default()
        .page(crate::pdf_file::Page::new())
        .build();
    let document = read(&reading(tesseract(), slowly()), &blank).await.unwrap();
    assert_eq!(document.recognised_pages, [0; 0]);
    assert_eq!(document.unreadable_pages, [0; 0]);
}

#[tokio::test]
async fn cancelling_ends_the_recognition() {
    let cancel = CancellationToken::new();
    let mut stages = Vec::new();
    let note = &mut |at: ExtractProgress| {
        stages.push(at.stage);
        if at.stage == Stage::Recognising {
            cancel.cancel();
        }
    };
    let ended = reading(tesseract(), slowly())
        .extract(file(&smudge()), note, &cancel)
        .await;
    assert!(matches!(ended, Err(ExtractError::Cancelled)), "{ended:?}");
    assert_eq!(stages, [Stage::Reading, Stage::Recognising]);
}

/// A program that lists a language like Tesseract, and otherwise does this.
fn pretender(folder: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("tesseract");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo List:; echo eng; exit; fi\n{script}\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_recogniser_that_crashes_hangs_or_babbles_costs_only_its_page() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "kill -SEGV $$",
        "exit 1",
        "exec sleep 1000",
        "exec cat /dev/zero",
        "echo nonsense",
    ] {
        let limits = RecognitionLimits {
            // Long enough to draw the page where the script is what hangs.
            page_wall: Duration::from_secs(10),
            ..RecognitionLimits::default()
        };
        let extractor = reading(pretender(folder.path(), script), limits);
        let document = read(&extractor, &smudge()).await.unwrap();
        assert_eq!(document.unreadable_pages, [1], "{script}");
    }
}

#[tokio::test]
async fn a_recogniser_can_neither_write_nor_read_what_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    std::fs::write(&secret, "secret").unwrap();
    let row = "printf '5\\t1\\t1\\t1\\t1\\t1\\t10\\t10\\t400\\t40\\t95\\t%s\\n'";
    let script = format!(
        "cat >/dev/null; S=$(cat {secret:?} 2>/dev/null || echo denied)\n\
         (echo x > {:?}) 2>/dev/null\n\
         {row} \"$S\"",
        folder.path().join("written")
    );
    let extractor = reading(
        pretender(folder.path(), &script),
        RecognitionLimits::default(),
    );
    let document = read(&extractor, &smudge()).await.unwrap();
    let written = std::fs::metadata(folder.path().join("written")).map_or(0, |file| file.len());
    assert_eq!(written, 0);
    // A kernel without landlock denies only the writing.
    if Path::new("/sys/kernel/security/landlock").exists() {
        assert!(
            document.sections[0].markdown.contains("denied"),
            "{document:?}"
        );
    }
}

#[tokio::test]
async fn a_recogniser_killed_from_outside_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let killed = pretender(folder.path(), "kill -KILL $$");
    let ended = read(&reading(killed, RecognitionLimits::default()), &smudge()).await;
    assert!(matches!(ended, Err(ExtractError::Process(_))), "{ended:?}");
}

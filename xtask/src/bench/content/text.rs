//! All of a file's text against what good extractors read.

use std::{ffi::OsString, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tempfile::tempdir;

use super::{Bench, book, shown};
use crate::bench::{
    report::{Promise, Table},
    study,
};

/// The books and the agreement with the best peer that is promised.
const BOOKS: [(&str, f64); 3] = [("01", 0.985), ("02", 0.985), ("03", 0.96)];
const PEERS: [&str; 3] = ["pymupdf", "pdfium", "pdfjs"];

/// Compares the words, each as often as it stands there.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let mut rows = Vec::new();
    for (number, least) in BOOKS {
        let agreement = agreement(bench, number)?;
        let of = |left: &str, right: &str| {
            let pairs = [format!("{left}~{right}"), format!("{right}~{left}")];
            pairs.iter().find_map(|pair| agreement["f1"][pair].as_f64())
        };
        let ours = PEERS.map(|peer| of("ours", peer));
        let best = ours.iter().flatten().copied().fold(0.0, f64::max);
        bench.report.promised(
            format!("{number}: F1 of the words with the best extractor"),
            best,
            "",
            Promise::AtLeast(least),
        );
        let among = [
            ("pymupdf", "pdfium"),
            ("pymupdf", "pdfjs"),
            ("pdfium", "pdfjs"),
        ];
        let figures = ours
            .into_iter()
            .chain(among.map(|(left, right)| of(left, right)));
        let cells = figures.map(|figure| figure.map_or_else(String::new, shown));
        rows.push(std::iter::once(number.to_owned()).chain(cells).collect());
    }
    bench.report.tables.push(Table {
        title: "Text: F1 of the words",
        head: vec![
            "Book",
            "Ours and MuPDF",
            "Ours and pdfium",
            "Ours and pdf.js",
            "MuPDF and pdfium",
            "MuPDF and pdf.js",
            "pdfium and pdf.js",
        ],
        rows,
    });
    Ok(())
}

/// What the instrument says of the words.
fn agreement(bench: &Bench<'_>, number: &str) -> Result<Value> {
    let book = book(number)?;
    let folder = tempdir()?;
    let mut words: Vec<OsString> = vec![
        book.clone().into(),
        "--only".into(),
        "pymupdf,pdfium".into(),
    ];
    let ours = study::text(&bench.programs.ultudy, &book, "text")?;
    let texts = [
        ("ours", Some(ours)),
        ("pdfjs", bench.tools.pdfjs_text(&book)?),
    ];
    for (name, text) in texts {
        let Some(text) = text else { continue };
        let file = folder.path().join(name);
        fs::write(&file, text)?;
        words.push(format!("{name}={}", file.display()).into());
    }
    let words: Vec<_> = words.iter().map(OsString::as_os_str).collect();
    let printed = bench.tools.run("text_agree.py", &words)?;
    let views = printed
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut views = views.filter(|view| view["view"] == "words");
    views.next().context("the instrument does not count words")
}

//! The concepts of a book whose index is taken out, against that index.

use std::{ffi::OsStr, fs};

use anyhow::Result;
use serde_json::Value;
use tempfile::tempdir;

use super::{Bench, book, peers, shown};
use crate::bench::{
    report::{Promise, Table},
    study,
};

const SCRIPT: &str = "index_terms.py";
/// The books and the languages of their indexes.
const BOOKS: [(&str, &str); 3] = [("01", "english"), ("02", "english"), ("03", "german")];
/// How many concepts are looked at, and the promised mean share that stands in the index.
const TOPS: [(&str, f64); 2] = [("equal@50", 0.40), ("equal@100", 0.35)];

/// Scores the ranked concepts.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let peers = peers::table(&bench.tools.readme()?, &["01", "02", "03"]);
    let mut rows = vec![vec!["ours".to_owned()]];
    let mut sums = [0.0; 2];
    for (number, language) in BOOKS {
        let score = score(bench, number, language)?;
        let shares = TOPS.map(|(top, _)| score[top].as_f64().unwrap_or_default());
        for (sum, share) in sums.iter_mut().zip(shares) {
            *sum += share;
        }
        rows[0].push(shares.map(shown).join(" / "));
    }
    for (place, (top, least)) in TOPS.into_iter().enumerate() {
        let mean = sums[place] / BOOKS.len() as f64;
        let best = peers.iter().map(|peer| mean_of(&peer.cells, place));
        let ahead = best.fold(least, f64::max);
        let what = format!("{top}: concepts that stand in the index, mean, ahead of every peer");
        bench
            .report
            .promised(what, mean, "", Promise::AtLeast(ahead));
    }
    rows.extend(
        peers
            .into_iter()
            .map(|peer| [vec![peer.name], peer.cells].concat()),
    );
    bench.report.tables.push(Table {
        title: "Concepts that stand in the book's own index, of the first 50 / 100",
        head: vec!["", "01", "02", "03"],
        rows,
    });
    Ok(())
}

fn mean_of(cells: &[String], place: usize) -> f64 {
    let figures = cells.iter().filter_map(|cell| peers::number(cell, place));
    figures.sum::<f64>() / cells.len().max(1) as f64
}

fn score(bench: &Bench<'_>, number: &str, language: &str) -> Result<Value> {
    let book = book(number)?;
    let folder = tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let (stripped, terms, found) = (path("stripped.pdf"), path("terms.json"), path("found.json"));
    let tools = &bench.tools;
    tools.run(
        SCRIPT,
        &["strip".as_ref(), book.as_ref(), stripped.as_ref()],
    )?;
    fs::write(
        &terms,
        tools.run(SCRIPT, &["terms".as_ref(), book.as_ref()])?,
    )?;
    let studied = study::json(&bench.programs.ultudy, &stripped)?;
    fs::write(&found, studied["concepts"].to_string())?;
    let words: [&OsStr; 5] = [
        "score".as_ref(),
        terms.as_ref(),
        found.as_ref(),
        "--lang".as_ref(),
        language.as_ref(),
    ];
    tools.json(SCRIPT, &words)
}

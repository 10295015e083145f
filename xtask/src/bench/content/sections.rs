//! Headings found without the file's outline, against that outline; and the sections made with
//! it.

use std::{ffi::OsStr, fs, path::Path};

use anyhow::Result;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::{Bench, book, peers, shown};
use crate::bench::{
    report::{Promise, Table},
    study,
};

const SCRIPT: &str = "sections_bench.py";
const BOOKS: [&str; 4] = ["01", "02", "03", "04"];
/// The mean F1 promised.
const MEAN: f64 = 0.90;
/// The recall of the two upper levels promised.
const UPPER: f64 = 0.95;

/// Scores the headings found in the books without their outlines.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let peers = peers::table(&bench.tools.readme()?, &["01", "02", "03", "04", "mean"]);
    let mut ours = Vec::new();
    let mut rows = Vec::new();
    for (column, number) in BOOKS.iter().enumerate() {
        let score = score(bench, number)?;
        let of = |name: &str| score[name].as_f64().unwrap_or_default();
        let best = peers::best(&peers, column);
        bench.report.promised(
            format!("{number}: F1 of the headings, above the best peer"),
            of("f1"),
            "",
            Promise::AtLeast(((best + 0.001) * 1000.0).round() / 1000.0),
        );
        bench.report.promised(
            format!("{number}: recall of levels 1 and 2"),
            of("recall_l12"),
            "",
            Promise::AtLeast(UPPER),
        );
        ours.push(of("f1"));
        let figures = ["f1", "precision", "recall", "recall_l12"].map(|name| shown(of(name)));
        rows.push([&[(*number).to_owned()], &figures[..], &[shown(best)]].concat());
    }
    let mean = ours.iter().sum::<f64>() / BOOKS.len() as f64;
    bench
        .report
        .promised("mean F1 of the headings", mean, "", Promise::AtLeast(MEAN));
    bench.report.tables.push(Table {
        title: "Headings, outline hidden",
        head: vec![
            "Book",
            "F1",
            "Precision",
            "Recall",
            "Recall of levels 1–2",
            "Best peer's F1",
        ],
        rows,
    });
    bench.report.tables.push(Table {
        title: "Headings, F1 (recall of levels 1–2): the peers",
        head: vec!["", "01", "02", "03", "04", "Mean"],
        rows: peers
            .into_iter()
            .map(|peer| [vec![peer.name], peer.cells].concat())
            .collect(),
    });
    Ok(())
}

fn score(bench: &Bench<'_>, number: &str) -> Result<Value> {
    let book = book(number)?;
    let folder = tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let stripped = path("stripped.pdf");
    let tools = &bench.tools;
    tools.run(
        SCRIPT,
        &["strip".as_ref(), book.as_ref(), stripped.as_ref()],
    )?;
    let (truth, found) = (path("truth.json"), path("found.json"));
    fs::write(
        &truth,
        tools.run(SCRIPT, &["truth".as_ref(), book.as_ref()])?,
    )?;
    let studied = study::json(&bench.programs.ultudy, &stripped)?;
    fs::write(&found, studied["headings"].to_string())?;
    let words: [&OsStr; 3] = ["score".as_ref(), truth.as_ref(), found.as_ref()];
    tools.json(SCRIPT, &words)
}

/// Looks whether each first- and second-level entry of an outline that stands in print is a
/// section or inside one.
pub fn with_outline(bench: &mut Bench<'_>) -> Result<()> {
    let mut rows = Vec::new();
    for number in BOOKS {
        let book = book(number)?;
        let found = study::json(&bench.programs.ultudy, &book)?;
        let entries = printed_entries(bench, &book)?;
        let lost: Vec<_> = entries
            .iter()
            .filter(|entry| !is_held(entry, &found))
            .collect();
        bench.report.promised(
            format!("{number}: outline entries of levels 1 and 2 in no section"),
            lost.len() as f64,
            "",
            Promise::AtMost(0.0),
        );
        let titles = lost.iter().filter_map(|entry| entry["title"].as_str());
        rows.push(vec![
            number.to_owned(),
            entries.len().to_string(),
            titles.collect::<Vec<_>>().join("; "),
        ]);
    }
    bench.report.tables.push(Table {
        title: "Outline in use: entries of levels 1 and 2 that stand in print",
        head: vec!["Book", "Entries", "In no section"],
        rows,
    });
    Ok(())
}

/// The outline's entries of the two upper levels, without front and back matter and without
/// those whose titles are not printed.
fn printed_entries(bench: &Bench<'_>, book: &Path) -> Result<Vec<Value>> {
    let tools = &bench.tools;
    let truth = tools.json(SCRIPT, &["truth".as_ref(), book.as_ref()])?;
    let folder = tempdir()?;
    let file = folder.path().join("truth.json");
    fs::write(&file, truth.to_string())?;
    let ceiling = tools.json(SCRIPT, &["ceiling".as_ref(), book.as_ref(), file.as_ref()])?;
    let missing = study::array(&ceiling, "missing");
    let entries = truth.as_array().cloned().unwrap_or_default();
    let wanted = entries.into_iter().filter(|entry| {
        entry["level"].as_u64().is_some_and(|level| level <= 2)
            && entry["neutral"] != json!(true)
            && !missing.contains(entry)
    });
    Ok(wanted.collect())
}

/// Whether a section on the entry's page has its title as name or in its text. A link to a
/// title at the head of a page can lead to the foot of the page before.
fn is_held(entry: &Value, found: &Value) -> bool {
    let linked = entry["page"].as_u64().unwrap_or_default();
    let title = letters(entry["title"].as_str().unwrap_or_default());
    study::array(found, "sections").iter().any(|section| {
        let number = |name: &str| section[name].as_u64().unwrap_or_default();
        let holds =
            |name: &str| letters(section[name].as_str().unwrap_or_default()).contains(&title);
        let pages = number("page_start")..=number("page_end");
        (pages.contains(&linked) || pages.contains(&(linked + 1)))
            && (holds("name") || holds("markdown"))
    })
}

/// What is left of a title without number, case, spaces and marks.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    letters.flat_map(char::to_lowercase).collect()
}

//! How long a search takes over a student's thousand documents.

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tempfile::tempdir;

use super::{
    Programs, proc,
    report::{Promise, Report, median},
    server::Server,
};
use crate::{process, workspace};

/// Documents of the student, unless `SEARCH_DOCUMENTS` says otherwise.
const DOCUMENTS: u32 = 1_000;
/// What nineteen of twenty searches may take, in milliseconds, of these and of up to ten times as many.
const LIMIT: f64 = 20.0;
const LIMIT_OF_MANY: f64 = 50.0;
/// How long embedding them may take.
const PATIENCE: Duration = Duration::from_secs(2 * 3_600);

/// Fills a database, then searches it over HTTP, one query after the other.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "GET /api/search over SQLite, end to end over loopback, one query after the other: 1,000 \
         queries of one to four words that stand near each other on some page, function words \
         left out. The owner has so many documents of 100 pages of 300 words (another owner a \
         fifth, between them), with 50,000 words by Zipf's law, read and stored by the product's \
         own code, each page with its vectors (EMBEDDINGS_PROVIDER=hashed).",
    );
    let documents = env::var("SEARCH_DOCUMENTS").map_or(Ok(DOCUMENTS), |text| text.parse())?;
    report.value("documents", f64::from(documents), "");
    let folder = tempdir()?;
    let begun = Instant::now();
    let queries = process::output(
        workspace::cargo(["run", "--locked", "--release", "--quiet"])
            .args([
                "--package",
                "ultudy-store",
                "--example",
                "search_corpus",
                "--",
            ])
            .arg(folder.path())
            .arg(documents.to_string()),
    )?;
    report.value("reading and storing", begun.elapsed().as_secs_f64(), "s");
    let size = folder.path().join("ultudy.db").metadata()?.len();
    report.value("database", to_mib(size), "MiB");
    let server = Server::start(
        &programs.ultudy,
        folder.path(),
        &[("SAMPLE_COURSE", "false")],
    )?;
    let begun = Instant::now();
    server
        .api
        .wait_for_number("ultudy_embedding_documents_waiting", "0", PATIENCE)?;
    report.value("embedding", begun.elapsed().as_secs_f64(), "s");
    let queries: Vec<&str> = queries.lines().collect();
    // The first read brings the file into the system's cache.
    ask(&server, &queries)?;
    let before = proc::processor_time(server.pid())?;
    let asked = ask(&server, &queries)?;
    let spent = proc::processor_time(server.pid())?.saturating_sub(before);
    let mut times: Vec<f64> = asked.iter().map(|(time, _)| *time).collect();
    let hits = asked.iter().filter(|(_, found)| *found > 0).count();
    times.sort_by(f64::total_cmp);
    let limit = match documents > DOCUMENTS {
        true => Promise::AtMost(LIMIT_OF_MANY),
        false => Promise::AtMost(LIMIT),
    };
    let at = |share: usize| times.get(times.len() * share / 100).copied();
    report.value("p50", median(times.clone()), "ms");
    report.promised("p95", at(95).context("no queries")?, "ms", limit);
    report.value("p99", at(99).context("no queries")?, "ms");
    report.value("longest", times.last().copied().unwrap_or_default(), "ms");
    let memory = proc::Memory::of(server.pid())?;
    report.value("memory of the server, at most", memory.most, "MiB");
    let queries = u32::try_from(queries.len())?;
    report.value(
        "processor time of a search",
        spent.as_secs_f64() * 1000.0 / f64::from(queries),
        "ms",
    );
    report.value(
        "queries with hits",
        f64::from(u32::try_from(hits)?),
        "of 1000",
    );
    Ok(report)
}

/// Milliseconds and hits of each query.
fn ask(server: &Server, queries: &[&str]) -> Result<Vec<(f64, usize)>> {
    queries
        .iter()
        .map(|query| {
            let path = format!("/api/search?q={}", query.replace(' ', "+"));
            let begun = Instant::now();
            let answer = server.api.get(&path)?;
            let time = begun.elapsed().as_secs_f64() * 1000.0;
            let found = answer["results"].as_array().context("no results")?.len();
            Ok((time, found))
        })
        .collect()
}

#[allow(clippy::cast_precision_loss, reason = "a file's size")]
fn to_mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

//! `ultudy import`: brings everything over from another program.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use clap::Subcommand;
use ultudy_app::import::{self, Reason, Report};

use super::{Failure, log_to_stderr, progress::Progress};
use crate::{
    config::{Config, is_postgres},
    wire,
};

/// From where.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// From the original Ultudy (Node.js): its PostgreSQL database and its folder of uploaded
    /// files, into the database and the files of this program's settings. Ids stay, so a
    /// second run brings only what is missing, and changes nothing that is there.
    Node {
        /// The original's database, postgres://… It is only read.
        #[arg(value_name = "URL")]
        url: String,
        /// The folder that holds its files as OWNER/DOCUMENT.pdf.
        #[arg(long, value_name = "DIR")]
        files: PathBuf,
    },
}

/// Imports, and tells what came over.
pub fn run(import: &Import) -> Result<(), Failure> {
    let config = Config::from_env()?;
    let _log = log_to_stderr(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    let Import::Node { url, files } = import;
    // It may hold a password.
    if !is_postgres(url) {
        return Err(Failure::new("URL", "must be postgres://…"));
    }
    let source = import::Import {
        url: url.clone(),
        files: files.clone(),
    };
    let report = runtime.block_on(node(&config, &source))?;
    tell(&report).map_err(|error| Failure::new("standard output", error))
}

async fn node(config: &Config, source: &import::Import) -> Result<Report, Failure> {
    let app = wire::app(config).await?;
    let bar = Progress::of("");
    bar.stage("owners");
    let mut progress = |done: u64, total: u64| {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        bar.at(count(done), count(total));
    };
    import::node(&app, source, &mut progress)
        .await
        .map_err(|error| Failure::new("import", error))
}

fn tell(report: &Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Of {} owners:", report.owners)?;
    for (name, table) in &report.tables {
        let left_out: u64 = table.left_out.values().map(|reason| reason.count).sum();
        writeln!(
            out,
            "{name}: {} imported, {} were here already, {left_out} left out",
            table.imported, table.known
        )?;
        list(&mut out, "left out", &table.left_out)?;
        list(&mut out, "note", &table.mended)?;
    }
    for (table, rows) in &report.no_place {
        writeln!(
            out,
            "{table}: {rows} rows, for which there is no place here{}",
            why(table)
        )?;
    }
    if !report.ignored_columns.is_empty() {
        let columns = report.ignored_columns.join(", ");
        writeln!(out, "Columns that are not carried over: {columns}")?;
    }
    Ok(())
}

fn list(
    out: &mut impl Write,
    heading: &str,
    reasons: &BTreeMap<&'static str, Reason>,
) -> std::io::Result<()> {
    for (reason, found) in reasons {
        let examples = found.examples.join(", ");
        writeln!(out, "  {heading}: {reason}: {} ({examples})", found.count)?;
    }
    Ok(())
}

/// Why a table has no place here.
fn why(table: &str) -> &'static str {
    match table {
        "chunks" => ": the search index is made anew from the sections",
        "jobs" => ": what was asked for has ended, or is asked for again",
        "problem_types" => ": practice here is by concept",
        _ => "",
    }
}

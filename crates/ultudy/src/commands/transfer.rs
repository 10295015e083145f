//! `ultudy transfer`: carries everything over from the embedded database and its folder to
//! PostgreSQL and its object store, or back.

use std::io::Write;

use clap::Args;
use ultudy_app::{
    clock::SystemClock,
    transfer::{self, Place, Report, Step, TransferError},
};

use ultudy_store::StoreError;

use super::{Failure, counts, log_to_stderr, progress::Progress};
use crate::{config::Config, objects};

/// Where to, or where from. The other end is the embedded one, in DATA_DIR; the server's files
/// are where AWS_S3_BUCKET or OBJECT_STORE_URL says. Both must be of this version: `ultudy migrate` makes the
/// server's so. Nobody may use them meanwhile. A transfer that was stopped goes on when the
/// same command runs again; nothing of the source is changed.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Transfer {
    /// To this PostgreSQL database, which must be empty; without URL, to DATABASE_URL.
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    to: Option<Option<String>>,
    /// From this PostgreSQL database, into an empty DATA_DIR; without URL, from DATABASE_URL.
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    from: Option<Option<String>>,
}

/// Carries it over, and tells what.
pub fn run(transfer: &Transfer) -> Result<(), Failure> {
    let config = Config::from_env()?;
    let _log = log_to_stderr(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    let (embedded, server) = runtime.block_on(places(transfer, &config))?;
    let (from, to) = match transfer.to {
        Some(_) => (embedded, server),
        None => (server, embedded),
    };
    let bar = Progress::of("");
    let mut progress = |step, done, total: Option<u64>| {
        bar.stage(match step {
            Step::Survey => "looking through the source",
            Step::Rows => "carrying rows",
            Step::Files => "comparing files",
            Step::Verify => "verifying rows",
        });
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        bar.at(count(done), count(total.unwrap_or(done)));
    };
    let report = runtime.block_on(transfer::run(&from, &to, &SystemClock, &mut progress));
    drop(bar);
    let report = report.map_err(|error| {
        let stopped = matches!(
            &error,
            TransferError::Store(StoreError::Unavailable(_)) | TransferError::Files(_)
        );
        let again = match stopped {
            true => "; run the same command again, and it goes on where it stopped",
            false => "",
        };
        Failure::new("transfer", format!("{error}{again}"))
    })?;
    tell(&report).map_err(|error| Failure::new("standard output", error))
}

async fn places(transfer: &Transfer, config: &Config) -> Result<(Place, Place), Failure> {
    let url = transfer.to.as_ref().or(transfer.from.as_ref());
    let url = url.and_then(Option::as_deref);
    let (store, folder) = config.embedded();
    let embedded = Place {
        store,
        blobs: objects::blobs(config, &folder).await?,
    };
    let server = Place {
        store: config.server(url)?,
        blobs: objects::blobs(config, &config.objects).await?,
    };
    Ok((embedded, server))
}

fn tell(report: &Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let (survey, files) = (&report.survey, &report.files);
    let resumed = match report.resumed {
        true => " An earlier run had been stopped; this one went on from there.",
        false => "",
    };
    let all = match files.faults.len() {
        0 => "Everything is there".to_owned(),
        faults => format!("Everything is there but {faults} files"),
    };
    writeln!(
        out,
        "{all}: {} rows of {} owners, {} files ({} bytes), counted and hashed at \
         both ends.{resumed}",
        survey.rows(),
        survey.owners,
        files.verified,
        files.bytes
    )?;
    let tables = survey.tables.iter().filter(|sum| sum.rows > 0);
    let tables = counts(tables.map(|sum| (sum.table.name, sum.rows)));
    writeln!(out, "Rows: {tables}.")?;
    writeln!(
        out,
        "Files: {} copied, {} were there already.",
        files.copied,
        files.verified - files.copied
    )?;
    if survey.nuls > 0 {
        writeln!(
            out,
            "{} NUL characters in texts, which PostgreSQL does not keep, became U+FFFD.",
            survey.nuls
        )?;
    }
    for fault in &files.faults {
        let what = match fault.is_missing {
            true => "is missing at the source",
            false => "is damaged at the source, and was copied as it is",
        };
        writeln!(out, "File {} {what}.", fault.object_key)?;
    }
    Ok(())
}

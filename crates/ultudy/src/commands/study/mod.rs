//! `ultudy study`: reads files and makes their lessons, without server or database.

mod formats;
mod input;
mod output;
mod studied;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use ultudy_content::Extractor;

use self::{
    formats::Format,
    input::{Found, shown},
    output::Output,
    studied::Fault,
};
use super::{Failure, progress::Progress};
use crate::{config::Config, log::Log, wire};

/// Some files could not be studied.
const EXIT_SOME_FAILED: u8 = 1;
/// It was called or set up wrongly, as clap has it.
const EXIT_USAGE: u8 = 2;
/// Somebody wanted it to end: 128 and the signal's number, as shells count.
const EXIT_INTERRUPTED: u8 = 130;

/// What to study, and where it goes.
#[derive(Debug, clap::Args)]
pub struct Study {
    /// PDFs, or folders that hold them.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write into this folder, one output for each file; nothing there is overwritten.
    /// Without it, one file goes to standard output.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
}

/// Everything one file is studied with.
struct Desk {
    /// Lines are written as long as there is work.
    _log: Log,
    extractor: Extractor,
    bytes_max: u64,
    format: Format,
    output: Output,
    cancel: CancellationToken,
}

/// Studies every file; the exit code tells whether all went well.
pub fn run(study: &Study) -> ExitCode {
    let found = input::find(&study.files);
    let desk = match desk(study, &found) {
        Ok(desk) => desk,
        Err(failure) => {
            eprintln!("ultudy: {failure}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(study_all(&desk, &found));
            // A computation that was told to stop is not waited for.
            runtime.shutdown_background();
            ExitCode::from(code)
        }
        Err(error) => {
            eprintln!("ultudy: runtime: {error}");
            ExitCode::from(EXIT_SOME_FAILED)
        }
    }
}

fn desk(study: &Study, found: &[Found]) -> Result<Desk, Failure> {
    let config = Config::from_env()?;
    // The server's notes would come between the lines of progress; LOG still brings them.
    let asked_for = std::env::var_os("LOG").is_some();
    let log = super::log_to_stderr(if asked_for { &config.log } else { "error" })?;
    if study.out.is_none() && found.len() > 1 {
        return Err(Failure::new(
            format!("{} files", found.len()),
            "need a folder to go to: please add --out DIR",
        ));
    }
    Ok(Desk {
        _log: log,
        extractor: wire::extractor(&config)?,
        bytes_max: config.upload_bytes_max,
        format: study.format,
        output: Output::open(study.out.as_deref())?,
        cancel: CancellationToken::new(),
    })
}

async fn study_all(desk: &Desk, found: &[Found]) -> u8 {
    if let Err(error) = stop_on_signals(&desk.cancel) {
        eprintln!("ultudy: signals: {error}");
        return EXIT_SOME_FAILED;
    }
    let mut code = 0;
    for file in found {
        let ended = match file {
            Found::File(path) => study_one(desk, path).await,
            Found::Not { reason, .. } => Err(Fault::File(reason.clone())),
        };
        match ended {
            Ok(()) => {}
            Err(Fault::Cancelled) => return EXIT_INTERRUPTED,
            Err(Fault::File(reason)) => {
                eprintln!("{}: {reason}", shown(file.path()));
                code = EXIT_SOME_FAILED;
            }
        }
    }
    code
}

async fn study_one(desk: &Desk, path: &Path) -> Result<(), Fault> {
    let progress = Progress::of(&shown(path));
    let file = input::open(path, desk.bytes_max)?;
    let written = formats::write(desk, path, file, &progress).await;
    // Off the screen before anything else is said.
    drop(progress);
    if let Some(to) = written? {
        eprintln!("{}: {}", shown(path), shown(&to));
    }
    Ok(())
}

/// The first signal ends the work and the child with it, the second the program.
fn stop_on_signals(cancel: &CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let cancel = cancel.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hang_up.recv() => {}
            }
            if cancel.is_cancelled() {
                std::process::exit(i32::from(EXIT_INTERRUPTED));
            }
            cancel.cancel();
        }
    });
    Ok(())
}

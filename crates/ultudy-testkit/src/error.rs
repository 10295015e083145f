//! Why a piece of the test bench did not come up.

use std::{fmt, io, time::Duration};

/// The result of anything that starts or waits for a process.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a piece of the test bench did not come up.
#[derive(thiserror::Error)]
pub enum Error {
    /// A program could not be started, most often because its Debian package is missing.
    #[error("cannot start {program}: {source}; `cargo xtask test` installs what is missing")]
    Start {
        /// The program's name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program that was to finish its work well did not.
    #[error("{program} failed ({status}): {output}")]
    Failed {
        /// The program's name.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote before.
        output: String,
    },
    /// Something that was waited for did not happen.
    #[error("waited {after:?} in vain until {what}")]
    TimedOut {
        /// The condition, as a clause: "the server answers".
        what: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The browser did not do what it was told.
    #[error("browser: {0}")]
    Browser(String),
    /// Files, pipes, sockets.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The same sentence: tests unwrap, and what they then print should say what to do.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

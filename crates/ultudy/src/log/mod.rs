//! The log: lines on standard error.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use self::{line::Line, writer::Gathered};
use crate::metrics::LogCounter;

mod line;
mod writer;

/// Until it is dropped, lines are written as they are told; those told before then, too.
#[must_use]
pub struct Log {
    _lines: Gathered,
}

/// Logs what the filter lets through. Once a process.
///
/// # Errors
/// The system has no thread left.
pub fn begin(filter: EnvFilter) -> io::Result<Log> {
    let (gathered, lines) = Gathered::start(io::stderr())?;
    let layer = fmt::layer()
        .event_format(Line::default())
        .fmt_fields(line::WithRequest)
        .with_writer(lines)
        // Colours are for people.
        .with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .with(LogCounter)
        .init();
    Ok(Log { _lines: gathered })
}

//! How a child ended, and whose fault that is.

use std::{io, os::unix::process::ExitStatusExt, process::ExitStatus};

use rustix::process::Signal;

use super::reader_process::Outcome;
use crate::fault::Fault;

/// What Rust's runtime writes before it aborts because no memory is left.
const OUT_OF_MEMORY: &str = "memory allocation of ";

/// Signals nobody sends to themselves: something outside ended the child.
const FROM_OUTSIDE: [Signal; 4] = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];

/// The child's last word if it ended well, else what its end says.
///
/// # Errors
/// It ended for no fault of the file.
pub(super) fn judge(
    last_word: Option<Outcome>,
    status: ExitStatus,
    stderr: &str,
) -> io::Result<Outcome> {
    match (status.signal(), last_word) {
        (None, Some(outcome)) if status.success() => Ok(outcome),
        (Some(signal), _) if signal == Signal::XCPU.as_raw() => Ok(Outcome::Failed(Fault::TooSlow)),
        (Some(_), _) if is_from_outside(status) => Err(ended(status, stderr)),
        (Some(_), _) if stderr.contains(OUT_OF_MEMORY) => Ok(Outcome::Failed(Fault::TooMuchMemory)),
        (Some(_), _) => Ok(Outcome::Failed(Fault::CrashedReader)),
        (None, _) => Err(ended(status, stderr)),
    }
}

/// Whether something outside ended a child, for no fault of its own.
pub(super) fn is_from_outside(status: ExitStatus) -> bool {
    let signal = status.signal();
    FROM_OUTSIDE.iter().any(|one| Some(one.as_raw()) == signal)
}

fn ended(status: ExitStatus, stderr: &str) -> io::Error {
    io::Error::other(format!("it ended with {status}: {stderr}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(signal: Signal, stderr: &str) -> io::Result<Outcome> {
        judge(None, ExitStatus::from_raw(signal.as_raw()), stderr)
    }

    #[test]
    fn a_signal_tells_the_limit_that_was_reached() {
        let of = |signal, stderr| judged(signal, stderr).ok();
        assert!(matches!(
            of(Signal::XCPU, ""),
            Some(Outcome::Failed(Fault::TooSlow))
        ));
        assert!(matches!(
            of(Signal::ABORT, "memory allocation of 9 bytes failed"),
            Some(Outcome::Failed(Fault::TooMuchMemory))
        ));
        assert!(matches!(
            of(Signal::SEGV, ""),
            Some(Outcome::Failed(Fault::CrashedReader))
        ));
    }

    #[test]
    fn a_kill_from_outside_is_not_the_file_s_fault() {
        assert!(judged(Signal::KILL, "").is_err());
        assert!(judged(Signal::TERM, "").is_err());
    }

    #[test]
    fn a_last_word_counts_only_with_a_good_end() {
        let said = || Some(Outcome::Opened { pages: 3 });
        assert!(judge(said(), ExitStatus::from_raw(0), "").is_ok());
        assert!(judge(said(), ExitStatus::from_raw(1 << 8), "").is_err());
        assert!(judge(None, ExitStatus::from_raw(0), "").is_err());
    }
}

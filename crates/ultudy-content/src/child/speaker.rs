//! The child's voice: lines of JSON on standard output.

use std::io::{self, Stdout, Write};

use serde::Serialize;

/// Writes lines; each is out when [`Speaker::say`] returns.
pub(super) struct Speaker {
    out: Stdout,
}

impl Speaker {
    pub(super) fn new() -> Self {
        Self { out: io::stdout() }
    }

    /// Says one line.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub(super) fn say(&mut self, message: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let mut out = self.out.lock();
        out.write_all(&line)?;
        out.flush()
    }
}

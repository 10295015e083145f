//! How far it is, for whoever watches: a bar on standard error, where that is a terminal.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

const TEMPLATE: &str = "{prefix} {bar:24} {pos}/{len} {wide_msg}";

/// A bar; taken off the screen when dropped.
pub(in crate::commands) struct Progress(ProgressBar);

impl Progress {
    /// Begins with a name, of a file or of what is done; the library shows nothing where nobody watches.
    pub(in crate::commands) fn of(name: &str) -> Self {
        let bar = ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
        // The name comes last, where it is cut if the terminal is narrow. A style that cannot
        // be read leaves the library's own.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self(bar.with_message(name.to_owned()))
    }

    /// Begins a stage.
    pub(in crate::commands) fn stage(&self, what: impl Into<Cow<'static, str>>) {
        self.0.set_prefix(what);
    }

    /// So much of it is done.
    pub(in crate::commands) fn at(&self, done: usize, total: usize) {
        self.0.set_length(total as u64);
        self.0.set_position(done as u64);
    }
}

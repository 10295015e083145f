//! Lines are gathered for a moment and written together: a call of the system for each takes
//! longer than a short answer, and whoever reads slowly would make everybody wait.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered, but for warnings and errors, which are written at once, after
/// those before them.
const GATHERED: Duration = Duration::from_millis(10);
/// Most bytes that wait; lines that find no room are left out, and counted.
const WAITING_MAX: usize = 4 << 20;
const DROPPED: &str = "ultudy_log_lines_dropped_total";

/// Who writes; told to end when dropped, which waits until all is written.
pub struct Gathered {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Where lines are put.
pub struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    is_urgent: bool,
    is_over: bool,
}

impl Gathered {
    /// Writes to `output` what is put into the lines.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(output: impl Write + Send + 'static) -> io::Result<(Self, Lines)> {
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = thread::Builder::new()
            .name("log".into())
            .spawn(move || theirs.write_to(output))?;
        let gathered = Self {
            shared: shared.clone(),
            thread: Some(thread),
        };
        Ok((gathered, Lines(shared)))
    }
}

impl Drop for Gathered {
    fn drop(&mut self) {
        self.shared.waiting().is_over = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It does not panic; and if it did, there would be nowhere to say so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        loop {
            let nothing = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_over;
            let waiting = self.changed.wait_while(self.waiting(), nothing);
            let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            let patient = |waiting: &mut Waiting| !waiting.is_urgent && !waiting.is_over;
            let gathered = self.changed.wait_timeout_while(waiting, GATHERED, patient);
            let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut lines, &mut waiting.lines);
            waiting.is_urgent = false;
            let is_over = waiting.is_over;
            drop(waiting);
            // Nobody reads it any more, and there is no other place to say so.
            let _ = output.write_all(&lines).and_then(|()| output.flush());
            lines.clear();
            if is_over {
                return;
            }
        }
    }

    fn put(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = self.waiting();
        if waiting.lines.len() + line.len() > WAITING_MAX {
            drop(waiting);
            metrics::counter!(DROPPED).increment(1);
            return;
        }
        let was_empty = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        waiting.is_urgent |= is_urgent;
        drop(waiting);
        if was_empty || is_urgent {
            self.changed.notify_one();
        }
    }
}

/// Puts a line where it waits.
pub struct Putting<'a> {
    shared: &'a Shared,
    is_urgent: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Putting<'a>;

    fn make_writer(&'a self) -> Putting<'a> {
        Putting {
            shared: &self.0,
            is_urgent: true,
        }
    }

    fn make_writer_for(&'a self, of: &Metadata<'_>) -> Putting<'a> {
        Putting {
            shared: &self.0,
            is_urgent: *of.level() <= Level::WARN,
        }
    }
}

impl Write for Putting<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.shared.put(line, self.is_urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Tells of each write, and waits to be let go on.
    struct Told(mpsc::Sender<String>, mpsc::Receiver<()>);

    impl Write for Told {
        fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
            let told = String::from_utf8_lossy(lines).into_owned();
            self.0.send(told).map_err(io::Error::other)?;
            self.1.recv().map_err(io::Error::other)?;
            Ok(lines.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_in_order_the_last_ones_when_it_ends() {
        let ((tell, told), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        let (gathered, lines) = Gathered::start(Told(tell, may_go)).unwrap();
        lines.0.put(b"one\n", true);
        assert_eq!(told.recv().unwrap(), "one\n");
        // It hangs in the middle of writing.
        for line in ["two\n", "three\n", "four\n"] {
            lines.0.put(line.as_bytes(), false);
        }
        go.send(()).unwrap();
        go.send(()).unwrap();
        drop(gathered);
        assert_eq!(told.recv().unwrap(), "two\nthree\nfour\n");
        assert!(told.recv().is_err(), "that is all");
    }

    #[test]
    fn nobody_waits_for_who_does_not_read() {
        let ((tell, told), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        let (gathered, lines) = Gathered::start(Told(tell, may_go)).unwrap();
        lines.0.put(b"one\n", true);
        assert_eq!(told.recv().unwrap(), "one\n");
        let long = vec![b'x'; WAITING_MAX / 4];
        for _ in 0..10 {
            lines.0.put(&long, true);
        }
        go.send(()).unwrap();
        go.send(()).unwrap();
        assert_eq!(told.recv().unwrap().len(), WAITING_MAX);
        drop(gathered);
    }
}

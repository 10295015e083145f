//! What runs inside the child process.

pub(crate) mod args;
mod draw;
mod figures;
pub(crate) mod launch;
mod limits;
pub(crate) mod read;
mod recognise;
mod speaker;

use std::time::Instant;

use self::{
    args::{Args, Task},
    read::Stop,
    speaker::Speaker,
};
use crate::{fault::Fault, protocol::Message};

/// The reading thread's stack, in bytes: the PDF library follows nested objects by
/// recursion, up to depths it bounds itself.
const STACK: usize = 16 << 20;

/// It said its last word.
const EXIT_SAID: i32 = 0;
/// It was started with wrong arguments.
const EXIT_USAGE: i32 = 2;
/// It could not set its limits, read the file or write its answer.
const EXIT_SYSTEM: i32 = 3;

/// The child's whole life: sets its own limits, reads the PDF on standard input, writes
/// JSON lines to standard output. Returns the exit code. `ultudy extract` calls it.
#[must_use]
pub fn main(args: &[String]) -> i32 {
    let args = match Args::parse(args) {
        Ok(args) => args,
        Err(error) => {
            eprintln!("{error}");
            return EXIT_USAGE;
        }
    };
    let ended = limits::set(&args).and_then(|()| match &args.task {
        Task::Run { command } => Err(launch::become_program(command)),
        _ => perform(args),
    });
    match ended {
        Ok(()) => EXIT_SAID,
        Err(error) => {
            eprintln!("{error}");
            EXIT_SYSTEM
        }
    }
}

/// Does the task in a thread with a stack of known size and says how it ended.
fn perform(args: Args) -> std::io::Result<()> {
    let mut speaker = Speaker::new();
    let thread = std::thread::Builder::new().stack_size(STACK);
    let ended = match thread.spawn(move || run(&args)) {
        Ok(running) => running
            .join()
            .unwrap_or(Err(Stop::Fault(Fault::CrashedReader))),
        // There is not even room for a stack.
        Err(_) => Err(Stop::Fault(Fault::TooMuchMemory)),
    };
    match ended {
        Ok(()) => Ok(()),
        Err(Stop::Fault(fault)) => speaker.say(&Message::Failed { fault }),
        Err(Stop::System(error)) => Err(error),
    }
}

fn run(args: &Args) -> Result<(), Stop> {
    match &args.task {
        Task::Extract { ask } => read::extract(args.pages_max, *ask, &mut Speaker::new()),
        Task::Picture { page } => draw::picture(*page, &mut Speaker::new()),
        Task::Photo { page } => draw::photo(*page, &mut Speaker::new()),
        // Done where there was no thread yet.
        Task::Run { .. } => Ok(()),
        Task::Probe => read::probe(args.pages_max, &mut Speaker::new()),
        Task::Text { ask } => read::text(args.pages_max, *ask, &mut Speaker::new()),
        Task::Raw => raw(args.pages_max),
    }
}

/// Measures the PDF library by itself.
fn raw(pages_max: u32) -> Result<(), Stop> {
    let begun = Instant::now();
    let pdf = read::open()?;
    let pages = pdf.page_count(pages_max)?;
    let bytes: usize = (0..pages)
        .filter_map(|page| pdf.raw_text(page))
        .map(|text| text.len())
        .sum();
    let seconds = begun.elapsed().as_secs_f64();
    let measured = serde_json::json!({"pages": pages, "bytes": bytes, "seconds": seconds});
    Ok(Speaker::new().say(&measured)?)
}

//! Running other programs: said aloud, within a time, and stopped with everything they started.

use std::{
    ffi::OsStr,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// How long a program that is told to stop may take, so that a test runner can stop its tests.
const GRACE: Duration = Duration::from_secs(15);

/// The process group of the program that runs now.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

/// Whether somebody wanted it to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Passes Ctrl-C and its like on to the program that runs now: it has a process group of its own
/// and would not hear of them.
pub fn forward_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot catch signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            match *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(group) => signal_group(group, Signal::TERM),
                None => std::process::exit(128 + signal),
            }
        }
    });
    Ok(())
}

/// Runs a program to its end and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    run_within(Duration::MAX, command)
}

/// [`run`], but a program that takes longer than `limit` is stopped with all its children.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let line = line(command);
    if INTERRUPTED.load(Ordering::SeqCst) {
        bail!("interrupted");
    }
    println!("$ {line}");
    let status = status_within(limit, command.stdin(Stdio::null()))
        .with_context(|| format!("cannot run `{line}`"))?;
    match status {
        Some(status) if status.success() => Ok(()),
        _ if INTERRUPTED.load(Ordering::SeqCst) => bail!("interrupted"),
        Some(status) => bail!("`{line}` failed ({status})"),
        None => bail!("`{line}` took longer than {} and was stopped", words(limit)),
    }
}

/// What a program prints, without the line's end; fails unless it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({})", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

/// Whether a program is there and succeeds; what it says is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// How the program ended, or `None` when it had to be stopped.
fn status_within(limit: Duration, command: &mut Command) -> Result<Option<ExitStatus>> {
    let mut child = command.process_group(0).spawn()?;
    let group = Pid::from_child(&child);
    set_running(Some(group));
    let ended = wait(&mut child, limit);
    if !matches!(ended, Ok(Some(_))) {
        signal_group(group, Signal::TERM);
        wait(&mut child, GRACE)?;
        signal_group(group, Signal::KILL);
        child.wait()?;
    }
    set_running(None);
    ended
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    while started.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(None)
}

fn set_running(group: Option<Pid>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = group;
}

fn signal_group(group: Pid, signal: Signal) {
    match kill_process_group(group, signal) {
        // Nobody is left in the group.
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => eprintln!("cannot stop process group {group:?}: {error}"),
    }
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

/// A duration as people say it.
pub fn words(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_takes_too_long_is_stopped_with_its_children() {
        let mut sleeper = Command::new("sh");
        sleeper.args(["-c", "sleep 1000 & wait"]);
        let error = run_within(Duration::from_millis(50), &mut sleeper).unwrap_err();
        assert!(error.to_string().contains("took longer than 50 ms"));
    }

    #[test]
    fn a_program_that_fails_fails_the_chore() {
        assert!(run(&mut Command::new("false")).is_err());
        assert!(run(&mut Command::new("true")).is_ok());
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program"));
    }
}

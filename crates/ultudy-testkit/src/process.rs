//! A child process that cannot outlive the test that started it.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::{Error, Result, wait};

/// A running program, leader of a process group of its own.
///
/// Dropping it kills the whole group and waits for the program, so that a failing test leaves
/// neither processes nor zombies behind.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    pid: Pid,
}

impl ChildProcess {
    /// Starts `command` in a new process group.
    ///
    /// # Errors
    /// [`Error::Start`] when the program is not there or cannot be run.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Start {
                program: command.get_program().to_string_lossy().into_owned(),
                source,
            })?;
        let pid = Pid::from_child(&child);
        Ok(Self { child, pid })
    }

    /// The process id, for `/proc` and for signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, to take its pipes.
    pub fn child_mut(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Whether the program still runs.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn is_running(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Sends a signal to the program alone, not to its group. A program that has already ended
    /// is left in peace.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn signal(&mut self, signal: Signal) -> io::Result<()> {
        if self.is_running()? {
            kill_process(self.pid, signal)?;
        }
        Ok(())
    }

    /// Asks the program to end (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when it takes longer than `limit`; it then still runs.
    pub async fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(Signal::TERM)?;
        let child = &mut self.child;
        wait::until("the process has ended", limit, async || {
            !matches!(child.try_wait(), Ok(None))
        })
        .await?;
        Ok(self.child.wait()?)
    }

    /// Kills the whole group at once (SIGKILL) and waits for the program.
    ///
    /// # Errors
    /// When the system cannot tell how it ended.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        match kill_process_group(self.pid, Signal::KILL) {
            // Nobody is left in the group: what was asked for.
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
        self.child.wait()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("cannot stop process {}: {error}", self.id());
        }
    }
}

/// The processes a process has started and that have not ended.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        process::Stdio,
    };

    use super::*;

    #[test]
    fn dropping_kills_the_children_of_the_child_too() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $!; wait"]);
        let mut process = ChildProcess::spawn(command.stdout(Stdio::piped())).unwrap();
        let mut grandchild = String::new();
        let stdout = process.child_mut().stdout.take().unwrap();
        let mut lines = BufReader::new(stdout);
        lines.read_line(&mut grandchild).unwrap();
        let pid = Pid::from_raw(grandchild.trim().parse().unwrap()).unwrap();
        assert!(rustix::process::test_kill_process(pid).is_ok());

        drop(process);

        // The pipe's end tells that its last holder, the grandchild, is gone.
        assert_eq!(lines.read_line(&mut grandchild).unwrap(), 0);
    }

    #[tokio::test]
    async fn a_program_that_ignores_sigterm_is_reported_and_still_dies() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.1; done",
        ]);
        let mut process = ChildProcess::spawn(command.stdout(Stdio::piped())).unwrap();
        let mut lines = BufReader::new(process.child_mut().stdout.take().unwrap());
        lines.read_line(&mut String::new()).unwrap();

        let error = process.terminate(Duration::from_millis(200)).await;
        assert!(matches!(error, Err(Error::TimedOut { .. })));
        assert!(!process.kill().unwrap().success());
    }
}

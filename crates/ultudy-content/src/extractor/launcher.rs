//! How children are started: under limits, and with nothing of our environment.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::process::Command;

use crate::child::{
    args::{Args, Task},
    launch::TESSDATA,
};

/// Limits that a child sets on itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) memory_bytes: u64,
    /// Processor time; counted in whole seconds, rounded up.
    pub(crate) cpu: Duration,
    pub(crate) pages_max: u32,
}

/// Starts children: `program args…`, which must call [`crate::child::main`].
#[derive(Debug, Clone)]
pub(crate) struct Launcher {
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
}

impl Launcher {
    /// A child to be, killed when dropped; its input and output are up to the caller.
    pub(crate) fn command(&self, task: Task, limits: Limits) -> Command {
        let args = Args {
            task,
            memory_bytes: Some(limits.memory_bytes),
            cpu_seconds: Some(whole_seconds(limits.cpu)),
            pages_max: limits.pages_max,
            parent: i32::try_from(std::process::id()).ok(),
        };
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .args(args.to_words())
            .env_clear()
            // One heap for all threads: each further one reserves 64 MB of address space.
            .env("MALLOC_ARENA_MAX", "1")
            // One thread: the limit is on processor time.
            .env("OMP_THREAD_LIMIT", "1")
            .envs(std::env::var_os(TESSDATA).map(|folder| (TESSDATA, folder)))
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

//! The limits the child sets on itself before it looks at the file.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
};

use super::{
    args::{Args, Task},
    launch,
};

/// Files the child may have open: its three streams and what locking it in takes.
const FILES_MAX: u64 = 16;

/// The same for another program, which opens its libraries and data.
const PROGRAM_FILES_MAX: u64 = 64;

/// Sets them all.
///
/// # Errors
/// The system refuses a limit, or the parent is gone already.
pub(super) fn set(args: &Args) -> io::Result<()> {
    follow_parent(args.parent)?;
    leave_the_end_to_the_parent()?;
    cap(Resource::Core, 0)?;
    cap(Resource::Fsize, 0)?;
    let (files, readable) = match &args.task {
        Task::Run { command } => (PROGRAM_FILES_MAX, launch::readable(command)),
        _ => (FILES_MAX, Vec::new()),
    };
    cap(Resource::Nofile, files)?;
    if let Some(bytes) = args.memory_bytes {
        cap(Resource::As, bytes)?;
    }
    if let Some(seconds) = args.cpu_seconds {
        cap_cpu(seconds)?;
    }
    if let Err(error) = lock_in(&readable) {
        eprintln!("landlock: {error}");
    }
    Ok(())
}

/// Dies with the parent, however the parent ends. The signal follows the *thread* that
/// started this process; a tokio worker thread lives as long as its runtime.
fn follow_parent(parent: Option<i32>) -> io::Result<()> {
    let Some(parent) = parent else {
        return Ok(());
    };
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if getppid().map(Pid::as_raw_pid) == Some(parent) {
        Ok(())
    } else {
        Err(io::Error::other("the parent is gone"))
    }
}

/// A Ctrl-C in the terminal, or a service manager that stops the whole group, reaches the
/// child too. The parent decides whether the work is finished or given up.
fn leave_the_end_to_the_parent() -> io::Result<()> {
    let unread = Arc::new(AtomicBool::new(false));
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        signal_hook::flag::register(signal.as_raw(), Arc::clone(&unread))?;
    }
    Ok(())
}

fn cap(resource: Resource, most: u64) -> io::Result<()> {
    set_limit(resource, most, most)
}

/// SIGXCPU at the limit tells the parent why the child died; the hard limit, a second
/// later, is for a child that would not die of it.
fn cap_cpu(seconds: u64) -> io::Result<()> {
    set_limit(Resource::Cpu, seconds, seconds.saturating_add(1))
}

/// Sets a limit, or keeps the one inherited where that is lower: it cannot be raised.
fn set_limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let inherited = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Rlimit {
        current: Some(soft.min(inherited)),
        maximum: Some(hard.min(inherited)),
    };
    Ok(setrlimit(resource, limit)?)
}

/// No file system but what is `readable`, no network, no other process, as far as the
/// kernel can deny them. A kernel without landlock leaves the limits above.
fn lock_in(readable: &[PathBuf]) -> Result<(), RulesetError> {
    let abi = ABI::V6;
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        // Paths that are not there are passed over.
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(abi)))?
        .restrict_self()?;
    Ok(())
}

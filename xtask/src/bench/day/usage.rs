//! What processes use of the machine over some time.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use super::super::proc;

/// How often memory is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// How often it is looked whether that is over.
const STEP: Duration = Duration::from_millis(50);

/// A process that is watched, with all that it starts.
#[derive(Clone)]
pub struct Watched {
    pub name: String,
    pub pid: u32,
    /// Whether it is the product.
    pub is_ours: bool,
}

/// What one used.
pub struct Used {
    pub name: String,
    pub is_ours: bool,
    /// Processor cores.
    pub cores: f64,
    /// The most MiB: resident of ours, of others without counting twice what its processes share.
    pub memory: f64,
}

/// What all used.
pub struct Usage {
    pub each: Vec<Used>,
    /// The most MiB of ours together.
    pub ours_memory: f64,
    /// Busy cores of the machine, whoever kept them so.
    pub machine: f64,
}

impl Usage {
    /// Cores that ours used together.
    pub fn ours(&self) -> f64 {
        let ours = self.each.iter().filter(|used| used.is_ours);
        ours.map(|used| used.cores).sum()
    }
}

/// Does it, and says what was used meanwhile.
pub fn during<T>(watched: &[Watched], work: impl FnOnce() -> Result<T>) -> Result<(T, Usage)> {
    let done = AtomicBool::new(false);
    let times = || {
        watched
            .iter()
            .map(|it| proc::processor_time_of_tree(it.pid))
    };
    let (before, machine, began) = (times().collect::<Vec<_>>(), busy()?, Instant::now());
    let (outcome, most) = thread::scope(|scope| {
        let looking = scope.spawn(|| look(watched, &done));
        let outcome = work();
        done.store(true, Ordering::Relaxed);
        (outcome, looking.join())
    });
    let seconds = began.elapsed().as_secs_f64();
    let (most, ours_memory) = most.ok().context("looking at memory panicked")?;
    let each = watched.iter().zip(times()).zip(before).zip(most);
    let each = each.map(|(((watched, after), before), memory)| Used {
        name: watched.name.clone(),
        is_ours: watched.is_ours,
        cores: after.saturating_sub(before).as_secs_f64() / seconds,
        memory,
    });
    let usage = Usage {
        each: each.collect(),
        ours_memory,
        machine: (busy()? - machine) / seconds,
    };
    Ok((outcome?, usage))
}

/// The most MiB of each, and of ours together.
fn look(watched: &[Watched], done: &AtomicBool) -> (Vec<f64>, f64) {
    let mut most = vec![0.0_f64; watched.len()];
    let mut ours_most: f64 = 0.0;
    let mut next = Instant::now();
    while !done.load(Ordering::Relaxed) {
        if Instant::now() >= next {
            let mut ours = 0.0;
            for (watched, most) in watched.iter().zip(&mut most) {
                let now = memory(watched);
                *most = most.max(now);
                ours += if watched.is_ours { now } else { 0.0 };
            }
            ours_most = ours_most.max(ours);
            next += EVERY;
        }
        thread::sleep(STEP);
    }
    (most, ours_most)
}

#[allow(clippy::cast_precision_loss, reason = "sizes far below 2^53")]
fn memory(watched: &Watched) -> f64 {
    let field = if watched.is_ours { "Rss" } else { "Pss" };
    let of = |pid| {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        proc::kib(&text, field)
    };
    let all = proc::tree(watched.pid);
    all.into_iter().filter_map(of).sum::<u64>() as f64 / 1024.0
}

/// Seconds for which any core has been busy since the system started.
#[allow(clippy::cast_precision_loss, reason = "ticks far below 2^53")]
fn busy() -> Result<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    // User, nice, system, idle, waiting for disks, interrupts, soft ones.
    let ticks: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .take(7)
        .filter_map(|ticks| ticks.parse().ok())
        .collect();
    let [user, nice, system, _, _, hard, soft] = ticks[..] else {
        anyhow::bail!("/proc/stat begins with {line:?}");
    };
    let ticks = user + nice + system + hard + soft;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

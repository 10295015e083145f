//! What Linux tells about a running process.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context as _, Result};

/// The value after `name:` in a file of lines such as `VmRSS:  12 kB`.
pub fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(key, _)| key.trim() == name)?;
    Some(value.trim())
}

/// Such a value in KiB.
pub fn kib(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.strip_suffix(" kB")?.trim().parse().ok()
}

/// Memory of a process in MiB: what it holds now and the most it held.
pub struct Memory {
    pub now: f64,
    pub most: f64,
}

impl Memory {
    /// Reads both.
    #[allow(clippy::cast_precision_loss, reason = "sizes far below 2^53")]
    pub fn of(pid: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let mib = |name| kib(&status, name).map(|kib| kib as f64 / 1024.0);
        Ok(Self {
            now: mib("VmRSS").context("no VmRSS")?,
            most: mib("VmHWM").context("no VmHWM")?,
        })
    }

    /// Forgets the most so far.
    pub fn forget_most(pid: u32) -> Result<()> {
        Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
    }
}

/// The processor time that a process has used, in steps of 10 ms.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = ticks(&stat).context("/proc/…/stat is not as expected")?;
    Ok(Duration::from_millis(
        ticks * 1000 / rustix::param::clock_ticks_per_second(),
    ))
}

/// The processor time of all that runs below a process, with that of what they have waited for since, by
/// the programs' names.
pub fn processor_time_below(pid: u32) -> Result<BTreeMap<String, Duration>> {
    let mut parents = BTreeMap::new();
    let mut used = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(child) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // What has ended meanwhile uses no more.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let (parent, name, ticks) = below(&stat).context("/proc/…/stat is not as expected")?;
        parents.insert(child, parent);
        used.insert(child, (name, ticks));
    }
    let is_below = |mut of: u32| {
        while let Some(parent) = parents.get(&of) {
            if *parent == pid {
                return true;
            }
            of = *parent;
        }
        false
    };
    let mut times = BTreeMap::new();
    for (_, (name, ticks)) in used.into_iter().filter(|(of, _)| is_below(*of)) {
        let time = Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second());
        *times.entry(name).or_default() += time;
    }
    Ok(times)
}

/// The parent of a process, its program's name, and its time: fields 14 to 17.
fn below(stat: &str) -> Option<(u32, String, u64)> {
    let (before, after_name) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().map(|ticks| ticks.parse::<u64>());
    let ticks: u64 = ticks.sum::<Result<_, _>>().ok()?;
    Some((fields.get(1)?.parse().ok()?, name.to_owned(), ticks))
}

/// The processor time of a process, of all that it started, and of all that those did, whether they still
/// run or have ended and were waited for.
pub fn processor_time_of_tree(pid: u32) -> Duration {
    let ticks: u64 = tree(pid)
        .into_iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok())
        .filter_map(|stat| ticks_with_ended(&stat))
        .sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// Memory of a process in KiB, its share of what it shares with others; none once it has ended.
pub fn own_share(pid: u32) -> u64 {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    kib(&maps, "Pss").unwrap_or_default()
}

/// Memory of a process and of all that it started, in MiB; what they share is counted once.
#[allow(clippy::cast_precision_loss, reason = "sizes far below 2^53")]
pub fn shared_memory_of_tree(pid: u32) -> f64 {
    let each = tree(pid).into_iter().map(own_share);
    each.sum::<u64>() as f64 / 1024.0
}

/// A process and all that it started and that runs, and so on.
pub fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        let lists = tasks
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let children: Vec<u32> = lists
            .flat_map(|list| {
                let pids = list.split_whitespace().filter_map(|pid| pid.parse().ok());
                pids.collect::<Vec<_>>()
            })
            .collect();
        found.extend(children);
        next += 1;
    }
    found
}

/// User and system time: fields 14 and 15, and those of children that have ended, 16 and 17.
fn ticks_with_ended(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let times = after_name.split_whitespace().skip(11).take(4);
    times.map(|time| time.parse::<u64>().ok()).sum()
}

/// User and system time: fields 14 and 15, counted from behind the program's name, which may hold
/// blanks and parentheses itself.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0 20";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(below(stat), Some((1, "a b) c".to_owned(), 42)));
    }

    #[test]
    fn the_size_of_a_field_is_read() {
        assert_eq!(
            kib("VmPeak:\t  9 kB\nVmRSS:\t  1024 kB\n", "VmRSS"),
            Some(1024)
        );
        assert_eq!(kib("Name:\tx\n", "VmRSS"), None);
    }
}

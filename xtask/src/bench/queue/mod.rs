//! How fast jobs are added and run over Redis, beside Bull 4 and BullMQ on the same server.

use std::{path::PathBuf, process::Command};

use anyhow::Result;
use serde_json::Value;

use super::{
    Programs, example,
    redis::{self, Redis},
    report::{Promise, Report, Table, median},
};
use crate::{debian, npm, test, workspace};

/// Rounds, of which the middle one counts.
const ROUNDS: usize = 5;
/// The peers' side of it.
const PEERS: &str = include_str!("peers.js");
const BACKLOG: &str = "400000";
/// At which one script's work is looked at: where it moves what waits aside, where it hardly may any
/// more, and where it walks.
const BACKLOGS: [&str; 4] = ["24000", "60000", "150000", BACKLOG];

/// Where the server and the load are kept where the server's own time is measured.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: u32 = 1;

/// What is measured: the sentence, what each is asked to do before and to do, whether it is a rate.
struct Work {
    what: &'static str,
    before: Option<[&'static str; 3]>,
    load: [&'static str; 3],
    unit: &'static str,
    /// Who else does it, ours apart.
    peers: &'static [&'static str],
    /// How many times Bull's rate ours is to be.
    times_bull: Option<f64>,
}

const BOTH: &[&str] = &["bull", "bullmq"];

const RATES: [Work; 3] = [
    Work {
        what: "added with priorities, one by one by 64 callers",
        before: None,
        load: ["adds", "20000", "64"],
        unit: "jobs/s",
        peers: BOTH,
        times_bull: Some(2.4),
    },
    Work {
        what: "added in bulk, 1,000 a call",
        before: None,
        load: ["bulk", "50000", "1000"],
        unit: "jobs/s",
        peers: BOTH,
        times_bull: Some(7.0),
    },
    Work {
        what: "run, claimed to acknowledged with events, 50 slots",
        before: Some(["bulk", "20000", "1000"]),
        load: ["run", "20000", "50"],
        unit: "jobs/s",
        peers: BOTH,
        times_bull: Some(2.5),
    },
];

/// The same while somebody is told of each start and end: nothing is spared then.
const HEARD: Work = Work {
    what: "the same while somebody hears of each start and end",
    before: Some(["bulk", "20000", "1000"]),
    load: ["run", "20000", "50"],
    unit: "jobs/s",
    peers: &["bull"],
    times_bull: None,
};

const IDLE: Work = Work {
    what: "idle, from add by another process's queue to start",
    before: None,
    load: ["idle", "300", "1"],
    unit: "ms",
    peers: BOTH,
    times_bull: None,
};

const IDLE_LOCAL: Work = Work {
    what: "idle, from add by the same process's queue to start",
    before: None,
    load: ["idle-local", "300", "1"],
    unit: "ms",
    peers: &[],
    times_bull: None,
};

const HIGH: Work = Work {
    what: "a high job added behind 400,000 low ones",
    before: Some(["fill", BACKLOG, "1000"]),
    load: ["high", "100", "1"],
    unit: "ms",
    peers: &["bull"],
    times_bull: None,
};

/// Where Bull and ours tell of them.
const EVENTS: [&str; 2] = [
    "bull:lesson-generation:active",
    "bull:lesson-generation:completed",
];

/// Starts a Redis, lets each do the same in turn, and compares.
pub fn measure(_: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    npm::ensure()?;
    let mut report = Report::new(
        "Our queue, npm bull 4 and bullmq with the same work on the same Redis, in turn, each from \
         a process of its own on the same cores as the server, which keeps nothing on disk and is \
         emptied before each. Medians of 5 rounds; jobs have one of three priorities. Ours are added \
         once each has its place. When idle, ours are added over connections of their own, as an API has \
         them, so that only Redis wakes the worker. Bull and BullMQ keep the last 1,000 of ended jobs, \
         as ours does. For the longest script the server has one core to itself, the load the other.",
    );
    let bench = Bench::start()?;
    let mut table = Table {
        title: "",
        head: vec!["What", "Ultudy", "Bull 4", "BullMQ", "Ultudy / Bull"],
        rows: Vec::new(),
    };
    for work in &RATES {
        let found = bench.compare(work, &[0.5])?;
        let times = found.ours(0) / found.peer("bull", 0);
        if let Some(promise) = work.times_bull {
            let what = format!("{}, as many times as Bull", work.what);
            report.promised(what, times, "", Promise::AtLeast(promise));
        }
        if work.load[0] == "adds" {
            let times = found.ours(0) / found.peer("bullmq", 0);
            let what = format!("{}, as many times as BullMQ", work.what);
            report.promised(what, times, "", Promise::AtLeast(1.0));
        }
        table.rows.push(found.row(work, 0, ""));
    }
    let heard = {
        let _listener = bench.redis.listen(&EVENTS)?;
        bench.compare(&HEARD, &[0.5])?
    };
    table.rows.push(heard.row(&HEARD, 0, ""));
    let parts = [("p50", 0.6), ("p99", 1.5)];
    let idle = bench.compare(&IDLE, &[0.5, 0.99])?;
    for (place, (name, most)) in parts.into_iter().enumerate() {
        let what = format!("{}, {name}", IDLE.what);
        report.promised(what, idle.ours(place), "ms", Promise::AtMost(most));
        table.rows.push(idle.row(&IDLE, place, name));
    }
    let local = bench.compare(&IDLE_LOCAL, &[0.5, 0.99])?;
    for (place, (name, _)) in parts.into_iter().enumerate() {
        table.rows.push(local.row(&IDLE_LOCAL, place, name));
    }
    let high = bench.compare(&HIGH, &[0.5])?;
    report.promised(HIGH.what, high.ours(0), "ms", Promise::AtMost(0.3));
    table.rows.push(high.row(&HIGH, 0, ""));
    let longest = bench.longest_script()?;
    report.promised(
        "the longest that one script held Redis: behind 24,000, 60,000, 150,000 and 400,000 jobs of \
         three priorities, others added in bulk and by 64 callers, high ones one by one, 20,000 run",
        longest,
        "ms",
        Promise::AtMost(10.0),
    );
    report.tables.push(table);
    Ok(report)
}

/// What was found: by who and which part, the median of the rounds.
struct Found(Vec<(&'static str, Vec<f64>)>);

impl Found {
    fn of(&self, who: &str, place: usize) -> Option<f64> {
        let (_, found) = self.0.iter().find(|(name, _)| *name == who)?;
        found.get(place).copied()
    }

    fn ours(&self, place: usize) -> f64 {
        self.of("ours", place).unwrap_or(f64::NAN)
    }

    fn peer(&self, who: &str, place: usize) -> f64 {
        self.of(who, place).unwrap_or(f64::NAN)
    }

    fn row(&self, work: &Work, place: usize, part: &str) -> Vec<String> {
        let cell = |who| match self.of(who, place) {
            Some(found) if work.unit == "ms" => format!("{found:.2} ms"),
            Some(found) => format!("{found:.0} {}", work.unit),
            None => String::new(),
        };
        let ratio = self.of("bull", place).map(|bull| self.ours(place) / bull);
        let what = format!("{} {part}", work.what);
        vec![
            what.trim_end().to_owned(),
            cell("ours"),
            cell("bull"),
            cell("bullmq"),
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
        ]
    }
}

struct Bench {
    redis: Redis,
    ours: PathBuf,
    packages: PathBuf,
}

impl Bench {
    fn start() -> Result<Self> {
        let ours = example::build("ultudy-engines", "queue_load")?;
        let redis = Redis::start()?;
        std::fs::write(redis.folder().join("peers.js"), PEERS)?;
        Ok(Self {
            redis,
            ours,
            packages: workspace::target_directory()?.join("bull"),
        })
    }

    /// The medians of the rounds, of these shares of what each found.
    fn compare(&self, work: &Work, shares: &[f64]) -> Result<Found> {
        let who = || std::iter::once("ours").chain(work.peers.iter().copied());
        let mut rounds: Vec<Vec<Vec<f64>>> = who().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for (who, found) in who().zip(&mut rounds) {
                self.redis.cli(&["FLUSHALL"])?;
                if let Some(before) = &work.before {
                    // Behind 400,000 jobs Bull adds low ones as slowly as high ones; they lie
                    // where its own would.
                    let filler = if before[0] == "fill" { "ours" } else { who };
                    self.load(filler, before)?;
                }
                found.push(self.load(who, &work.load)?);
            }
        }
        let medians = who().zip(rounds).map(|(who, found)| {
            let of_share = |share: &f64| median(found.iter().map(|of| at(of, *share)).collect());
            (who, shares.iter().map(of_share).collect())
        });
        Ok(Found(medians.collect()))
    }

    /// What one of them finds.
    fn load(&self, who: &str, load: &[&str; 3]) -> Result<Vec<f64>> {
        match who {
            "ours" => self.redis.load(&self.ours, load),
            peer => redis::numbers(
                Command::new("node")
                    .arg(self.redis.folder().join("peers.js"))
                    .arg(&self.packages)
                    .args([&self.redis.port.to_string(), peer])
                    .args(load),
            ),
        }
    }

    /// In milliseconds by the clock. So that this is the server's own time, and not that in which it
    /// had no processor, it has one core to itself and the load has the other.
    fn longest_script(&self) -> Result<f64> {
        self.redis.keep_on(SERVER_CORE)?;
        self.redis.cli(&["SLOWLOG", "RESET"])?;
        for backlog in BACKLOGS {
            self.redis.cli(&["FLUSHALL"])?;
            for load in [
                ["fill-mixed", backlog, "1000"],
                ["bulk", "2000", "1000"],
                ["adds", "640", "64"],
                ["high", "100", "1"],
                ["run", "20000", "50"],
            ] {
                self.redis.load_on(LOAD_CORE, &self.ours, &load)?;
            }
        }
        let slow = self.redis.cli(&["--json", "SLOWLOG", "GET", "-1"])?;
        let slow: Vec<Value> = serde_json::from_str(&slow)?;
        let scripts = slow.iter().filter(|entry| {
            let command = entry[3][0].as_str().unwrap_or_default();
            command.to_ascii_uppercase().starts_with("EVAL")
        });
        let micros = scripts.filter_map(|entry| entry[2].as_f64());
        // Those that are not listed took less than a millisecond.
        Ok(micros.fold(1_000.0, f64::max) / 1_000.0)
    }
}

/// The number below which this share of them lies.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place in a short list"
)]
fn at(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * share) as usize;
    let last = sorted.len().saturating_sub(1);
    sorted.get(place.min(last)).copied().unwrap_or(f64::NAN)
}

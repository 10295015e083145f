//! A fleet that students use through nginx while its processes, nginx, Redis, PostgreSQL and the bucket are
//! killed, frozen, emptied, cut off and slow by chance: afterwards nothing is lost, nothing done twice, and nothing left over.
//!
//! `cargo xtask soak --minutes N --seed S` runs it long and writes what it found. The seed decides
//! what is done; when exactly, the machine.

use std::{collections::BTreeSet, env, fs, str::FromStr, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::Instant,
};
use ultudy_testkit::wait;

use self::{
    faults::{Fault, Processes},
    page::{Page, Told},
    students::{Done, Phase, Student},
};
use crate::fleet::Ground;

mod answers;
mod audit;
mod cluster;
mod faults;
mod history;
mod page;
mod report;
mod rolling;
mod students;

/// Students who study at the same time.
const STUDENTS: usize = 12;
/// Longest pause between the end of a fault and the next.
const PAUSE: Duration = Duration::from_secs(4);
/// How long after the last job's end an open page may be told of it.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// Seconds in which there are so many faults that a fifth of them must have met jobs that waited, a
/// fifth some that ran, and a fifth some that ended.
const ENOUGH: u64 = 120;

/// A setting of the run, by a variable that `cargo xtask soak` sets.
fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    let set = env::var(name).ok();
    set.map_or(Some(otherwise), |set| set.parse().ok())
        .unwrap_or_else(|| panic!("{name} is no number"))
}

/// Students at work.
struct Class {
    phase: watch::Sender<Phase>,
    studying: Vec<JoinHandle<Done>>,
    /// A page of each is open; they go with it.
    _pages: JoinSet<()>,
    told: Told,
}

impl Class {
    /// They ask at this address.
    fn start(students: usize, seed: u64, base_url: &str) -> Self {
        let (phase, at) = watch::channel(Phase::Studying);
        let study = |number| {
            let student = Student::new(number, seed, base_url.to_owned());
            tokio::spawn(student.study(at.clone()))
        };
        let studying = (0..students).map(study).collect();
        let told = Told::default();
        let mut pages = JoinSet::new();
        for number in 0..students {
            let page = Page::new(told.clone());
            pages.spawn(page.listen(students::name(number), base_url.to_owned()));
        }
        Self {
            phase,
            studying,
            _pages: pages,
            told,
        }
    }

    /// They ask for nothing more, and go once they have all that they asked for; what they did, and the
    /// jobs that did not end.
    async fn ends(self, ground: &Ground) -> (Done, Vec<String>) {
        self.phase.send_replace(Phase::Waiting);
        let begun = Instant::now();
        let late = audit::all_jobs_end(ground).await;
        let settling = begun.elapsed();
        self.phase.send_replace(Phase::Over);
        let mut done = Done {
            settling,
            ..Done::default()
        };
        for student in self.studying {
            done.add(student.await.expect("a student ends"));
        }
        let ended = "SELECT id FROM jobs WHERE status IN ('completed', 'failed')";
        let ended: BTreeSet<String> = audit::rows(ground, ended).into_iter().collect();
        let ended = ended.intersection(&done.jobs).cloned().collect();
        // How many they are not told of is looked at by whoever asked.
        let _ = wait::until("open pages are told of all", TOLD_WITHIN, async || {
            self.told.not_of(&ended).is_empty()
        })
        .await;
        done.untold = self.told.not_of(&ended);
        (done, late)
    }
}

#[tokio::test]
#[ignore = "takes minutes of both cores: `cargo xtask soak` runs it"]
async fn whatever_dies_nothing_is_lost_nothing_is_done_twice_and_nothing_is_left_over() {
    let seconds = (setting("SOAK_MINUTES", 0.25) * 60.0) as u64;
    let seed = setting("SOAK_SEED", 1_u64);
    let ends = Instant::now() + Duration::from_secs(seconds);
    let mut ground = Ground::start_alone();
    history::note(&ground);
    let mut processes = Processes::start(&ground).await;
    let class = Class::start(STUDENTS, seed, &processes.base_url());
    let mut chance = StdRng::seed_from_u64(seed);
    while Instant::now() < ends {
        let fault = Fault::by_chance(&mut chance);
        processes.suffer(&fault, &mut ground).await;
        tokio::time::sleep(PAUSE.mul_f64(chance.random_range(0.1..1.0))).await;
    }
    let (done, late) = class.ends(&ground).await;
    let mut found = audit::audit(&ground, &done, &mut processes).await;
    found.wrong.extend(late);
    if seconds >= ENOUGH
        && found
            .met
            .iter()
            .any(|met| met * 5 < processes.suffered.len())
    {
        found.wrong.push("the faults met too few jobs".to_owned());
    }
    if let Ok(folder) = env::var("SOAK_LOGS") {
        processes.keep_logs(folder.as_ref());
    }
    let report = report::report(seed, seconds, &processes, &done, &found);
    if let Ok(path) = env::var("SOAK_REPORT") {
        fs::write(path, &report).expect("the report is written");
    }
    eprintln!("{report}");
    assert!(
        found.wrong.is_empty(),
        "{:#?}\n{}",
        found.wrong,
        processes.logs()
    );
}

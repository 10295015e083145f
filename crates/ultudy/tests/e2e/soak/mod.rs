//! A fleet that students use while its processes and its Redis are killed, frozen and emptied by
//! chance: afterwards nothing is lost, nothing done twice, and nothing left over.
//!
//! `cargo xtask soak --minutes N --seed S` runs it long and writes what it found. The seed decides
//! what is done; when exactly, the machine.

use std::{env, fs, str::FromStr, sync::Arc, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use self::{
    faults::{Fault, Processes},
    students::{Done, Student},
};
use crate::fleet::Ground;

mod audit;
mod faults;
mod rolling;
mod students;

/// Students who study at the same time.
const STUDENTS: usize = 12;
/// Longest pause between the end of a fault and the next.
const PAUSE: Duration = Duration::from_secs(4);
/// How long the fleet may take to end all jobs once nothing disturbs it.
const SETTLING: Duration = Duration::from_secs(240);

/// A setting of the run, by a variable that `cargo xtask soak` sets.
fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    let set = env::var(name).ok();
    set.map_or(Some(otherwise), |set| set.parse().ok())
        .unwrap_or_else(|| panic!("{name} is no number"))
}

#[tokio::test]
#[ignore = "takes minutes of both cores: `cargo xtask soak` runs it"]
async fn whatever_dies_nothing_is_lost_nothing_is_done_twice_and_nothing_is_left_over() {
    let seconds = (setting("SOAK_MINUTES", 0.25) * 60.0) as u64;
    let seed = setting("SOAK_SEED", 1_u64);
    let ends = Instant::now() + Duration::from_secs(seconds);
    let ground = Ground::start();
    let processes = Processes::start(&ground).await;
    let apis = processes.api_urls();
    let ground = Arc::new(Mutex::new(ground));

    let mut studying = Vec::new();
    for number in 0..STUDENTS {
        let student = Student::new(number, seed, apis.clone());
        studying.push(tokio::spawn(student.study(move || Instant::now() < ends)));
    }
    let mut chance = StdRng::seed_from_u64(seed);
    let mut processes = processes;
    let mut faults = Vec::new();
    while Instant::now() < ends {
        let fault = Fault::by_chance(&mut chance);
        faults.push(fault.name());
        processes.suffer(&fault, &mut *ground.lock().await).await;
        tokio::time::sleep(PAUSE.mul_f64(chance.random_range(0.1..1.0))).await;
    }
    let mut done = Done::default();
    for student in studying {
        done.add(student.await.expect("a student ends"));
    }

    let ground = ground.lock().await;
    let settling = Instant::now();
    let settled = timeout(SETTLING, audit::all_jobs_end(&ground)).await;
    let settling = settling.elapsed();
    let mut found = audit::audit(&ground, &done);
    if settled.is_err() {
        found.wrong.push(format!(
            "jobs have not ended within {} s",
            SETTLING.as_secs()
        ));
    }
    let report = audit::report(seed, seconds, &faults, &done, &found, settling);
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

//! F4: every process is told to stop and replaced, one after the other, while students go on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::time::timeout;
use ultudy_testkit::wait;

use super::{
    SETTLING, audit,
    faults::Processes,
    students::{Done, Student},
};
use crate::{api::PATIENCE, fleet::Ground};

const STUDENTS: usize = 4;
/// Jobs that must have been made between two replacements: each meets some under way.
const JOBS_BETWEEN: usize = 3;

fn number(ground: &Ground, sql: &str) -> usize {
    let number = ground.database.sql(sql).expect("it runs");
    number.trim().parse().expect("a number")
}

#[tokio::test]
async fn a_deployment_under_load_loses_nothing_and_counts_against_no_job() {
    let mut ground = Ground::start();
    let mut processes = Processes::start(&ground).await;
    let goes_on = Arc::new(AtomicBool::new(true));
    let mut studying = Vec::new();
    for name in 0..STUDENTS {
        let student = Student::new(name, 4, processes.api_urls());
        let goes_on = Arc::clone(&goes_on);
        let study = student.study(move || goes_on.load(Ordering::Relaxed));
        studying.push(tokio::spawn(study));
    }
    for replacement in Processes::deployment() {
        let jobs = || number(&ground, "SELECT count(*) FROM jobs");
        let enough = jobs() + JOBS_BETWEEN;
        wait::until("students keep it busy", PATIENCE, async || jobs() >= enough)
            .await
            .unwrap();
        processes.suffer(&replacement, &mut ground).await;
    }
    goes_on.store(false, Ordering::Relaxed);
    let mut done = Done::default();
    for student in studying {
        done.add(student.await.expect("a student ends"));
    }
    let settled = timeout(SETTLING, audit::all_jobs_end(&ground)).await;
    settled.expect("all jobs end");
    let found = audit::audit(&ground, &done);
    assert!(
        found.wrong.is_empty(),
        "{:#?}\n{}",
        found.wrong,
        processes.logs()
    );
    let counted = "SELECT count(*) FROM jobs
        WHERE lost > 0 OR status = 'completed' AND attempt > 0";
    assert_eq!(number(&ground, counted), 0, "{}", processes.logs());
}

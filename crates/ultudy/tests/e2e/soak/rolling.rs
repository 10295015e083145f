//! F4: every process is told to stop and replaced, one after the other, while students go on.

use ultudy_testkit::wait;

use super::{Class, audit, faults::Processes, history};
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
    history::note(&ground);
    let mut processes = Processes::start(&ground).await;
    let class = Class::start(STUDENTS, 4, &processes.base_url());
    for replacement in Processes::deployment() {
        let jobs = || number(&ground, "SELECT count(*) FROM jobs");
        let enough = jobs() + JOBS_BETWEEN;
        wait::until("students keep it busy", PATIENCE, async || jobs() >= enough)
            .await
            .unwrap();
        processes.suffer(&replacement, &mut ground).await;
    }
    let (done, late) = class.ends(&ground).await;
    assert_eq!(late, [""; 0], "all jobs end");
    let found = audit::audit(&ground, &done, &mut processes).await;
    assert!(
        found.wrong.is_empty(),
        "{:#?}\n{}",
        found.wrong,
        processes.logs()
    );
    assert_eq!(
        done.broken_off,
        0,
        "nginx breaks nothing off: {}",
        processes.logs()
    );
    assert!(
        done.untold.is_empty(),
        "open pages are told: {:?}",
        done.untold
    );
    let counted = "SELECT count(*) FROM jobs
        WHERE lost > 0 OR status = 'completed' AND attempt > 0";
    assert_eq!(number(&ground, counted), 0, "{}", processes.logs());
}

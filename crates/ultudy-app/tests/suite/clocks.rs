//! Nodes over one database and one Redis whose clocks do not agree.

use chrono::TimeDelta;
use ultudy_app::jobs;
use ultudy_domain::job::{JobFailure, JobStatus, QueueName};
use ultudy_testkit::wait;

use crate::{
    fleet::{Fleet, OWNER, PATIENCE, Working, ended},
    slow::ask_for_lesson,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_is_made_in_time_though_one_nodes_clock_is_an_hour_off() {
    let fleet = Fleet::new().await;
    let hour = TimeDelta::hours(1);
    let right = fleet.node(TimeDelta::zero()).await;
    for off_by in [hour, -hour] {
        let wrong = fleet.node(off_by).await;
        for (n, (asks, works)) in [(&wrong, &right), (&right, &wrong)].into_iter().enumerate() {
            let id = ask_for_lesson(asks, OWNER, &format!("Cells {off_by} {n}")).await;
            let working = Working::start(works);
            let job = ended(works, id).await;
            assert_eq!(job.status, JobStatus::Completed, "{job:?}");
            assert_eq!((job.attempt, job.lost), (0, 0));
            working.stop().await;
        }
    }
}

/// A Redis that came back empty is filled by a node whose clock is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_an_hour_behind_pushes_again_does_not_wait_for_an_hour() {
    let fleet = Fleet::new().await;
    let right = fleet.node(TimeDelta::zero()).await;
    let wrong = fleet.node(-TimeDelta::hours(1)).await;
    let id = ask_for_lesson(&right, OWNER, "Cells").await;
    fleet.server.cli(["FLUSHALL"]).unwrap();
    let working = Working::start(&wrong);
    let job = ended(&right, id).await;
    assert_eq!(job.status, JobStatus::Completed, "{job:?}");
    working.stop().await;
}

/// The worker ended between putting the job back in its row and in Redis.
#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_job_that_is_to_be_tried_later_is_tried_later() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let id = ask_for_lesson(&app, OWNER, "Cells").await;
    let (queue, lease, now) = (
        QueueName::LessonGeneration,
        app.clock.new_id(),
        app.clock.now(),
    );
    let claimed = app.queue.claim(queue, "gone", &[lease], now).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let mut tx = app.store.write(OWNER).await.unwrap();
    ultudy_store::jobs::start_due(&mut tx, id, lease, "gone", now)
        .await
        .unwrap();
    let why = JobFailure {
        code: "busy".into(),
        message: "Busy.".into(),
    };
    let run_at = now + TimeDelta::minutes(10);
    let back = ultudy_store::jobs::retry_later(&mut tx, id, lease, &why, run_at).await;
    assert!(back.unwrap().is_some());
    tx.commit().await.unwrap();
    fleet.lessons("DEL", &format!("{id}:lock"));

    let working = Working::start(&app);
    wait::until("the job waits for its time", PATIENCE, async || {
        fleet.lessons("ZCARD", "delayed") == "1"
    })
    .await
    .unwrap();
    assert_eq!(fleet.lessons("EXISTS", &id.to_string()), "1");
    let job = jobs::get(&app, OWNER, id).await.unwrap();
    assert_eq!(
        (job.status, job.attempt, job.lost),
        (JobStatus::Queued, 1, 0)
    );
    working.stop().await;
}

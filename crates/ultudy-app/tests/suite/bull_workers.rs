//! Workers of the original's Bull on our jobs: what they did is in the rows.

use chrono::TimeDelta;
use ultudy_app::{App, jobs};
use ultudy_domain::job::{Job, JobStatus, JobType, Priority};
use ultudy_store::jobs::NewJob;
use ultudy_testkit::{
    bull::{Bull, Worker},
    wait,
};
use uuid::Uuid;

use crate::{
    fleet::{Fleet, OWNER, PATIENCE, Working, ended},
    slow::ask_for_lesson,
};

fn bull(fleet: &Fleet) -> Bull {
    Bull::new(&fleet.server, "lesson-generation").unwrap()
}

/// Lets a worker of Bull end the only job, without one of ours beside it.
async fn let_end(fleet: &Fleet, worker: Worker, how: &str) {
    wait::until("Bull has ended the job", PATIENCE, async || {
        fleet.lessons("ZCARD", how) == "1"
    })
    .await
    .unwrap();
    worker.kill().unwrap();
}

/// The job once one of our workers has looked.
async fn looked_at(app: &App, id: Uuid) -> Job {
    let working = Working::start(app);
    let job = ended(app, id).await;
    working.stop().await;
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_there_fails_here_with_its_reason_and_can_be_tried_again() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let id = ask_for_lesson(&app, OWNER, "Cells").await;
    let bull = bull(&fleet);
    let worker = bull.fail("the model is gone").unwrap();
    let_end(&fleet, worker, "failed").await;
    let job = looked_at(&app, id).await;
    assert_eq!(job.status, JobStatus::Failed, "{job:?}");
    assert_eq!(job.failure.unwrap().message, "the model is gone");

    jobs::retry(&app, OWNER, id).await.unwrap();
    let job = looked_at(&app, id).await;
    assert_eq!(job.status, JobStatus::Completed, "{job:?}");
    assert_eq!((job.attempt, job.lost), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_there_is_done_here_if_it_is_stored() {
    let fleet = Fleet::new().await;
    let app = fleet.node(TimeDelta::zero()).await;
    let bull = bull(&fleet);
    let id = ask_for_lesson(&app, OWNER, "Cells").await;
    let_end(&fleet, bull.work(1).unwrap(), "completed").await;
    let job = looked_at(&app, id).await;
    assert_eq!(job.status, JobStatus::Failed, "{job:?}");
    assert_eq!(job.failure.unwrap().code, "not_stored");

    jobs::retry(&app, OWNER, id).await.unwrap();
    let made = looked_at(&app, id).await;
    assert_eq!(made.status, JobStatus::Completed, "{made:?}");
    fleet.server.cli(["FLUSHALL"]).unwrap();
    // The lesson is there; a worker of Bull says so of a second job for it.
    let uuid = |name: &str| made.data[name].as_str().unwrap().parse().unwrap();
    let second = NewJob {
        id: app.clock.new_id(),
        job_type: JobType::GenerateLesson,
        priority: Priority::Normal,
        data: made.data.clone(),
        document_id: uuid("document_id"),
        section_id: Some(uuid("section_id")),
        dedupe_key: "second".into(),
    };
    let mut tx = app.store.write(OWNER).await.unwrap();
    let now = app.clock.now();
    let (job, _) = ultudy_store::jobs::enqueue(&mut tx, &second, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let entry = ultudy_engines::queue::QueueEntry {
        job_id: job.id,
        owner_id: OWNER.into(),
        queue: job.job_type.queue(),
        priority: job.priority,
        run_at: job.run_at,
    };
    app.queue.push(&[entry], now).await.unwrap();
    let_end(&fleet, bull.work(1).unwrap(), "completed").await;
    let job = looked_at(&app, job.id).await;
    assert_eq!(job.status, JobStatus::Completed, "{job:?}");
    assert_eq!(job.result.unwrap()["by"], "Bull");
    assert_eq!(job.worker_id, None, "it ran here, too");
}

//! What browsers are told of jobs.

use std::{pin::pin, sync::Arc};

use chrono::TimeDelta;
use futures_util::{FutureExt, StreamExt};
use ultudy_app::jobs;
use ultudy_domain::job::JobStatus;
use ultudy_store::jobs as rows;
use uuid::Uuid;

use crate::{
    slow::ask_for_lesson,
    support::{SetClock, app},
};

const OWNER: &str = "alice";

#[tokio::test]
async fn a_change_is_read_once_however_many_watch() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), SetClock::new()).await;
    let id = ask_for_lesson(&app, OWNER, "Cells").await;
    let mut first = pin!(jobs::watch_one(&app, OWNER, id).await.unwrap());
    let mut second = pin!(jobs::watch_all(&app, OWNER, None).await.unwrap());
    for queued in [first.next().await, second.next().await] {
        assert_eq!(queued.unwrap().status, JobStatus::Queued);
    }
    jobs::cancel(&app, OWNER, id).await.unwrap();
    let told = first.next().await.unwrap();
    assert_eq!(told.status, JobStatus::Cancelled);

    // What changes then without a word is not what the other is told of.
    let mut tx = app.store.write(OWNER).await.unwrap();
    let now = app.clock.now();
    let again = rows::requeue(&mut tx, id, now).await.unwrap();
    tx.commit().await.unwrap();
    assert!(again.is_some());
    let told_too = second.next().await.unwrap();
    assert!(Arc::ptr_eq(&told, &told_too), "{told_too:?}");
}

/// What ended longer ago than is told unasked.
#[tokio::test]
async fn a_browser_that_comes_back_is_told_what_ended_since() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::new();
    let app = app(folder.path(), clock.clone()).await;
    let first = ask_for_lesson(&app, OWNER, "Cells").await;
    let seen = jobs::get(&app, OWNER, first).await.unwrap();
    let seen = jobs::LastSeen {
        job_id: first,
        version: seen.version,
    };
    clock.advance(TimeDelta::minutes(1));
    let second = ask_for_lesson(&app, OWNER, "Tissues").await;
    for id in [first, second] {
        jobs::cancel(&app, OWNER, id).await.unwrap();
    }
    clock.advance(TimeDelta::hours(1));

    let told = async |last| {
        let stream = jobs::watch_all(&app, OWNER, last).await.unwrap();
        // What is known is told at once.
        let mut stream = pin!(stream);
        let mut told = Vec::new();
        while let Some(Some(job)) = stream.next().now_or_never() {
            told.push(job.id);
        }
        told
    };
    assert!(told(None).await.is_empty());
    assert_eq!(told(Some(seen)).await, [first, second]);
    let cancelled = jobs::get(&app, OWNER, first).await.unwrap();
    let at_its_end = jobs::LastSeen {
        job_id: first,
        version: cancelled.version,
    };
    assert!(told(Some(at_its_end)).await.contains(&second));
    // Of a job that is no more it cannot be told when that was.
    let gone = jobs::LastSeen {
        job_id: Uuid::max(),
        version: 1,
    };
    assert_eq!(told(Some(gone)).await, [first, second]);
}

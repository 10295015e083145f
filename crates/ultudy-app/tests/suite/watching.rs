//! What browsers are told of jobs.

use std::{pin::pin, sync::Arc};

use futures_util::StreamExt;
use ultudy_app::jobs;
use ultudy_domain::job::JobStatus;
use ultudy_store::jobs as rows;

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
    let mut second = pin!(jobs::watch_all(&app, OWNER).await.unwrap());
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

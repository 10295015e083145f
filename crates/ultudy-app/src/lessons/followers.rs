//! Who waited for another job's generation, ended together: some hundreds in one transaction, in which
//! each owner writes their own rows. A crash in between leaves those that are left waiting, and
//! whoever looks next goes on with them.

use std::time::Instant;

use ultudy_domain::{
    job::{Job, JobFailure, JobType},
    lesson::LessonContent,
};
use ultudy_engines::queue::QueueEntry;
use ultudy_store::jobs::{self, Awaited, Completed, Waiting};
use uuid::Uuid;

use super::own::{self, Place};
use crate::{App, Result, metrics, spending, worker::DOCUMENT_GONE};

/// Jobs ended in one transaction.
const TOGETHER: u32 = 200;

/// Why a leader failed, and thus whoever waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// What it was given: whoever tries it again fails again.
    Input,
    /// Anything else: it may work for another.
    Other,
}

/// The generation's content, if it is made.
pub(super) async fn generation(app: &App, key: &str) -> Result<Option<LessonContent>> {
    let mut tx = app.store.owners().await?;
    Ok(jobs::generation(&mut tx, key).await?)
}

/// Ends some of those who wait for the generation of this `content`; how many. Whoever has nothing left
/// to put it in is delivered, and fails with the reason.
pub(super) async fn complete(app: &App, key: &str, content: &LessonContent) -> Result<usize> {
    let (now, begun) = (app.clock.now(), Instant::now());
    let mut tx = app.store.owners().await?;
    let mut held = jobs::hold_followers(&mut tx, key, (None, Uuid::nil()), TOGETHER).await?;
    if held.is_empty() {
        return Ok(0);
    }
    // One of each owner: the second lesson on a document is to know the names of the first.
    held.sort_by(|left, right| left.owner_id.cmp(&right.owner_id));
    held.dedup_by(|second, first| second.owner_id == first.owner_id);
    let awaited = jobs::awaited(&mut tx, &held).await?;
    let (mut completed, mut homeless) = (Vec::with_capacity(held.len()), Vec::new());
    for (job, awaited) in held.into_iter().zip(awaited) {
        match awaited {
            Some(awaited) => completed.push(completed_as(app, key, content, job, awaited)),
            None => homeless.push(job.id),
        }
    }
    let ended = jobs::complete_followers(&mut tx, key, content, &completed, now).await?;
    let let_go = match homeless.is_empty() {
        true => Vec::new(),
        false => jobs::let_go(&mut tx, &homeless, now).await?,
    };
    tx.commit().await?;
    let each = begun.elapsed() / u32::try_from(ended.len()).unwrap_or(u32::MAX).max(1);
    for job in &ended {
        metrics::job_ran(job, "completed", each);
    }
    announce(app, &ended).await;
    push(app, &let_go).await;
    Ok(ended.len() + let_go.len())
}

fn completed_as(
    app: &App,
    key: &str,
    content: &LessonContent,
    job: Waiting,
    awaited: Awaited,
) -> Completed {
    let place = Place {
        document_id: awaited.document_id,
        section: awaited.section,
        variant: awaited.variant,
    };
    let (lesson_id, lesson) = match awaited.lesson_id {
        Some(id) => (id, None),
        None => {
            let lesson = own::lesson(&*app.clock, &place, key, content, &awaited.names);
            (lesson.id, Some((lesson, awaited.names)))
        }
    };
    Completed {
        job,
        is_saved: app.spending.is_on && lesson.is_some(),
        lesson,
        result: place.result(lesson_id, content),
    }
}

/// Before the commit that fails a leader, so that nobody leads in its place meanwhile: its error counts
/// for those who wait, too, and a text that nobody can make a lesson of is not tried once for each. Of a
/// `run` that was overtaken nothing counts: who waits does so for another. Without one, the leader has
/// failed as it was found.
pub(super) async fn fail(
    app: &App,
    (leader, run): (&Job, Option<Uuid>),
    failure: &JobFailure,
    cause: Cause,
) -> Result<()> {
    if failure.code == DOCUMENT_GONE || failure.code == spending::OF_USER {
        // The others have their own document and budget.
        return Ok(());
    }
    let mut tx = app.store.system_read().await?;
    let key = jobs::led_by(&mut tx, leader.id).await?;
    drop(tx);
    let Some(key) = key else {
        return Ok(());
    };
    let why = (failure, cause == Cause::Input);
    let mut after = Uuid::nil();
    loop {
        let mut tx = app.store.owners().await?;
        if let Some(token) = run {
            let of_run = (leader.owner_id.as_str(), leader.id);
            let leads = jobs::led_by_run(&mut tx, of_run, token).await?;
            if leads.as_ref() != Some(&key) {
                return Ok(());
            }
        }
        let ending = (Some(leader.id), after);
        let mut held = jobs::hold_followers(&mut tx, &key, ending, TOGETHER).await?;
        let Some(last) = held.last() else {
            return Ok(());
        };
        after = last.id;
        held.sort_by(|left, right| left.owner_id.cmp(&right.owner_id));
        let now = app.clock.now();
        let counted = jobs::fail_followers(&mut tx, &key, why, &held, now).await?;
        tx.commit().await?;
        for job in counted.iter().filter(|job| job.status.is_final()) {
            metrics::job_failed(job.job_type.queue(), &failure.code);
        }
        announce(app, &counted).await;
    }
}

async fn announce(app: &App, jobs: &[Job]) {
    for job in jobs {
        app.announce(job).await;
    }
}

/// Hands jobs that wait no longer to the queue.
pub(super) async fn push(app: &App, jobs: &[Waiting]) {
    let entries: Vec<_> = jobs
        .iter()
        .map(|job| QueueEntry {
            job_id: job.id,
            owner_id: job.owner_id.clone(),
            queue: JobType::GenerateLesson.queue(),
            priority: job.priority,
            run_at: job.run_at,
        })
        .collect();
    if entries.is_empty() {
        return;
    }
    if let Err(error) = app.queue.push(&entries, app.clock.now()).await {
        tracing::warn!(%error, "jobs released but not yet handed to the queue");
    }
}

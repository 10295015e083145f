//! A run whose job waits for a batch's answer, and one that was waited for.

use chrono::TimeDelta;
use ultudy_llm::LessonInput;
use ultudy_store::{
    jobs,
    llm_batches::{self, NewItem},
};

use crate::{
    Result,
    spending::{Cost, batched, made_for},
    worker::{JobError, Run},
};

/// Longer than a batch is waited for, what is held for its requests is held.
const HELD_LONGER: TimeDelta = TimeDelta::hours(1);

/// Lets the run's job wait for a batch's answer to what the generation of this key is made of, if it can
/// wait, and there is to be one. Whether it does: then the run is over.
pub(crate) async fn await_answer(
    run: &Run,
    key: &str,
    input: &LessonInput,
) -> std::result::Result<bool, JobError> {
    let app = &run.app;
    if app.batching.taking().is_none() {
        return Ok(false);
    }
    let (owner_id, id) = (run.job.owner_id.as_str(), run.job.id);
    let mut tx = app.store.write(owner_id).await?;
    match jobs::is_patient(&mut tx, id, run.token()).await? {
        None => return Err(JobError::Stale),
        Some(false) => return Ok(false),
        Some(true) => {}
    }
    match llm_batches::find(&mut tx, key).await? {
        Some(item) if item.state.is_awaited() => {
            let job = jobs::await_batch(&mut tx, id, run.token(), key).await?;
            let Some(job) = job else { return Ok(false) };
            tx.commit().await?;
            app.announce(&job).await;
            Ok(true)
        }
        // What it came to is used, or it came to nothing.
        Some(_) => Ok(false),
        None => {
            drop(tx);
            gather(run, key, input).await
        }
    }
}

/// The same where nobody has asked for it yet.
async fn gather(run: &Run, key: &str, input: &LessonInput) -> std::result::Result<bool, JobError> {
    let app = &run.app;
    let api = app.batching.taking();
    let request = app.generator.batch_request(input);
    let request = request.filter(|it| api.is_some_and(|api| api.provider() == it.provider));
    let Some(request) = request else {
        return Ok(false);
    };
    let now = app.clock.now();
    let item = NewItem {
        id: app.clock.new_id(),
        generation_key: key.to_owned(),
        provider: request.provider.to_owned(),
        model: request.model,
        body: request.body,
        made_for: made_for(&run.job),
    };
    let asked = batched::Asked {
        id: item.id,
        provider: &item.provider,
        model: &item.model,
        bytes: i64::try_from(item.body.len()).unwrap_or(i64::MAX),
    };
    let waited = TimeDelta::from_std(app.batching.patience).unwrap_or(TimeDelta::MAX);
    let until = now + waited + HELD_LONGER;
    let held = batched::hold(app, &run.job.owner_id, asked, until).await?;
    held.map_err(JobError::from)?;
    let waits = store(run, &item).await;
    if !matches!(waits, Ok(true))
        && let Err(error) = let_go(run, &item).await
    {
        tracing::warn!(%error, "what was held for a request counts as spent by tomorrow");
    }
    waits
}

/// Stores the item and lets the job wait for it, both or neither.
async fn store(run: &Run, item: &NewItem) -> std::result::Result<bool, JobError> {
    let (app, id, key) = (&run.app, run.job.id, &item.generation_key);
    let mut tx = app.store.write(&run.job.owner_id).await?;
    if jobs::is_patient(&mut tx, id, run.token()).await? != Some(true) {
        return Ok(false);
    }
    if !llm_batches::gather(&mut tx, item, app.clock.now()).await? {
        // Somebody else has asked at the same moment: it is tried again with theirs.
        return Err(JobError::Later {
            wait: std::time::Duration::from_secs(1),
            failure: ultudy_domain::job::JobFailure {
                code: "temporary".into(),
                message: "The same lesson is being asked for.".into(),
            },
            is_at_work: true,
        });
    }
    let Some(job) = jobs::await_batch(&mut tx, id, run.token(), key).await? else {
        return Ok(false);
    };
    tx.commit().await?;
    app.announce(&job).await;
    Ok(true)
}

async fn let_go(run: &Run, item: &NewItem) -> Result<()> {
    let mut tx = run.app.store.write(&run.job.owner_id).await?;
    if llm_batches::body(&mut tx, item.id).await?.is_some() {
        // It was stored, though nobody was told so.
        return Ok(());
    }
    batched::let_go(&mut tx, item.id).await?;
    Ok(tx.commit().await?)
}

/// What a batch brought for the generation of this key, if it did, and what that cost.
pub(crate) async fn answer(
    run: &Run,
    key: &str,
) -> std::result::Result<Option<(String, Cost)>, JobError> {
    if run.app.batching.api.is_none() {
        return Ok(None);
    }
    let mut tx = run.app.store.read(&run.job.owner_id).await?;
    let item = llm_batches::find(&mut tx, key).await?;
    Ok(item.and_then(|item| {
        let cost = Cost {
            tokens: item.tokens,
            micros: item.cost_micros,
        };
        Some((item.answer?, cost))
    }))
}

//! Sending what has gathered, and seeing what comes of it: done by one process for all. Whichever it is, and
//! wherever it stops, the rows say how to go on.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use ultudy_domain::Timestamp;
use ultudy_llm::model::{
    BatchAnswer, BatchError, BatchItem, BatchState, Batches, FoundBatch, SentBatch,
};
use ultudy_store::llm_batches::{self, Batch, Item, Standing};
use uuid::Uuid;

use super::metrics;
use crate::{
    App, Result,
    spending::batched::{self, Asked, CameTo},
};

/// Most requests of a batch, and most bytes of them all.
const ITEMS_MAX: usize = 500;
const BYTES_MAX: i64 = 12 << 20;
/// Requests that are looked through at once.
const GATHERED: i64 = 2_000;
/// How long a batch is nobody else's, and how often whoever has it says that they still do.
const HELD: TimeDelta = TimeDelta::seconds(20);
const HOLD_EVERY: Duration = Duration::from_secs(5);
/// Shortest and longest pause between two looks: it grows with the time that a batch takes.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// How often answers are fetched again that are fewer than they should be.
const FETCHES: i32 = 5;
/// Items that are settled in one transaction.
const SETTLED: usize = 50;
/// How long ended batches are remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(7);
/// The pause after an error of the database's.
const AGAIN: Duration = Duration::from_secs(5);

/// [`tend`] again and again until `shutdown` fires, in the one process that does so for all.
pub(crate) async fn keep_sending(app: App, shutdown: CancellationToken) {
    let every = (app.batching.gather / 2).clamp(PAUSE_MIN / 4, Duration::from_secs(5));
    loop {
        if !app.is_to_do_for_all(&shutdown).await {
            return;
        }
        let pause = tokio::select! {
            () = shutdown.cancelled() => return,
            tended = tend(&app) => match tended {
                Ok(()) => every,
                Err(error) => {
                    tracing::warn!(%error, "cannot see to batches of the language model");
                    AGAIN
                }
            },
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(pause) => {}
        }
    }
}

/// Sends what has gathered for long enough, and sees to every batch that is due.
///
/// # Errors
/// The database does not answer.
pub async fn tend(app: &App) -> Result<()> {
    if standing(app).await?.is_empty() {
        return Ok(());
    }
    gather(app).await?;
    loop {
        let now = app.clock.now();
        let mut tx = app.store.system().await?;
        let batch = llm_batches::take(&mut tx, now, now + HELD).await?;
        tx.commit().await?;
        let Some(batch) = batch else { break };
        let id = batch.id;
        tokio::select! {
            biased;
            seen = see_to(app, batch) => seen?,
            error = hold(app, id) => return Err(error),
        }
    }
    let mut tx = app.store.system().await?;
    llm_batches::clear_up(&mut tx, app.clock.now() - REMEMBERED).await?;
    tx.commit().await?;
    standing(app).await?;
    Ok(())
}

/// How much there is, which is told.
async fn standing(app: &App) -> Result<Standing> {
    let mut tx = app.store.system_read().await?;
    let standing = llm_batches::standing(&mut tx).await?;
    drop(tx);
    metrics::standing(standing, app.clock.now());
    Ok(standing)
}

/// Says now and then that a batch is being seen to, until that cannot be said.
async fn hold(app: &App, id: Uuid) -> crate::Error {
    let mut ticks = interval(HOLD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(error) = put_off(app, id, true, HELD).await {
            return error;
        }
    }
}

async fn put_off(app: &App, id: Uuid, in_vain: bool, by: TimeDelta) -> Result<()> {
    let due_at = app.clock.now() + by;
    let mut tx = app.store.system().await?;
    llm_batches::put_off(&mut tx, id, in_vain, due_at).await?;
    Ok(tx.commit().await?)
}

/// Forgets what nobody wants any more, and makes batches of what has waited long enough.
async fn gather(app: &App) -> Result<()> {
    let mut tx = app.store.system_read().await?;
    let items = llm_batches::gathered(&mut tx, GATHERED).await?;
    drop(tx);
    let provider = app.batching.taking().map(Batches::provider);
    let (wanted, others): (Vec<_>, Vec<_>) = items
        .into_iter()
        .partition(|item| item.is_wanted && provider == Some(item.provider.as_str()));
    for item in others {
        // Whoever waits for it is delivered, and asks as things stand now.
        let mut tx = app.store.write(&item.owner_id).await?;
        if llm_batches::drop_gathered(&mut tx, item.id).await? {
            batched::let_go(&mut tx, item.id).await?;
            tx.commit().await?;
            metrics::item(&item.provider, "dropped");
        }
    }
    let mut of_models = BTreeMap::<(String, String), Vec<Item>>::new();
    for item in wanted {
        let model = (item.provider.clone(), item.model.clone());
        of_models.entry(model).or_default().push(item);
    }
    for (model, items) in of_models {
        for batch in batches(app, &items) {
            open(app, &model, batch).await?;
        }
    }
    Ok(())
}

/// The items in as few batches as may be; those that do not fill one only if the first has waited for
/// long enough.
fn batches<'a>(app: &App, items: &'a [Item]) -> Vec<&'a [Item]> {
    let gather = TimeDelta::from_std(app.batching.gather).unwrap_or(TimeDelta::MAX);
    let (mut found, mut rest) = (Vec::new(), items);
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let fitting = rest.iter().take(ITEMS_MAX).take_while(|item| {
            bytes += item.bytes;
            bytes <= BYTES_MAX
        });
        let count = fitting.count().max(1);
        if count == rest.len() && app.clock.now() - first.created_at < gather {
            break;
        }
        let (batch, others) = rest.split_at(count);
        found.push(batch);
        rest = others;
    }
    found
}

async fn open(app: &App, (provider, model): &(String, String), items: &[Item]) -> Result<()> {
    let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
    let (id, now) = (app.clock.new_id(), app.clock.now());
    let mut tx = app.store.system().await?;
    let opened = llm_batches::open(&mut tx, (id, &ids), (provider, model), now).await?;
    if opened == 0 {
        return Ok(());
    }
    Ok(tx.commit().await?)
}

/// What is known of a batch that is seen to.
struct Seen<'a> {
    app: &'a App,
    api: &'a Batches,
    batch: Batch,
    /// Those of its items that nothing has come of yet.
    items: Vec<Item>,
    /// All of its items.
    ids: Vec<String>,
}

async fn see_to(app: &App, batch: Batch) -> Result<()> {
    let mut tx = app.store.system_read().await?;
    let all = llm_batches::items(&mut tx, batch.id).await?;
    drop(tx);
    let age = app.clock.now() - batch.created_at;
    let is_late = age.to_std().is_ok_and(|age| age > app.batching.patience);
    let ids = all.iter().map(|item| item.id.to_string()).collect();
    let open = |item: &Item| item.state == llm_batches::ItemState::Sent;
    let items: Vec<Item> = all.into_iter().filter(open).collect();
    let Some(api) = app.batching.api_of(&batch.provider) else {
        if is_late {
            let why = CameTo::nothing("too_slow", false);
            settle_all(app, &batch, &items, why).await?;
            return end(app, &batch, "given_up").await;
        }
        tracing::warn!(
            provider = batch.provider,
            "a batch was given to a provider that is not asked any more"
        );
        let pause = TimeDelta::from_std(PAUSE_MAX).unwrap_or(HELD);
        return put_off(app, batch.id, true, pause).await;
    };
    let seen = Seen {
        app,
        api,
        batch,
        items,
        ids,
    };
    match seen.batch.remote_id.clone() {
        None => seen.send(is_late).await,
        Some(remote_id) => seen.look(&remote_id, is_late).await,
    }
}

impl Seen<'_> {
    /// Whether a job waits for any of it.
    fn is_wanted(&self) -> bool {
        self.items.iter().any(|item| item.is_wanted)
    }

    async fn send(self, is_late: bool) -> Result<()> {
        let Self {
            app, api, batch, ..
        } = &self;
        // A first time nobody else can have sent it.
        if batch.tries > 1 {
            let name = batch.id.to_string();
            match api.find(&self.sent(&name).await?).await {
                Ok(FoundBatch::Here(remote_id)) => {
                    tracing::info!(batch = %batch.id, remote_id, "found a batch that was sent before");
                    return self.note_sent(&remote_id).await;
                }
                Ok(FoundBatch::Nowhere) => {}
                Ok(FoundBatch::Perhaps) if !is_late => {
                    return put_off(app, batch.id, true, self.pause()).await;
                }
                Err(error) if !is_late => return self.again(error).await,
                Ok(FoundBatch::Perhaps) | Err(_) => {
                    let why = CameTo::nothing("too_slow", false);
                    settle_all(app, batch, &self.items, why).await?;
                    return end(app, batch, "given_up").await;
                }
            }
        }
        if is_late || !self.is_wanted() {
            let outcome = if is_late { "given_up" } else { "unwanted" };
            let why = CameTo::nothing(outcome, true);
            settle_all(app, batch, &self.items, why).await?;
            return end(app, batch, outcome).await;
        }
        let items = self.bodies().await?;
        let sent = api.send(&batch.id.to_string(), &batch.model, items).await;
        match sent {
            Ok(remote_id) => self.note_sent(&remote_id).await,
            Err(error) if error.is_lasting => {
                let reason = error.reason;
                tracing::warn!(batch = %batch.id, reason, "a batch is refused: its lessons are asked for one by one");
                let why = CameTo::nothing("refused", true);
                settle_all(app, batch, &self.items, why).await?;
                end(app, batch, "refused").await
            }
            Err(error) => self.again(error).await,
        }
    }

    async fn sent<'b>(&self, name: &'b str) -> Result<SentBatch<'b>> {
        let mut tx = self.app.store.system_read().await?;
        let known = llm_batches::known(&mut tx, &self.batch.provider).await?;
        Ok(SentBatch {
            name,
            items: self.ids.clone(),
            since: SystemTime::from(self.batch.created_at),
            known,
        })
    }

    /// The requests, each read as its owner.
    async fn bodies(&self) -> Result<Vec<BatchItem>> {
        let mut bodies = Vec::with_capacity(self.items.len());
        for (owner_id, items) in of_owners(&self.items) {
            let mut tx = self.app.store.read(owner_id).await?;
            for item in items {
                if let Some(body) = llm_batches::body(&mut tx, item.id).await? {
                    let id = item.id.to_string();
                    bodies.push(BatchItem { id, body });
                }
            }
        }
        Ok(bodies)
    }

    async fn note_sent(&self, remote_id: &str) -> Result<()> {
        let due_at = self.app.clock.now() + self.pause();
        let mut tx = self.app.store.system().await?;
        llm_batches::note_sent(&mut tx, self.batch.id, remote_id, due_at).await?;
        tx.commit().await?;
        metrics::batch(&self.batch.provider, "sent");
        let (batch, items) = (self.batch.id, self.items.len());
        tracing::info!(%batch, remote_id, items, "gave a batch to the language model's provider");
        Ok(())
    }

    async fn look(self, remote_id: &str, is_late: bool) -> Result<()> {
        let Self {
            app, api, batch, ..
        } = &self;
        let mut is_cancelled = batch.is_cancelled;
        if !is_cancelled && (is_late || !self.is_wanted()) {
            // What it did until then is answered, and paid for.
            match api.cancel(remote_id).await {
                Ok(()) => {
                    let mut tx = app.store.system().await?;
                    llm_batches::note_cancelled(&mut tx, batch.id, app.clock.now()).await?;
                    tx.commit().await?;
                    is_cancelled = true;
                }
                Err(error) => {
                    let reason = error.reason;
                    tracing::info!(batch = %batch.id, reason, "a batch cannot be cancelled");
                }
            }
        }
        let (answers, is_complete) = match api.look(remote_id).await {
            Ok(BatchState::Ended {
                answers,
                is_complete,
            }) => (answers, is_complete),
            Ok(BatchState::Running) if !is_late => {
                return put_off(app, batch.id, false, self.pause()).await;
            }
            Err(error) if !is_late && !error.is_gone => return self.again(error).await,
            other => {
                let outcome = if is_late { "too_slow" } else { "gone" };
                tracing::warn!(
                    batch = %batch.id, ?other, outcome,
                    "a batch is given up: its lessons are asked for one by one"
                );
                let why = CameTo::nothing(outcome, false);
                settle_all(app, batch, &self.items, why).await?;
                return end(app, batch, "given_up").await;
            }
        };
        let left = self.store(answers).await?;
        if is_complete && !left.is_empty() && batch.tries < FETCHES {
            tracing::warn!(batch = %batch.id, missing = left.len(), "a batch's answers are not all there: fetched again");
            return put_off(app, batch.id, true, self.pause()).await;
        }
        let outcome = match (is_complete, left.is_empty()) {
            (true, true) => "complete",
            _ if is_cancelled => "cancelled",
            _ => "partial",
        };
        // What a complete batch lacks may have been paid for.
        let why = CameTo::nothing("missing", !is_complete);
        settle_all(app, batch, &left, why).await?;
        end(app, batch, outcome).await
    }

    /// Stores what came of items; those of which nothing is said.
    async fn store(&self, answers: Vec<BatchAnswer>) -> Result<Vec<Item>> {
        let mut answers: HashMap<String, BatchAnswer> = answers
            .into_iter()
            .map(|answer| (answer.id.clone(), answer))
            .collect();
        let (mut came, mut left) = (Vec::new(), Vec::new());
        for item in &self.items {
            match answers.remove(&item.id.to_string()) {
                Some(answer) => came.push((item, answer)),
                None => left.push(item.clone()),
            }
        }
        came.sort_by(|(one, _), (other, _)| one.owner_id.cmp(&other.owner_id));
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for of_owner in came.chunk_by(|(one, _), (other, _)| one.owner_id == other.owner_id) {
            for some in of_owner.chunks(SETTLED) {
                let some = some.iter().map(|(item, answer)| {
                    let came_to = CameTo {
                        outcome: match answer.answer {
                            Ok(_) => "answered",
                            Err(reason) => reason,
                        },
                        tokens_read: whole(answer.tokens_read),
                        tokens_written: whole(answer.tokens_written),
                        is_known: answer.is_told,
                    };
                    (*item, answer.answer.as_deref().ok(), came_to)
                });
                settle(self.app, &self.batch, some.collect()).await?;
            }
        }
        Ok(left)
    }

    /// Nothing was found out, for now.
    async fn again(&self, error: BatchError) -> Result<()> {
        let BatchError { reason, wait, .. } = error;
        let tries = u32::try_from(self.batch.tries).unwrap_or(1).min(10);
        let own = PAUSE_MIN.saturating_mul(1 << tries).min(PAUSE_MAX);
        let pause = own.max(wait.unwrap_or_default().min(PAUSE_MAX));
        tracing::info!(batch = %self.batch.id, reason, ?pause, "a batch is seen to again later");
        let pause = TimeDelta::from_std(pause).unwrap_or(HELD);
        put_off(self.app, self.batch.id, true, pause).await
    }

    /// The longer it takes, the less often it is looked at.
    fn pause(&self) -> TimeDelta {
        let age = self.app.clock.now() - self.batch.created_at;
        let age = age.to_std().unwrap_or_default();
        let least = self.app.batching.gather / 2;
        let pause = (age / 8).clamp(least.min(PAUSE_MAX), PAUSE_MAX);
        TimeDelta::from_std(pause).unwrap_or(HELD)
    }
}

fn of_owners(items: &[Item]) -> BTreeMap<&str, Vec<&Item>> {
    let mut of_owners = BTreeMap::<&str, Vec<&Item>>::new();
    for item in items {
        of_owners.entry(&item.owner_id).or_default().push(item);
    }
    of_owners
}

/// The same came of all of these.
async fn settle_all(app: &App, batch: &Batch, items: &[Item], why: CameTo) -> Result<()> {
    for items in of_owners(items).into_values() {
        for some in items.chunks(SETTLED) {
            let some = some.iter().map(|item| (*item, None, why));
            settle(app, batch, some.collect()).await?;
        }
    }
    Ok(())
}

/// What came of some items of one owner, with what it cost.
async fn settle(app: &App, batch: &Batch, items: Vec<(&Item, Option<&str>, CameTo)>) -> Result<()> {
    let Some((first, ..)) = items.first() else {
        return Ok(());
    };
    let owner_id = first.owner_id.as_str();
    let mut tx = app.store.write(owner_id).await?;
    let mut recorded = Vec::with_capacity(items.len());
    for (item, answer, came_to) in items {
        // Another process may have done so.
        let Some(made_for) = llm_batches::settle(&mut tx, item.id, answer).await? else {
            continue;
        };
        let asked = Asked {
            id: item.id,
            provider: &batch.provider,
            model: &batch.model,
            bytes: item.bytes,
        };
        let one = batched::record(app, &mut tx, (asked, made_for), came_to).await?;
        let outcome = match came_to.outcome {
            "answered" if !item.is_wanted => "unused",
            outcome => outcome,
        };
        recorded.push((one, outcome));
    }
    tx.commit().await?;
    for (one, outcome) in recorded {
        one.tell(app, owner_id);
        metrics::item(&batch.provider, outcome);
    }
    Ok(())
}

async fn end(app: &App, batch: &Batch, outcome: &'static str) -> Result<()> {
    let now: Timestamp = app.clock.now();
    let mut tx = app.store.system().await?;
    llm_batches::end(&mut tx, batch.id, now).await?;
    tx.commit().await?;
    metrics::batch(&batch.provider, outcome);
    tracing::info!(batch = %batch.id, outcome, "a batch is over");
    Ok(())
}

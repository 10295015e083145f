//! Giving documents their vectors: those that have none yet, or another model's. One process does so
//! for all, document by document; whatever stops it, it goes on with those that are left. Until a
//! document has its vectors, words find it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    search::{vector, windows},
    usage::MadeFor,
};
use ultudy_llm::{
    Bill,
    embeddings::{EmbedError, Embedder, Purpose},
};
use ultudy_store::{
    documents,
    embeddings::{self, Passage, PassageVectors},
};
use uuid::Uuid;

use crate::{App, Error, Result, spending::Account};

/// How often is looked for documents that other processes have read.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Documents looked up at once.
const DOCUMENTS: i64 = 100;
/// Passages of a document read at once.
const PASSAGES: i64 = 100;
/// How long a call for vectors may take, with all tries: a model on a busy machine without a graphics card
/// takes a second for each text.
const PATIENCE: Duration = Duration::from_secs(300);
/// The pause after an embedder did not answer: twice as long each time, unless it says how long.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// How often in a row the same texts wait for an embedder that says when it may be asked again.
const WAITS_MAX: usize = 3;
/// Texts that every embedder takes: they tell one that fails for a document's texts from one that is ill.
const PROBE: [&str; 2] = ["water", "light"];
const PROBE_PATIENCE: Duration = Duration::from_secs(30);
/// How often a document fails while the probe is answered, until it is left alone.
const FAILURES_MAX: u32 = 2;
/// When a document whose texts were not taken, or that no budget allowed, is tried again: twice as long each
/// time.
const LATER: Duration = Duration::from_secs(60 * 60);
const LATER_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Where waiting documents are no longer counted.
const COUNTED_MAX: i64 = 100_000;

/// Documents without vectors of the model, as a gauge.
const WAITING: &str = "ultudy_embedding_documents_waiting";
/// Documents that were embedded: `outcome`.
const EMBEDDED: &str = "ultudy_embedding_documents_total";

/// Embeds what waits for it until `shutdown` fires, in the one process that does so for all.
pub(crate) async fn keep_embedded(app: App, shutdown: CancellationToken) {
    let Some(embedder) = app.embedder.clone() else {
        return;
    };
    let mut work = Work::new(app, embedder);
    let mut pause = PAUSE;
    loop {
        if !work.doing.app.is_to_do_for_all(&shutdown).await {
            return;
        }
        let mut tries_others = false;
        let next = match work.catch_up(&shutdown).await {
            Ok(done) => {
                if done > 0 {
                    tracing::info!(documents = done, "embedded documents for the search");
                }
                pause = PAUSE;
                tries_others = true;
                LOOK_EVERY
            }
            Err(Stopped::Embedder(error) | Stopped::Texts(error)) => {
                let next = error.wait.unwrap_or(pause).clamp(PAUSE, PAUSE_MAX);
                told(error.reason, next);
                // Whether it answers for another document is soon known.
                tries_others = error.wait.is_none();
                pause = (pause * 2).min(PAUSE_MAX);
                next
            }
            Err(Stopped::Other(error)) => {
                tracing::warn!(%error, "cannot embed documents for the search");
                PAUSE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = work.doing.app.read_into_index().notified(), if tries_others => {}
            () = sleep(next) => {}
        }
    }
}

fn told(reason: &'static str, next: Duration) {
    tracing::warn!(
        reason,
        ?next,
        "documents cannot be embedded: search finds them by words alone"
    );
}

/// Embeds all documents that wait for it; how many.
///
/// # Errors
/// The embedder or the database does not answer, the former perhaps for some documents only.
pub async fn catch_up(app: &App, stop: &CancellationToken) -> Result<usize> {
    let Some(embedder) = app.embedder.clone() else {
        return Ok(0);
    };
    let mut work = Work::new(app.clone(), embedder);
    work.catch_up(stop).await.map_err(|stopped| match stopped {
        Stopped::Embedder(error) | Stopped::Texts(error) => Error::Unavailable(error.into()),
        Stopped::Other(error) => error,
    })
}

struct Work {
    doing: Doing,
    /// Documents whose texts are not taken.
    refused: HashMap<Uuid, Refused>,
    /// Documents that failed, and how often: they are tried after the others.
    suspects: HashMap<Uuid, u32>,
}

/// A document that is left alone.
struct Refused {
    until: Instant,
    pause: Duration,
}

/// What it takes to embed a document.
#[derive(Clone)]
struct Doing {
    app: App,
    embedder: Arc<dyn Embedder>,
}

/// What came of the documents so far.
#[derive(Default)]
struct Round {
    embedded: usize,
    failed: HashSet<Uuid>,
    /// The last one, of a document that is to be tried again.
    error: Option<EmbedError>,
}

type StoppedOr<T> = std::result::Result<T, Stopped>;

/// What came of a document.
enum Outcome {
    Embedded,
    /// Somebody else did, or does.
    Left,
    /// What it would cost may not be spent now.
    OverBudget,
}

/// Why no more can be done now.
enum Stopped {
    Embedder(EmbedError),
    /// For these texts; others it takes.
    Texts(EmbedError),
    Other(Error),
}

impl<T: Into<Error>> From<T> for Stopped {
    fn from(error: T) -> Self {
        Self::Other(error.into())
    }
}

impl Work {
    fn new(app: App, embedder: Arc<dyn Embedder>) -> Self {
        Self {
            doing: Doing { app, embedder },
            refused: HashMap::new(),
            suspects: HashMap::new(),
        }
    }

    async fn catch_up(&mut self, stop: &CancellationToken) -> StoppedOr<usize> {
        let model = &self.doing.embedder.traits().model.clone();
        let (mut round, mut after, mut last) = (Round::default(), None, Vec::new());
        loop {
            let mut tx = self.doing.app.store.system().await?;
            let waiting = embeddings::waiting(&mut tx, model, after.as_ref(), DOCUMENTS).await?;
            let count = embeddings::count_waiting(&mut tx, model, COUNTED_MAX).await?;
            drop(tx);
            metrics::gauge!(WAITING).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            after = waiting.last().cloned();
            if after.is_none() {
                break;
            }
            let now = Instant::now();
            self.refused.retain(|_, it| it.until + LATER_MAX > now);
            let is_refused = |id: &Uuid| self.refused.get(id).is_some_and(|it| it.until > now);
            let wanted = waiting.into_iter().filter(|(_, id)| !is_refused(id));
            let (suspected, wanted): (Vec<_>, Vec<_>) =
                wanted.partition(|(_, id)| self.suspects.contains_key(id));
            last.extend(suspected);
            self.embed(wanted, stop, &mut round).await?;
            if stop.is_cancelled() {
                return Ok(round.embedded);
            }
        }
        let there: HashSet<Uuid> = last.iter().map(|(_, id)| *id).collect();
        self.embed(last, stop, &mut round).await?;
        self.suspects
            .retain(|id, _| there.contains(id) || round.failed.contains(id));
        match round.error {
            Some(error) => Err(Stopped::Embedder(error)),
            None => Ok(round.embedded),
        }
    }

    /// Embeds these, some at once. What was begun goes on to its end whatever comes of another.
    async fn embed(
        &mut self,
        wanted: Vec<(String, Uuid)>,
        stop: &CancellationToken,
        round: &mut Round,
    ) -> StoppedOr<()> {
        let (doing, over) = (self.doing.clone(), CancellationToken::new());
        let each = stream::iter(wanted).map(|(owner_id, document_id)| {
            let (doing, stop, over) = (doing.clone(), stop.clone(), over.clone());
            async move {
                let embedded = match over.is_cancelled() {
                    true => Ok(Outcome::Left),
                    false => doing.document(&owner_id, document_id, &stop).await,
                };
                (document_id, embedded)
            }
        });
        let mut each = each.buffer_unordered(doing.embedder.traits().documents_at_once);
        let mut stopped = None;
        while let Some((document_id, embedded)) = each.next().await {
            let outcome = match embedded {
                Ok(Outcome::Left) => continue,
                Ok(Outcome::OverBudget) => {
                    tracing::info!(%document_id, "no budget allows a document's vectors");
                    self.leave_alone(document_id);
                    "over_budget"
                }
                Ok(Outcome::Embedded) => {
                    round.embedded += 1;
                    metrics::gauge!(WAITING).decrement(1.0);
                    self.suspects.remove(&document_id);
                    self.refused.remove(&document_id);
                    "embedded"
                }
                Err(Stopped::Texts(error)) if self.is_at_fault(document_id, &error) => {
                    self.refuse(document_id, error.reason);
                    "refused"
                }
                Err(Stopped::Texts(error)) => {
                    round.failed.insert(document_id);
                    round.error = Some(error);
                    continue;
                }
                Err(other) => {
                    over.cancel();
                    stopped = Some(other);
                    continue;
                }
            };
            metrics::counter!(EMBEDDED, "outcome" => outcome).increment(1);
        }
        stopped.map_or(Ok(()), Err)
    }

    /// Whether it is the document that fails, and not by chance.
    fn is_at_fault(&mut self, document_id: Uuid, error: &EmbedError) -> bool {
        let failures = self.suspects.entry(document_id).or_default();
        *failures += 1;
        error.is_of_the_texts || *failures >= FAILURES_MAX
    }

    fn refuse(&mut self, document_id: Uuid, reason: &'static str) {
        let pause = self.leave_alone(document_id);
        tracing::warn!(
            %document_id, reason, again_after = ?pause,
            "a document cannot be embedded: search finds it by words alone"
        );
    }

    /// For how long it is not tried again: twice as long each time.
    fn leave_alone(&mut self, document_id: Uuid) -> Duration {
        self.suspects.remove(&document_id);
        let before = self.refused.get(&document_id);
        let pause = before.map_or(LATER, |before| (before.pause * 2).min(LATER_MAX));
        let until = Instant::now() + pause;
        self.refused.insert(document_id, Refused { until, pause });
        pause
    }
}

impl Doing {
    /// Embeds one document, if what that costs may be spent; it is recorded however it ends.
    async fn document(
        &self,
        owner_id: &str,
        document_id: Uuid,
        stop: &CancellationToken,
    ) -> StoppedOr<Outcome> {
        let mut tx = self.app.store.read(owner_id).await?;
        let document = documents::find(&mut tx, document_id).await?;
        drop(tx);
        let Some(document) = document else {
            return Ok(Outcome::Left);
        };
        let made_for = MadeFor {
            course_id: document.course_id,
            document_id: Some(document_id),
            ..MadeFor::default()
        };
        let account = Account::open(&self.app, owner_id, made_for);
        let embedded = self
            .embed(owner_id, document_id, stop, account.bill())
            .await;
        let was_refused = account.was_refused();
        account.close().await;
        match embedded {
            Err(Stopped::Embedder(_)) if was_refused => Ok(Outcome::OverBudget),
            embedded => embedded,
        }
    }

    async fn embed(
        &self,
        owner_id: &str,
        document_id: Uuid,
        stop: &CancellationToken,
        bill: &Bill,
    ) -> StoppedOr<Outcome> {
        let store = &self.app.store;
        let mut all: Vec<PassageVectors> = Vec::new();
        loop {
            let is_mine = *self.app.does_for_all().borrow();
            if stop.is_cancelled() || (store.is_shared() && !is_mine) {
                return Ok(Outcome::Left);
            }
            let after = all.last().map_or(0, |passage| passage.number);
            let mut tx = store.read(owner_id).await?;
            let passages = embeddings::passages(&mut tx, document_id, after, PASSAGES).await?;
            // The provider may take a while.
            drop(tx);
            if passages.is_empty() {
                break;
            }
            all.extend(self.vectors(passages, stop, bill).await?);
        }
        let mut tx = store.write(owner_id).await?;
        let model = &self.embedder.traits().model;
        let is_new = embeddings::put(&mut tx, document_id, model, &all).await?;
        tx.commit().await?;
        Ok(match is_new {
            true => Outcome::Embedded,
            false => Outcome::Left,
        })
    }

    async fn vectors(
        &self,
        passages: Vec<Passage>,
        stop: &CancellationToken,
        bill: &Bill,
    ) -> StoppedOr<Vec<PassageVectors>> {
        let mut texts = Vec::new();
        let mut owners = Vec::new();
        for (place, passage) in passages.iter().enumerate() {
            for text in windows::cut(&passage.section_name, &passage.content) {
                texts.push(text);
                owners.push(place);
            }
        }
        let empty = |passage: Passage| PassageVectors {
            number: passage.number,
            count: 0,
            vectors: Vec::new(),
            codes: Vec::new(),
        };
        let mut all: Vec<PassageVectors> = passages.into_iter().map(empty).collect();
        let batch = self.embedder.traits().batch;
        for (texts, owners) in texts.chunks(batch).zip(owners.chunks(batch)) {
            let vectors = self.batch(texts, stop, bill).await?;
            for (vector, owner) in vectors.iter().zip(owners) {
                // One of a text that says nothing is never alike.
                let Some(bytes) = vector::bytes(vector) else {
                    continue;
                };
                let one = &mut all[*owner];
                one.count += 1;
                one.vectors.extend(bytes);
                one.codes.extend(vector::code(vector));
            }
        }
        Ok(all)
    }

    /// The vectors of texts. Where the embedder says when it may be asked again, they wait for that: what
    /// was embedded of the document before is paid for.
    async fn batch(
        &self,
        texts: &[String],
        stop: &CancellationToken,
        bill: &Bill,
    ) -> StoppedOr<Vec<Vec<f32>>> {
        let mut waits = 0;
        loop {
            let asked = self
                .embedder
                .embed(texts.to_vec(), Purpose::Passage, PATIENCE, bill);
            let error = match asked.await {
                Ok(vectors) => return Ok(vectors),
                Err(error) if error.is_of_the_texts => return Err(Stopped::Texts(error)),
                Err(error) => error,
            };
            let Some(wait) = error.wait else {
                return Err(match self.takes_others(bill).await {
                    true => Stopped::Texts(error),
                    false => Stopped::Embedder(error),
                });
            };
            waits += 1;
            if waits > WAITS_MAX || wait > PAUSE_MAX {
                return Err(Stopped::Embedder(error));
            }
            let wait = wait.max(PAUSE);
            told(error.reason, wait);
            tokio::select! {
                () = stop.cancelled() => return Err(Stopped::Embedder(error)),
                () = sleep(wait) => {}
            }
        }
    }

    async fn takes_others(&self, bill: &Bill) -> bool {
        let probe = PROBE.map(str::to_owned).to_vec();
        let asked = self
            .embedder
            .embed(probe, Purpose::Passage, PROBE_PATIENCE, bill);
        asked.await.is_ok()
    }
}

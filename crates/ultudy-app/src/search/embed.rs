//! Giving documents their vectors: those that have none yet, or another model's. One process does so
//! for all, document by document; whatever stops it, it goes on with those that are left. Until a
//! document has its vectors, words find it.

use std::{collections::HashMap, sync::Arc, time::Duration};

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
/// When a document is tried again whose texts were not taken, or that no budget allowed.
const LATER: Duration = Duration::from_secs(60 * 60);
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
    let mut does_for_all = work.doing.app.does_for_all().subscribe();
    loop {
        let is_me = async { does_for_all.wait_for(|does| *does).await.is_ok() };
        tokio::select! {
            () = shutdown.cancelled() => return,
            is_me = is_me => if !is_me { return },
        }
        let next = match work.catch_up(&shutdown).await {
            Ok(done) => {
                if done > 0 {
                    tracing::info!(documents = done, "embedded documents for the search");
                }
                pause = PAUSE;
                LOOK_EVERY
            }
            Err(Stopped::Embedder(error)) => {
                let next = error.wait.unwrap_or(pause).clamp(PAUSE, PAUSE_MAX);
                tracing::warn!(
                    reason = error.reason,
                    ?next,
                    "documents cannot be embedded: search finds them by words alone"
                );
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
            () = work.doing.app.read_into_index().notified(), if next == LOOK_EVERY => {}
            () = sleep(next) => {}
        }
    }
}

/// Embeds all documents that wait for it; how many.
///
/// # Errors
/// The embedder or the database does not answer.
pub async fn catch_up(app: &App, stop: &CancellationToken) -> Result<usize> {
    let Some(embedder) = app.embedder.clone() else {
        return Ok(0);
    };
    let mut work = Work::new(app.clone(), embedder);
    work.catch_up(stop).await.map_err(|stopped| match stopped {
        Stopped::Embedder(error) => Error::Unavailable(error.into()),
        Stopped::Other(error) => error,
    })
}

struct Work {
    doing: Doing,
    /// Documents whose texts were not taken, or that no budget allowed, and when.
    refused: HashMap<Uuid, Instant>,
}

/// What it takes to embed a document.
#[derive(Clone)]
struct Doing {
    app: App,
    embedder: Arc<dyn Embedder>,
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
        }
    }

    async fn catch_up(&mut self, stop: &CancellationToken) -> StoppedOr<usize> {
        let doing = self.doing.clone();
        let traits = doing.embedder.traits();
        self.refused.retain(|_, since| since.elapsed() < LATER);
        let (mut done, mut after) = (0, None);
        loop {
            let mut tx = doing.app.store.system().await?;
            let waiting =
                embeddings::waiting(&mut tx, &traits.model, after.as_ref(), DOCUMENTS).await?;
            let count = embeddings::count_waiting(&mut tx, &traits.model, COUNTED_MAX).await?;
            drop(tx);
            metrics::gauge!(WAITING).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            let Some(last) = waiting.last().cloned() else {
                return Ok(done);
            };
            after = Some(last);
            let mut wanted = waiting;
            wanted.retain(|(_, id)| !self.refused.contains_key(id));
            let each = stream::iter(wanted).map(|(owner_id, document_id)| {
                let (doing, stop) = (doing.clone(), stop.clone());
                async move {
                    let embedded = doing.document(&owner_id, document_id, &stop).await;
                    (document_id, embedded)
                }
            });
            let mut each = each.buffer_unordered(traits.documents_at_once);
            let mut refused = Vec::new();
            while let Some((document_id, embedded)) = each.next().await {
                let outcome = match embedded {
                    Ok(Outcome::Left) => continue,
                    Ok(Outcome::Embedded) => {
                        done += 1;
                        "embedded"
                    }
                    Ok(Outcome::OverBudget) => {
                        tracing::info!(%document_id, "no budget allows a document's vectors");
                        refused.push(document_id);
                        "over_budget"
                    }
                    Err(Stopped::Embedder(error)) if error.is_of_the_texts => {
                        let reason = error.reason;
                        tracing::warn!(%document_id, reason, "a document cannot be embedded");
                        refused.push(document_id);
                        "refused"
                    }
                    Err(stopped) => return Err(stopped),
                };
                metrics::counter!(EMBEDDED, "outcome" => outcome).increment(1);
            }
            let now = Instant::now();
            self.refused.extend(refused.into_iter().map(|id| (id, now)));
            if stop.is_cancelled() {
                return Ok(done);
            }
        }
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
            all.extend(self.vectors(passages, bill).await?);
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

    async fn vectors(&self, passages: Vec<Passage>, bill: &Bill) -> StoppedOr<Vec<PassageVectors>> {
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
            let texts = texts.to_vec();
            let embedding = self.embedder.embed(texts, Purpose::Passage, PATIENCE, bill);
            let vectors = embedding.await.map_err(Stopped::Embedder)?;
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
}

//! Pages of a document read from their pictures by a language model: what is known is not paid for again,
//! budgets hold, and whatever the model does, the document is read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    page_text::{PagePicture, PageReader, PageText, PagesRead},
    usage::MadeFor,
};
use ultudy_llm::{GenerateError, GeneratorIdentity, Transcriber};
use ultudy_store::page_readings;

use crate::{App, Result, lessons::Sharing, spending::Account, worker::Run};

/// Calls in a row that come to nothing, after which a document's other pages are read without.
const FAILURES_MAX: u32 = 2;
/// Longest that a provider is waited for that has too much to do, and how often for a document.
const WAIT_MAX: Duration = Duration::from_secs(60);
const WAITS_MAX: u32 = 5;
/// How long what was read is kept: a document that is tried again is so within hours, a course's students
/// send the same within weeks.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Pages that are deleted in one transaction.
const DELETED: u32 = 1_000;

/// Pages by what came of them.
const PAGES: &str = "ultudy_model_pages_total";

/// The models that read pages, and which.
pub struct Vision {
    /// Reads them.
    pub transcriber: Arc<dyn Transcriber>,
    /// Pages, too, whose text can be read without.
    pub reads_all: bool,
    /// Most pages of a document.
    pub pages_max: u32,
}

/// Reads the pages of one run's document.
pub(super) struct Eyes<'a> {
    app: &'a App,
    vision: &'a Vision,
    owner_id: &'a str,
    made_for: MadeFor,
    is_off: AtomicBool,
    failures: AtomicU32,
    waits: AtomicU32,
}

impl<'a> Eyes<'a> {
    /// Those of this process, if it has any.
    pub(super) fn of(run: &'a Run) -> Option<Self> {
        let vision = run.app.vision.as_ref()?;
        let of = |name: &str| run.job.data.get(name)?.as_str()?.parse().ok();
        Some(Self {
            app: &run.app,
            vision,
            owner_id: &run.job.owner_id,
            made_for: MadeFor {
                job_id: Some(run.job.id),
                course_id: of("course_id"),
                document_id: of("document_id"),
                section_id: None,
            },
            is_off: AtomicBool::new(false),
            failures: AtomicU32::new(0),
            waits: AtomicU32::new(0),
        })
    }

    async fn texts(&self, pictures: Vec<PagePicture>) -> Vec<Option<PageText>> {
        let identity = self.vision.transcriber.identity();
        let owner = match self.app.sharing {
            Sharing::Global => None,
            Sharing::Off => Some(self.owner_id),
        };
        let mut texts: Vec<Option<PageText>> = Vec::new();
        let (mut unknown, mut places) = (Vec::new(), Vec::new());
        for (place, picture) in pictures.into_iter().enumerate() {
            let key = key(&identity, &picture, owner);
            let known = self.known(&key).await;
            if known.is_some() {
                count("known", 1);
            } else {
                unknown.push(picture);
                places.push((place, key));
            }
            texts.push(known);
        }
        if unknown.is_empty() || !self.is_ready() {
            return texts;
        }
        match self.ask(&unknown).await {
            Ok((read, account)) => {
                // Kept before the account is closed: what is paid for must not be paid for again.
                for ((place, key), text) in places.iter().zip(read) {
                    count(if text.is_some() { "read" } else { "unread" }, 1);
                    if let Some(text) = text {
                        self.keep(key, &text).await;
                        if let Some(at) = texts.get_mut(*place) {
                            *at = Some(text);
                        }
                    }
                }
                let _ = account.close().await;
            }
            Err(reason) => count(reason, unknown.len()),
        }
        texts
    }

    /// What a model says of these, and the account to close once that is kept; or in a word why not.
    async fn ask(
        &self,
        pictures: &[PagePicture],
    ) -> std::result::Result<(Vec<Option<PageText>>, Account), &'static str> {
        loop {
            let account = Account::open(self.app, self.owner_id, self.made_for);
            let read = self.vision.transcriber.transcribe(pictures, account.bill());
            let error = match read.await {
                Ok(texts) => {
                    self.failures.store(0, Ordering::Relaxed);
                    return Ok((texts, account));
                }
                Err(error) => error,
            };
            let was_refused = account.was_refused();
            let _ = account.close().await;
            if was_refused {
                self.turn_off();
                tracing::info!(%error, owner_id = self.owner_id, "pages are read without a model");
                return Err("budget");
            }
            match self.failed(&error) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err("failed"),
            }
        }
    }

    /// What follows from an error: after how long it is asked again, if it is.
    fn failed(&self, error: &GenerateError) -> Option<Duration> {
        tracing::warn!(%error, job_id = ?self.made_for.job_id, "a model did not read some pages");
        match error {
            GenerateError::NotAsked {
                wait,
                is_limited: true,
                ..
            } if *wait <= WAIT_MAX && self.waits.fetch_add(1, Ordering::Relaxed) < WAITS_MAX => {
                return Some(*wait);
            }
            // It will not see these, perhaps others.
            GenerateError::Permanent {
                code: "content_refused" | "text_too_long",
                ..
            } => {}
            GenerateError::Permanent { .. } | GenerateError::NotAsked { .. } => self.turn_off(),
            GenerateError::Transient { .. } | GenerateError::Cancelled => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX {
                    self.turn_off();
                }
            }
        }
        None
    }

    fn turn_off(&self) {
        self.is_off.store(true, Ordering::Relaxed);
    }

    /// What cannot be looked up is read again.
    async fn known(&self, key: &str) -> Option<PageText> {
        let found = async {
            let mut tx = self.app.store.system_read().await?;
            page_readings::find(&mut tx, key).await
        };
        found.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot look up what was read before");
            None
        })
    }

    async fn keep(&self, key: &str, text: &PageText) {
        let kept = async {
            let mut tx = self.app.store.system().await?;
            page_readings::insert(&mut tx, key, text, self.app.clock.now()).await?;
            tx.commit().await
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, "what a model read is not kept");
        }
    }
}

impl PageReader for Eyes<'_> {
    fn reads_all(&self) -> bool {
        self.vision.reads_all
    }

    fn pages_max(&self) -> u32 {
        self.vision.pages_max
    }

    fn is_ready(&self) -> bool {
        !self.is_off.load(Ordering::Relaxed)
    }

    fn read(&self, pictures: Vec<PagePicture>) -> PagesRead<'_> {
        Box::pin(self.texts(pictures))
    }
}

fn count(outcome: &'static str, pages: usize) {
    metrics::counter!(PAGES, "outcome" => outcome).increment(pages as u64);
}

/// The key of a reading, as lower-case hex; of one that is this owner's alone, if it is not shared.
fn key(identity: &GeneratorIdentity, picture: &PagePicture, owner_id: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Keyed<'a> {
        kind: &'static str,
        identity: &'a GeneratorIdentity,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner_id: Option<&'a str>,
    }
    let keyed = Keyed {
        kind: "page",
        identity,
        owner_id,
    };
    let mut hash = Sha256::new();
    // It always can be written as JSON.
    hash.update(serde_json::to_vec(&keyed).unwrap_or_default());
    hash.update(&picture.jpeg);
    hex::encode(hash.finalize())
}

/// Deletes what was read long ago, some at once, until `stop` fires; how much it was.
///
/// # Errors
/// The database does not answer.
pub async fn clear_up(app: &App, stop: &CancellationToken) -> Result<u64> {
    let mut cleared = 0;
    while !stop.is_cancelled() {
        let mut tx = app.store.system().await?;
        let before = app.clock.now() - KEPT;
        let deleted = page_readings::delete_old(&mut tx, before, DELETED).await?;
        tx.commit().await?;
        cleared += deleted;
        if deleted < u64::from(DELETED) {
            break;
        }
    }
    Ok(cleared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_picture_reader_or_owner_is_another_key() {
        let identity = |version| GeneratorIdentity {
            provider: "openai",
            model: "m".into(),
            version,
        };
        let picture = |page, jpeg: &[u8]| PagePicture {
            page,
            width: 1,
            height: 1,
            jpeg: jpeg.to_vec(),
        };
        let one = key(&identity(1), &picture(1, b"a"), None);
        assert_eq!(
            one,
            key(&identity(1), &picture(9, b"a"), None),
            "wherever it stands"
        );
        for other in [
            key(&identity(1), &picture(1, b"b"), None),
            key(&identity(2), &picture(1, b"a"), None),
            key(&identity(1), &picture(1, b"a"), Some("ada")),
        ] {
            assert_ne!(one, other);
        }
    }
}

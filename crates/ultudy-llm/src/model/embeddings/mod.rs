//! Vectors by a provider's model. The call, its tries, its breaker and its pace are the language
//! models'; what is asked and answered is one body, not a stream.

mod call;
mod wire;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::Url;
use tokio::time::{Instant, sleep, timeout_at};

use self::call::Line;
use super::{ModelError, Pace, Provider, breaker::Breaker, failure::Failure};
use crate::embeddings::{EmbedError, Embedder, EmbedderTraits, Purpose};

/// How often a call for passages is made again at once. Who searches does not wait for that.
const RETRIES: usize = 2;
/// Longest pause before that.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Texts of a call: the least of what the providers take.
const BATCH: usize = 64;
/// Documents at a time.
const DOCUMENTS: usize = 4;

/// How long calls took, in seconds, by what came of them.
const CALLS: &str = "ultudy_embedding_call_duration_seconds";
/// Calls made again at once.
const CALL_RETRIES: &str = "ultudy_embedding_retries_total";

/// Which model makes vectors, and where it is.
pub struct EmbeddingsConfig {
    /// Whose it is.
    pub provider: Provider,
    /// The API's address, such as `https://api.openai.com/v1`.
    pub base_url: Url,
    /// What is shown there; empty if nothing is.
    pub key: String,
    /// The model's name there.
    pub model: String,
    /// Cosine from which on a passage has anything to do with a query.
    pub least_similarity: f32,
    /// The shortest pause before a call is made again, such as [`super::RETRY_PAUSE`].
    pub retry_pause: Duration,
    /// How often the provider may be called.
    pub pace: Arc<dyn Pace>,
}

/// The embedder.
pub struct Embeddings {
    traits: EmbedderTraits,
    provider: Provider,
    model: String,
    line: Line,
    /// Of calls for passages, and of those for queries: what is too slow for who searches is not for
    /// what waits for it in the background.
    breakers: [Breaker; 2],
    /// Until when the provider wants no calls.
    rest: Mutex<Option<Instant>>,
    pause: Duration,
    pace: Arc<dyn Pace>,
}

impl Embeddings {
    /// Asks as it is told; makes no calls yet.
    ///
    /// # Errors
    /// [`ModelError`]; of a provider that has no such models, one without a certificate or key.
    pub fn new(config: EmbeddingsConfig) -> Result<Self, ModelError> {
        let provider = config.provider;
        Ok(Self {
            traits: EmbedderTraits {
                model: format!("{}:{}", provider.name(), config.model),
                least_similarity: config.least_similarity,
                // A question in one's own words shares few with its answer, and many with what is beside it.
                weight: 2.0,
                batch: BATCH,
                documents_at_once: DOCUMENTS,
            },
            line: Line::new(provider, &config.base_url, &config.key, &config.model)?,
            provider,
            model: config.model,
            breakers: Default::default(),
            rest: Mutex::new(None),
            pause: config.retry_pause,
            pace: config.pace,
        })
    }

    async fn ask(
        &self,
        texts: &[String],
        purpose: Purpose,
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        self.admit_rest(deadline)?;
        let [passages, queries] = &self.breakers;
        let breaker = match purpose {
            Purpose::Passage => passages,
            Purpose::Query => queries,
        };
        let pass = breaker.admit(Instant::now());
        let pass = pass.map_err(|wait| Failure::Resting {
            wait,
            is_limited: false,
        })?;
        let retries = match purpose {
            Purpose::Passage if !pass.is_probe() => RETRIES,
            Purpose::Passage | Purpose::Query => 0,
        };
        let answered = self.try_to_ask(texts, purpose, deadline, retries).await;
        match &answered {
            Err(failure) if failure.is_of_the_provider() => pass.failed(Instant::now()),
            // It was not asked.
            Err(Failure::Resting { .. }) => {}
            _ => pass.succeeded(),
        }
        answered
    }

    async fn try_to_ask(
        &self,
        texts: &[String],
        purpose: Purpose,
        deadline: Instant,
        retries: usize,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.pause)
            .with_max_delay(PAUSE_MAX)
            .with_max_times(retries)
            .with_jitter();
        let mut pauses = pauses.build();
        let body = self.line.body(&self.model, texts, purpose)?;
        loop {
            self.wait_for_turn(purpose, deadline).await?;
            let failure = match self.call(body.clone(), texts.len(), deadline).await {
                Ok(vectors) => return Ok(vectors),
                Err(failure) => failure,
            };
            let Some(pause) = pauses.next().filter(|_| failure.may_pass_soon()) else {
                return Err(failure);
            };
            let wait = failure.wait().unwrap_or_default();
            let pause = pause.max(wait);
            if wait > PAUSE_MAX || Instant::now() + pause >= deadline {
                return Err(failure);
            }
            metrics::counter!(CALL_RETRIES, &self.labels()).increment(1);
            sleep(pause).await;
        }
    }

    async fn call(
        &self,
        body: String,
        count: usize,
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        let begun = Instant::now();
        // Dropping the call closes its connection, by which the provider knows.
        let called = timeout_at(deadline, self.line.call(body, count)).await;
        let (answered, rest) = called.unwrap_or((Err(Failure::Time), None));
        if let Some(wait) = rest {
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
        }
        let outcome = match &answered {
            Ok(_) => "answered",
            Err(failure) => failure.reason(),
        };
        let [provider, model] = self.labels();
        let labels = [provider, model, ("outcome", outcome.to_owned())];
        metrics::histogram!(CALLS, &labels).record(begun.elapsed());
        answered
    }

    /// Waits until one more call is allowed, if that leaves time for it: half of what there is. Who
    /// searches does not wait at all.
    async fn wait_for_turn(&self, purpose: Purpose, deadline: Instant) -> Result<(), Failure> {
        while let Err(wait) = self.pace.admit(self.provider).await {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if purpose == Purpose::Query || wait > remaining / 2 {
                return Err(Failure::Resting {
                    wait,
                    is_limited: true,
                });
            }
            sleep(wait).await;
        }
        Ok(())
    }

    /// Leaves the provider alone as long as it asked for.
    fn admit_rest(&self, deadline: Instant) -> Result<(), Failure> {
        let until = *self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match until.filter(|until| *until > now && deadline > now) {
            Some(until) => Err(Failure::Resting {
                wait: until - now,
                is_limited: true,
            }),
            None => Ok(()),
        }
    }

    fn labels(&self) -> [(&'static str, String); 2] {
        [
            ("provider", self.provider.name().to_owned()),
            ("model", self.model.clone()),
        ]
    }
}

#[async_trait]
impl Embedder for Embeddings {
    fn traits(&self) -> &EmbedderTraits {
        &self.traits
    }

    async fn embed(
        &self,
        texts: Vec<String>,
        purpose: Purpose,
        patience: Duration,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let deadline = Instant::now() + patience;
        let answered = self.ask(&texts, purpose, deadline).await;
        answered.map_err(|failure| {
            let reason = failure.reason();
            EmbedError {
                reason,
                wait: failure.wait(),
                is_of_the_texts: matches!(reason, "text_too_long" | "refused"),
            }
        })
    }
}

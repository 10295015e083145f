//! Lessons by language models, whoever provides them.
//!
//! The way of a lesson: [`prompt`] says what is asked, a [`target`] asks one model of one
//! [`provider`], in the format that [`wire`] knows, event by event under two timeouts; [`lesson`]
//! checks item by item. What came to nothing before a word was written is tried again there; what
//! else fails goes to the next model, if there is one, and then to the job, by what
//! [`GenerateError`] says.

mod breaker;
mod call;
mod draft;
mod events;
mod failure;
mod kept;
mod lesson;
mod metrics;
mod prompt;
mod provider;
mod rates;
mod schema;
mod target;
mod wire;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::Url;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ultudy_domain::{glossary::GlossaryEntry, lesson::LessonContent};

pub use self::provider::Provider;
use self::{
    failure::Failure,
    kept::Kept,
    lesson::{Asked, Unfit},
    target::Target,
};
use crate::{GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart};

/// Characters of an answer after which it is taken for two thirds done: lessons have some 10,000.
const USUAL: f32 = 10_000.0;

/// A model, and where it is.
pub struct ModelConfig {
    /// Whose it is.
    pub provider: Provider,
    /// The API's address, such as `https://api.openai.com/v1`.
    pub base_url: Url,
    /// What is shown there; empty if nothing is.
    pub key: String,
    /// The model's name there.
    pub model: String,
}

/// Which models write lessons, and how long they may take.
pub struct ModelsConfig {
    /// The one that is asked.
    pub first: ModelConfig,
    /// Those that are asked in its place if it fails, in this order.
    pub fallbacks: Vec<ModelConfig>,
    /// How long a lesson may take, with all tries and fallbacks.
    pub total_timeout: Duration,
    /// How long nothing may come.
    pub idle_timeout: Duration,
    /// The shortest pause before a call is made again, such as [`RETRY_PAUSE`].
    pub retry_pause: Duration,
    /// How often providers may be called.
    pub pace: Arc<dyn Pace>,
}

/// Sees to it that a provider is not called more often than it allows, by whatever processes.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Lets a call through, which counts from now on, or says after what time one may be.
    async fn admit(&self, provider: Provider) -> Result<(), Duration>;
}

/// Lets every call through.
pub struct Unlimited;

#[async_trait]
impl Pace for Unlimited {
    async fn admit(&self, _provider: Provider) -> Result<(), Duration> {
        Ok(())
    }
}

/// The usual pause before a call is made again.
pub const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Why no calls can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The key in this setting is no text that HTTP can carry.
    #[error("the key in {0} holds characters that no key has")]
    Key(&'static str),
    /// No certificates can be read, or the like.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// The generator.
pub struct Models {
    /// At least one.
    targets: Vec<Target>,
    identity: GeneratorIdentity,
    total_timeout: Duration,
}

/// What may come of asking one model.
enum Outcome {
    Made(Box<LessonContent>),
    /// The text teaches nothing, whoever is asked.
    NothingTaught,
    Failed(Failure),
}

impl Models {
    /// Asks as it is told; makes no calls yet.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(config: ModelsConfig) -> Result<Self, ModelError> {
        let identity = GeneratorIdentity {
            provider: config.first.provider.name(),
            model: config.first.model.clone(),
            version: prompt::VERSION,
        };
        let all = [config.first].into_iter().chain(config.fallbacks);
        let targets = all.map(|model| {
            let pace = Arc::clone(&config.pace);
            Target::new(model, config.idle_timeout, config.retry_pause, pace)
        });
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            identity,
            total_timeout: config.total_timeout,
        })
    }

    async fn make(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<LessonContent, GenerateError> {
        let deadline = Instant::now() + self.total_timeout;
        let told = |received: usize| {
            #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
            let received = received as f32;
            progress(1.0 - (-received / USUAL).exp());
        };
        let material = prompt::material(&input).map_err(|error| unwritten(&error))?;
        // Calls are many, and wait for minutes: their texts are with the model by then.
        let asked = Asked::of(input);
        let kept = match self.targets.len() {
            1 => None,
            _ => Some(Kept::pack(&material).map_err(|error| unwritten(&error))?),
        };
        let mut material = Some(material);
        let mut given_up: Option<GenerateError> = None;
        for (place, target) in self.targets.iter().enumerate() {
            let text = match (material.take(), &kept) {
                (Some(material), _) => material,
                (None, Some(kept)) => kept.unpack().map_err(|error| unwritten(&error))?,
                (None, None) => break,
            };
            let body = target.body(&prompt::prompt(&text));
            let body = body.map_err(|error| unwritten(&error))?;
            drop(text);
            let answered = target.ask(body, deadline, &told).await;
            let outcome = match answered.map(|answer| lesson::checked(&answer.content, &asked)) {
                Ok(Ok(content)) => Outcome::Made(Box::new(content)),
                Ok(Err(Unfit::NothingTaught)) => Outcome::NothingTaught,
                Ok(Err(Unfit::Unsound(reason))) => Outcome::Failed(Failure::Unreadable(reason)),
                Err(failure) => Outcome::Failed(failure),
            };
            let failure = match outcome {
                Outcome::Made(content) => {
                    if place > 0 {
                        target.counted.fell_back();
                    }
                    return Ok(*content);
                }
                Outcome::NothingTaught => return Err(failure::nothing_taught()),
                Outcome::Failed(failure) => failure,
            };
            failure.log(target.counted.provider, &target.counted.model);
            let error = failure.told(target.counted.provider);
            // Another model is not asked until one is found that will write on anything.
            if matches!(failure, Failure::Declined) {
                return Err(error);
            }
            given_up = Some(match given_up {
                None => error,
                Some(before) => better(before, error),
            });
        }
        Err(given_up.unwrap_or_else(failure::unreadable))
    }
}

fn unwritten(error: &dyn std::error::Error) -> GenerateError {
    tracing::error!(%error, "a prompt could not be written");
    failure::unreadable()
}

/// Of the errors of two models the one that leaves more hope: one that passes, as soon as either of them
/// may be asked; else the first.
fn better(before: GenerateError, then: GenerateError) -> GenerateError {
    use GenerateError::{NotAsked, Transient};
    match (before, then) {
        (
            Transient {
                message,
                retry_after,
            },
            Transient {
                retry_after: other, ..
            },
        ) => Transient {
            message,
            retry_after: retry_after.zip(other).map(|(one, other)| one.min(other)),
        },
        (
            Transient {
                message,
                retry_after,
            },
            NotAsked { wait, .. },
        )
        | (
            NotAsked { wait, .. },
            Transient {
                message,
                retry_after,
            },
        ) => Transient {
            message,
            retry_after: retry_after.map(|other| other.min(wait)),
        },
        (
            NotAsked {
                message,
                wait,
                is_limited,
            },
            NotAsked {
                wait: other,
                is_limited: is_other_limited,
                ..
            },
        ) => NotAsked {
            message,
            wait: wait.min(other),
            is_limited: is_limited || is_other_limited,
        },
        (before @ (Transient { .. } | NotAsked { .. }), _) => before,
        (_, then @ (Transient { .. } | NotAsked { .. })) => then,
        (before, _) => before,
    }
}

#[async_trait]
impl Generator for Models {
    fn identity(&self) -> GeneratorIdentity {
        self.identity.clone()
    }

    /// None: a model knows words, and explains what a text uses.
    fn uses_glossary(&self) -> bool {
        false
    }

    async fn glossary(
        &self,
        _parts: Vec<LessonPart>,
        _cancel: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError> {
        Ok(Vec::new())
    }

    async fn lesson(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<LessonContent, GenerateError> {
        // Dropping the call closes its connection, by which the provider knows.
        let made = cancel.run_until_cancelled(self.make(input, progress)).await;
        made.unwrap_or(Err(GenerateError::Cancelled))
    }
}

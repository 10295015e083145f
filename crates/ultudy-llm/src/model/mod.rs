//! Work by language models, whoever provides them.
//!
//! The way of a lesson: [`prompt`] says what is asked, a [`chain`] asks one model after the other,
//! a [`target`] asks one model of one [`provider`], in the format that [`wire`] knows, event by
//! event under two timeouts; [`lesson`] checks item by item, that each is [`inert`] and by
//! [`grounding`] that it stands in the text. [`writing`] puts it together, of [`parts`] where the text
//! is long, and asks once more for what was wrong. What came to nothing before a word
//! was written is tried again by the target; what else fails goes to the next model, if there is
//! one, and then to the job, by what [`GenerateError`] says.

mod answers;
mod backoff;
mod batch;
mod breaker;
mod call;
mod chain;
mod checking;
mod cut;
mod draft;
mod embeddings;
mod events;
mod failure;
mod grading;
pub mod grounding;
mod inert;
mod kept;
mod lesson;
mod metrics;
mod pace;
mod pages;
mod parts;
mod prompt;
mod provider;
mod rates;
mod schema;
mod target;
mod tex;
mod wire;
mod writing;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::Url;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ultudy_domain::glossary::GlossaryEntry;

pub use self::batch::{
    BatchAnswer, BatchError, BatchItem, BatchState, Batches, CALL_TIMEOUT, FoundBatch, SentBatch,
};
pub use self::call::tokens_of;
pub use self::embeddings::{Embeddings, EmbeddingsConfig};
pub use self::pace::{Admission, Pace, Unlimited, Urgency};
pub use self::prompt::LESSON_TOKENS_MAX;
pub use self::provider::Provider;
use self::{
    call::Line,
    chain::{Chain, Unfit, Work},
    checking::Checking,
    kept::Kept,
    metrics::Counted,
    target::Target,
    wire::Question,
    writing::Written,
};
use crate::{
    BatchRequest, Bill, GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart,
    MadeLesson, Task, Told,
};

/// A model, and where it is.
#[derive(Clone, PartialEq, Eq)]
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

/// Which models are asked, and how long they may take.
pub struct ModelsConfig {
    /// The one that is asked.
    pub first: ModelConfig,
    /// Names of other models of the same provider for some tasks.
    pub by_task: HashMap<Task, String>,
    /// Those that are asked in its place if it fails, in this order.
    pub fallbacks: Vec<ModelConfig>,
    /// Tokens that the models read and write at once: longer texts are written on part by part.
    pub context_tokens: usize,
    /// How long a piece of work may take, with all tries and fallbacks; of a lesson on a long text each
    /// part.
    pub total_timeout: Duration,
    /// How long nothing may come.
    pub idle_timeout: Duration,
    /// The shortest pause before a call is made again, such as [`RETRY_PAUSE`].
    pub retry_pause: Duration,
    /// How often providers may be called.
    pub pace: Arc<dyn Pace>,
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

/// The models, and in what order they are asked for what.
pub struct Models {
    /// One for each task, by its place in [`Task::ALL`].
    chains: [Chain; Task::ALL.len()],
    identity: GeneratorIdentity,
    /// Of what reads pages.
    reads_pages: GeneratorIdentity,
    /// Whose model is asked first.
    first: Provider,
    context_tokens: usize,
    total_timeout: Duration,
    written: Written,
    checking: Checking,
}

impl Models {
    /// Asks as it is told; makes no calls yet.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn new(config: ModelsConfig) -> Result<Self, ModelError> {
        let ModelsConfig {
            first,
            by_task,
            fallbacks,
            context_tokens,
            total_timeout,
            idle_timeout,
            retry_pause,
            pace,
        } = config;
        let mut targets: Vec<(ModelConfig, Arc<Target>)> = Vec::new();
        let mut target = |model: &ModelConfig| -> Result<Arc<Target>, ModelError> {
            // How well a model does is known of it whatever it is asked for.
            let mut known = targets.iter();
            if let Some((_, known)) = known.find(|(known, _)| known == model) {
                return Ok(Arc::clone(known));
            }
            let (provider, name) = (model.provider, &model.model);
            let address = provider.wire().address(&model.base_url, name);
            let line = Line::new(provider, &model.key, address, Some(idle_timeout))?;
            let counted = Counted {
                provider,
                model: name.clone(),
            };
            let target = Target::new(counted, line, retry_pause, Arc::clone(&pace));
            let target = Arc::new(target);
            targets.push((model.clone(), Arc::clone(&target)));
            Ok(target)
        };
        let of = |task: Task| match by_task.get(&task) {
            Some(name) => ModelConfig {
                model: name.clone(),
                ..first.clone()
            },
            None => first.clone(),
        };
        let mut chain = |task: Task| -> Result<Chain, ModelError> {
            let mut all = vec![target(&of(task))?];
            for fallback in &fallbacks {
                all.push(target(fallback)?);
            }
            Ok(Chain::new(task, all))
        };
        let [lesson, grading, sections, answer] = Task::ALL.map(&mut chain);
        let (asked_for_lessons, asked_for_pages) = (of(Task::Lesson), of(Task::Sections));
        Ok(Self {
            chains: [lesson?, grading?, sections?, answer?],
            identity: GeneratorIdentity {
                provider: asked_for_lessons.provider.name(),
                model: asked_for_lessons.model,
                version: prompt::VERSION,
            },
            reads_pages: GeneratorIdentity {
                provider: asked_for_pages.provider.name(),
                model: asked_for_pages.model,
                version: pages::VERSION,
            },
            first: asked_for_lessons.provider,
            context_tokens,
            total_timeout,
            written: Written::default(),
            checking: Checking::default(),
        })
    }

    /// The models for this task, in order.
    fn chain(&self, task: Task) -> &Chain {
        &self.chains[task as usize]
    }

    /// What the models for this task say to a question of somebody who waits no longer than this.
    async fn ask_within<T: Send>(
        &self,
        task: Task,
        question: &Question,
        material: &impl Serialize,
        (patience, told): (Duration, Told<'_>),
        bill: &Bill,
        check: impl Fn(&str) -> Result<T, Unfit>,
    ) -> Result<T, GenerateError> {
        let material = serde_json::to_string(material).map_err(|error| chain::unwritten(&error))?;
        let material = Kept::pack(&material).map_err(|error| chain::unwritten(&error))?;
        let work = Work {
            question,
            pictures: &[],
            deadline: Instant::now() + patience,
            time: patience,
            told,
            bill,
        };
        let made = self.chain(task).ask(&material, &work, check).await?;
        Ok(made.value)
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

    fn writes_any_language(&self) -> bool {
        true
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
        bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        // Dropping the call closes its connection, by which the provider knows.
        // In a box, so that the wait holds it once.
        let making = Box::pin(self.make(input, None, progress, bill));
        let made = cancel.run_until_cancelled(making).await;
        made.unwrap_or(Err(GenerateError::Cancelled))
    }

    fn batch_request(&self, input: &LessonInput) -> Option<BatchRequest> {
        self.request_of(input)
    }

    async fn lesson_of(
        &self,
        input: LessonInput,
        answer: String,
        progress: &(dyn Fn(f32) + Send + Sync),
        bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        let making = Box::pin(self.make(input, Some(answer), progress, bill));
        let made = cancel.run_until_cancelled(making).await;
        made.unwrap_or(Err(GenerateError::Cancelled))
    }
}

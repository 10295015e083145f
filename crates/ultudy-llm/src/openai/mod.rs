//! Lessons by a language model behind OpenAI's API, of OpenAI or of anybody who speaks it.
//!
//! The way of a lesson: [`prompt`] asks, [`call`] listens event by event under two timeouts,
//! [`lesson`] checks item by item. Nothing is tried again here: the job is, by what
//! [`GenerateError`] says.

mod call;
mod draft;
mod events;
mod failure;
mod lesson;
mod prompt;
mod schema;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};
use tokio_util::sync::CancellationToken;
use ultudy_domain::{glossary::GlossaryEntry, lesson::LessonContent};

use self::lesson::{Asked, Unfit};
use crate::{GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Characters of an answer after which it is taken for two thirds done: lessons have some 10,000.
const USUAL: f32 = 10_000.0;

/// Where the model is, and how long it may take.
pub struct OpenAiConfig {
    /// The API's address, such as `https://api.openai.com/v1`.
    pub base_url: Url,
    /// What is shown there.
    pub key: String,
    /// The model's name there.
    pub model: String,
    /// How long a call may take.
    pub total_timeout: Duration,
    /// How long nothing may come.
    pub idle_timeout: Duration,
}

/// Why no calls can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenAiError {
    /// The key is no text that HTTP can carry.
    #[error("the key holds characters that no key has")]
    Key,
    /// No certificates can be read, or the like.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// The generator.
#[derive(Debug, Clone)]
pub struct OpenAi {
    client: Client,
    address: Url,
    model: String,
}

impl OpenAi {
    /// One that makes calls as it is told; makes none yet.
    ///
    /// # Errors
    /// [`OpenAiError`].
    pub fn new(config: OpenAiConfig) -> Result<Self, OpenAiError> {
        let shown = format!("Bearer {}", config.key);
        let mut shown = HeaderValue::from_str(&shown).map_err(|_| OpenAiError::Key)?;
        shown.set_sensitive(true);
        let client = Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, shown)]))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(config.total_timeout)
            .read_timeout(config.idle_timeout)
            // The key and the text go nowhere else.
            .redirect(Policy::none())
            .user_agent("ultudy")
            .build()?;
        let path = config.base_url.path().trim_end_matches('/').to_owned();
        let mut address = config.base_url;
        address.set_path(&format!("{path}/chat/completions"));
        Ok(Self {
            client,
            address,
            model: config.model,
        })
    }

    async fn make(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<LessonContent, GenerateError> {
        let body = prompt::request(&self.model, &input).map_err(|error| {
            tracing::error!(%error, "a prompt could not be written");
            failure::unreadable()
        })?;
        // Calls are many, and wait for minutes: their texts are with the model by then.
        let asked = Asked::of(input);
        let told = |received: usize| {
            #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
            let received = received as f32;
            progress(1.0 - (-received / USUAL).exp());
        };
        let text = call::call(&self.client, &self.address, body, &told).await;
        let outcome = text.map_err(|failure| failure.told(&self.model))?;
        lesson::checked(&outcome, &asked).map_err(|unfit| match unfit {
            Unfit::NothingTaught => failure::nothing_taught(),
            Unfit::Unsound(reason) => {
                tracing::warn!(
                    model = self.model,
                    reason,
                    "a model's lesson cannot be used"
                );
                failure::unreadable()
            }
        })
    }
}

#[async_trait]
impl Generator for OpenAi {
    fn identity(&self) -> GeneratorIdentity {
        GeneratorIdentity {
            provider: "openai",
            model: self.model.clone(),
            version: prompt::VERSION,
        }
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

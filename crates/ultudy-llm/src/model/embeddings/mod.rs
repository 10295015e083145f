//! Vectors by a provider's model: asked by the way of the language models, for one body instead of a
//! stream.

mod wire;

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{Response, Url};
use tokio::time::Instant;
use ultudy_domain::search::vector::DIMENSIONS_MAX;

use self::wire::{EmbeddingFormat, format_of};
use super::{
    ModelError, Pace, Provider, Urgency,
    call::{Exchange, Line, Tokens, read_whole, tokens_of},
    failure::Failure,
    metrics::Counted,
    target::{Haste, Target, Terms},
};
use crate::{
    Bill,
    embeddings::{EmbedError, Embedder, EmbedderTraits, Purpose},
};

/// Texts of a call: the least of what the providers take.
const BATCH: usize = 64;
/// Documents at a time.
const DOCUMENTS: usize = 4;
/// Longest answer that is read, in bytes: so many numbers have at most some twenty characters each.
const ANSWER_MAX: usize = 16 << 20;

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
    format: &'static dyn EmbeddingFormat,
    target: Target,
}

impl Embeddings {
    /// Asks as it is told; makes no calls yet.
    ///
    /// # Errors
    /// [`ModelError`]; of a provider that has no such models, one without a certificate or key.
    pub fn new(config: EmbeddingsConfig) -> Result<Self, ModelError> {
        let EmbeddingsConfig {
            provider,
            base_url,
            key,
            model,
            least_similarity,
            retry_pause,
            pace,
        } = config;
        let format = format_of(provider);
        let address = format.address(&base_url, &model);
        let line = Line::new(provider, &key, address, None)?;
        Ok(Self {
            traits: EmbedderTraits {
                model: format!("{}:{model}", provider.name()),
                least_similarity,
                // A question in one's own words shares few with its answer, and many with what is beside it.
                weight: 2.0,
                batch: BATCH,
                documents_at_once: DOCUMENTS,
            },
            format,
            target: Target::new(Counted { provider, model }, line, retry_pause, pace),
        })
    }
}

/// Vectors that are asked for.
struct Asked<'a> {
    format: &'static dyn EmbeddingFormat,
    model: &'a str,
    texts: &'a [String],
    purpose: Purpose,
}

impl Exchange for Asked<'_> {
    type Answer = Vec<Vec<f32>>;

    fn body(&self) -> io::Result<String> {
        Ok(self.format.body(self.model, self.texts, self.purpose)?)
    }

    fn tokens_expected(&self) -> Tokens {
        Tokens {
            read: self.texts.iter().map(|text| tokens_of(text.len())).sum(),
            written: 0,
        }
    }

    fn tokens_max(&self) -> u64 {
        0
    }

    async fn read(
        &self,
        response: Response,
        tokens: &mut Tokens,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        let body = read_whole(response, ANSWER_MAX).await?;
        let answer = self.format.read(&body)?;
        tokens.read = answer.tokens_read;
        checked(answer.vectors, self.texts.len())
    }
}

/// As many vectors as texts, all of as many dimensions.
fn checked(vectors: Vec<Vec<f32>>, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
    if vectors.len() != count {
        return Err(Failure::Unreadable(
            "another number of vectors than of texts",
        ));
    }
    let dimensions = vectors.first().map_or(0, Vec::len);
    if !vectors.iter().all(|vector| vector.len() == dimensions) {
        return Err(Failure::Unreadable("vectors of different dimensions"));
    }
    if count > 0 && !(1..=DIMENSIONS_MAX).contains(&dimensions) {
        return Err(Failure::Unreadable(
            "vectors of too few or too many dimensions",
        ));
    }
    Ok(vectors)
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
        bill: &Bill,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let asked = Asked {
            format: self.format,
            model: &self.target.counted.model,
            texts: &texts,
            purpose,
        };
        let terms = Terms {
            task: purpose.name(),
            deadline: Instant::now() + patience,
            time: patience,
            haste: match purpose {
                Purpose::Passage => Haste::Patient,
                // Words alone are better than late.
                Purpose::Query => Haste::Hasty,
            },
            urgency: match purpose {
                Purpose::Passage => Urgency::Background,
                Purpose::Query => Urgency::Interactive,
            },
            is_ample: true,
            bill,
        };
        let answered = self.target.ask(&asked, &terms).await;
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

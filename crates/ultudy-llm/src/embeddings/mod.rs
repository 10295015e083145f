//! Embedders: what turns a text into a vector, so that texts that mean the like have vectors alike.
//!
//! [`Embedder`] is the seam; [`Hashed`] needs no model, no key and no network,
//! [`crate::model::Embeddings`] asks a provider's model.

mod hashed;

use std::time::Duration;

use async_trait::async_trait;

pub use self::hashed::Hashed;
use crate::Bill;

/// What a text is to be compared with: models may read questions otherwise than what answers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is kept and found.
    Passage,
    /// It finds.
    Query,
}

impl Purpose {
    /// The name by which the database calls what was embedded for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passage => "embedding",
            Self::Query => "search",
        }
    }
}

/// What is to be known of an embedder before it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbedderTraits {
    /// Whose vectors they are: those of two names are never compared.
    pub model: String,
    /// Cosine from which on a passage has anything to do with a query.
    pub least_similarity: f32,
    /// How much its ranking counts beside that by words, which counts 1.
    pub weight: f64,
    /// Most texts that it takes at once.
    pub batch: usize,
    /// How many documents are embedded by it at a time.
    pub documents_at_once: usize,
}

/// Why there are no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct EmbedError {
    /// In a word, for logs and metrics.
    pub reason: &'static str,
    /// How long not to ask again, if that is known.
    pub wait: Option<Duration>,
    /// Whether others would have been embedded: it is these texts that are not taken.
    pub is_of_the_texts: bool,
}

/// Makes vectors of texts.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// What it is.
    fn traits(&self) -> &EmbedderTraits;

    /// A vector for each text, in their order, within this time. All of one call have as many
    /// dimensions; one of a text that says nothing may be zero. What a model is asked is noted down on the
    /// bill.
    ///
    /// # Errors
    /// [`EmbedError`].
    async fn embed(
        &self,
        texts: Vec<String>,
        purpose: Purpose,
        patience: Duration,
        bill: &Bill,
    ) -> Result<Vec<Vec<f32>>, EmbedError>;
}

//! What makes vectors for the search.

use ultudy_llm::model::Provider;
use url::Url;

use super::{
    ConfigError, Settings,
    auth::Hidden,
    llm::{base_url, key},
};

/// Who makes vectors.
#[derive(Debug, Clone)]
pub enum EmbeddingsConfig {
    /// Nobody: words alone find.
    Off,
    /// The program itself.
    Hashed,
    /// A provider's model.
    Model(EmbeddingModel),
}

/// A model of a provider.
#[derive(Debug, Clone)]
pub struct EmbeddingModel {
    pub provider: Provider,
    pub base_url: Url,
    /// Empty where none is shown.
    pub key: Hidden,
    pub model: String,
    /// Cosine from which on a passage has anything to do with a query.
    pub least_similarity: f32,
}

const CHOICES: &str = "must be hashed, openai, gemini, compatible or off";

pub(super) fn embeddings(settings: &Settings) -> Result<EmbeddingsConfig, ConfigError> {
    let name = settings.text("EMBEDDINGS_PROVIDER");
    let provider = match name.as_str() {
        "off" => return Ok(EmbeddingsConfig::Off),
        "hashed" => return Ok(EmbeddingsConfig::Hashed),
        name => Provider::named(name),
    };
    let (provider, model_setting, usual) = match provider {
        Some(Provider::OpenAi) => (Provider::OpenAi, "OPENAI_EMBEDDING_MODEL", 0.2),
        // Texts that have nothing in common are far more alike to its models.
        Some(Provider::Gemini) => (Provider::Gemini, "GEMINI_EMBEDDING_MODEL", 0.5),
        Some(Provider::Compatible) => (Provider::Compatible, "COMPATIBLE_EMBEDDING_MODEL", 0.2),
        Some(Provider::Anthropic) => {
            let reason = format!("{CHOICES}: anthropic has no models for that");
            return Err(settings.error("EMBEDDINGS_PROVIDER", reason));
        }
        None => return Err(settings.error("EMBEDDINGS_PROVIDER", CHOICES)),
    };
    let model = settings.text(model_setting);
    if model.is_empty() {
        let reason = "must name a model of the provider, such as text-embedding-3-small";
        return Err(settings.error(model_setting, reason));
    }
    if model.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(settings.error(model_setting, "holds characters that no model's name has"));
    }
    Ok(EmbeddingsConfig::Model(EmbeddingModel {
        provider,
        base_url: base_url(settings, provider)?,
        key: key(settings, provider)?,
        model,
        least_similarity: least_similarity(settings, usual)?,
    }))
}

fn least_similarity(settings: &Settings, usual: f32) -> Result<f32, ConfigError> {
    let name = "EMBEDDINGS_LEAST_SIMILARITY";
    if settings.text(name).is_empty() {
        return Ok(usual);
    }
    let reason = "must be a number from 0 to 1, or not set";
    let least: f32 = settings.parse(name, reason)?;
    match (0.0..=1.0).contains(&least) {
        true => Ok(least),
        false => Err(settings.error(name, reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    fn taken(set: &[(&str, &str)]) -> EmbeddingsConfig {
        read(set).unwrap().embeddings
    }

    #[test]
    fn no_service_is_asked_unless_one_is_named() {
        assert!(matches!(taken(&[]), EmbeddingsConfig::Hashed));
        let off = taken(&[("EMBEDDINGS_PROVIDER", "off")]);
        assert!(matches!(off, EmbeddingsConfig::Off));
    }

    #[test]
    fn a_provider_shares_its_key_and_address_with_the_language_models() {
        let set = [
            ("EMBEDDINGS_PROVIDER", "openai"),
            ("OPENAI_API_KEY", "sk-hunter2"),
            ("OPENAI_BASE_URL", "https://models.example/v1"),
            ("EMBEDDINGS_LEAST_SIMILARITY", "0.25"),
        ];
        let EmbeddingsConfig::Model(model) = taken(&set) else {
            panic!("a model");
        };
        assert_eq!(model.model, "text-embedding-3-small");
        assert_eq!(model.key.0, "sk-hunter2");
        assert_eq!(model.base_url.as_str(), "https://models.example/v1");
        assert!((model.least_similarity - 0.25).abs() < f32::EPSILON);
        assert!(!format!("{:?}", taken(&set)).contains("hunter2"));
        let here = [
            ("EMBEDDINGS_PROVIDER", "compatible"),
            ("COMPATIBLE_BASE_URL", "http://127.0.0.1:11434/v1"),
            ("COMPATIBLE_EMBEDDING_MODEL", "all-minilm"),
        ];
        assert!(
            matches!(taken(&here), EmbeddingsConfig::Model(_)),
            "no key is needed"
        );
    }

    #[test]
    fn what_is_missing_or_cannot_be_taken_is_named() {
        for (set, named) in [
            (
                &[("EMBEDDINGS_PROVIDER", "word2vec")][..],
                "must be hashed, openai",
            ),
            (
                &[("EMBEDDINGS_PROVIDER", "anthropic")],
                "anthropic has no models",
            ),
            (&[("EMBEDDINGS_PROVIDER", "openai")], "OPENAI_API_KEY"),
            (
                &[
                    ("EMBEDDINGS_PROVIDER", "compatible"),
                    ("COMPATIBLE_EMBEDDING_MODEL", "m"),
                ],
                "COMPATIBLE_BASE_URL",
            ),
            (
                &[("EMBEDDINGS_PROVIDER", "compatible")],
                "COMPATIBLE_EMBEDDING_MODEL",
            ),
            (
                &[
                    ("EMBEDDINGS_PROVIDER", "gemini"),
                    ("GEMINI_API_KEY", "k"),
                    ("EMBEDDINGS_LEAST_SIMILARITY", "2"),
                ],
                "from 0 to 1",
            ),
        ] {
            let refused = read(set).unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }
}

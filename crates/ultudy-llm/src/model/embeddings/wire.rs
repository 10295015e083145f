//! How providers are asked for vectors.

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    embeddings::Purpose,
    model::{Provider, failure::Failure, wire::below},
};

/// A wire format for vectors. It makes no calls.
pub(super) trait EmbeddingFormat: Send + Sync {
    /// Where a model is asked.
    fn address(&self, base: &Url, model: &str) -> Url;

    /// The request's body.
    fn body(&self, model: &str, texts: &[String], purpose: Purpose) -> serde_json::Result<String>;

    /// What an answer says.
    fn read(&self, body: &[u8]) -> Result<Vectors, Failure>;
}

/// What an answer says.
#[derive(Debug, PartialEq)]
pub(super) struct Vectors {
    /// In the order of the texts.
    pub(super) vectors: Vec<Vec<f32>>,
    /// Tokens that were read; nothing if the provider does not say.
    pub(super) tokens_read: u64,
}

/// Anthropic has no such models: settings do not let it be named.
pub(super) fn format_of(provider: Provider) -> &'static dyn EmbeddingFormat {
    match provider {
        Provider::Gemini => &GeminiEmbeddings,
        Provider::OpenAi | Provider::Compatible | Provider::Anthropic => &OpenAiEmbeddings,
    }
}

struct OpenAiEmbeddings;

#[derive(Serialize)]
struct OpenAiRequest<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct OpenAiAnswer {
    data: Vec<OpenAiVector>,
    #[serde(default)]
    usage: OpenAiUsage,
}

#[derive(Deserialize, Default)]
struct OpenAiUsage {
    #[serde(default)]
    prompt_tokens: u64,
}

#[derive(Deserialize)]
struct OpenAiVector {
    index: usize,
    embedding: Vec<f32>,
}

impl EmbeddingFormat for OpenAiEmbeddings {
    fn address(&self, base: &Url, _model: &str) -> Url {
        below(base, &["embeddings"])
    }

    fn body(&self, model: &str, texts: &[String], _purpose: Purpose) -> serde_json::Result<String> {
        serde_json::to_string(&OpenAiRequest {
            model,
            input: texts,
            encoding_format: "float",
        })
    }

    fn read(&self, body: &[u8]) -> Result<Vectors, Failure> {
        let answer: OpenAiAnswer = serde_json::from_slice(body).map_err(|_| no_answer())?;
        let mut data = answer.data;
        data.sort_by_key(|vector| vector.index);
        let is_in_place = data
            .iter()
            .enumerate()
            .all(|(place, one)| one.index == place);
        match is_in_place {
            true => Ok(Vectors {
                vectors: data.into_iter().map(|one| one.embedding).collect(),
                tokens_read: answer.usage.prompt_tokens,
            }),
            false => Err(Failure::Unreadable("vectors that belong to no text")),
        }
    }
}

struct GeminiEmbeddings;

#[derive(Serialize)]
struct GeminiRequest<'a> {
    requests: Vec<GeminiText<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeminiText<'a> {
    model: String,
    content: Content<'a>,
    task_type: &'static str,
}

#[derive(Serialize)]
struct Content<'a> {
    parts: [Part<'a>; 1],
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiAnswer {
    embeddings: Vec<GeminiVector>,
    /// Of newer models.
    #[serde(default)]
    usage_metadata: GeminiUsage,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct GeminiUsage {
    #[serde(default)]
    prompt_token_count: u64,
}

#[derive(Deserialize)]
struct GeminiVector {
    values: Vec<f32>,
}

impl EmbeddingFormat for GeminiEmbeddings {
    fn address(&self, base: &Url, model: &str) -> Url {
        below(base, &["models", &format!("{model}:batchEmbedContents")])
    }

    fn body(&self, model: &str, texts: &[String], purpose: Purpose) -> serde_json::Result<String> {
        let task_type = match purpose {
            Purpose::Passage => "RETRIEVAL_DOCUMENT",
            Purpose::Query => "RETRIEVAL_QUERY",
        };
        let requests = texts.iter().map(|text| GeminiText {
            model: format!("models/{model}"),
            content: Content {
                parts: [Part { text }],
            },
            task_type,
        });
        serde_json::to_string(&GeminiRequest {
            requests: requests.collect(),
        })
    }

    fn read(&self, body: &[u8]) -> Result<Vectors, Failure> {
        let answer: GeminiAnswer = serde_json::from_slice(body).map_err(|_| no_answer())?;
        Ok(Vectors {
            vectors: answer.embeddings.into_iter().map(|it| it.values).collect(),
            tokens_read: answer.usage_metadata.prompt_token_count,
        })
    }
}

fn no_answer() -> Failure {
    Failure::Foreign("not what this API answers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_asks_and_is_read_as_its_api_says() {
        let base: Url = "https://models.example/v1/".parse().unwrap();
        let texts = ["a".to_owned(), "b".to_owned()];
        let openai = OpenAiEmbeddings.body("m", &texts, Purpose::Query).unwrap();
        assert_eq!(
            openai,
            r#"{"model":"m","input":["a","b"],"encoding_format":"float"}"#
        );
        let address = OpenAiEmbeddings.address(&base, "m");
        assert_eq!(address.as_str(), "https://models.example/v1/embeddings");
        let gemini = GeminiEmbeddings
            .body("m", &texts[..1], Purpose::Passage)
            .unwrap();
        let wanted = r#"{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_DOCUMENT"}]}"#;
        assert_eq!(gemini, wanted);
        let address = GeminiEmbeddings.address(&base, "m");
        assert_eq!(
            address.as_str(),
            "https://models.example/v1/models/m:batchEmbedContents"
        );
        let told = |tokens_read| Vectors {
            vectors: vec![vec![1.0, 2.0], vec![3.0, 4.0]],
            tokens_read,
        };
        let openai = br#"{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}],
            "usage":{"prompt_tokens":5,"total_tokens":5}}"#;
        assert_eq!(OpenAiEmbeddings.read(openai).unwrap(), told(5));
        let gemini = br#"{"embeddings":[{"values":[1,2]},{"values":[3,4]}]}"#;
        assert_eq!(GeminiEmbeddings.read(gemini).unwrap(), told(0));
        let counted = br#"{"embeddings":[{"values":[1,2]},{"values":[3,4]}],
            "usageMetadata":{"promptTokenCount":7}}"#;
        assert_eq!(GeminiEmbeddings.read(counted).unwrap(), told(7));
        let twice = br#"{"data":[{"index":0,"embedding":[3,4]},{"index":0,"embedding":[1,2]}]}"#;
        assert!(OpenAiEmbeddings.read(twice).is_err());
        assert!(GeminiEmbeddings.read(openai).is_err());
    }
}

//! The language models that write lessons, if there are any.

use std::{collections::HashMap, time::Duration};

use ultudy_llm::{Task, model::Provider};
use url::Url;

use super::{ConfigError, EmbeddingsConfig, Settings, auth::Hidden, prices};
use crate::pace::Allowed;

/// Longest that a lesson may be let take, in seconds.
const SECONDS_MAX: u64 = 3_600;
/// Longest that a batch may be waited for, in seconds.
const BATCH_SECONDS_MAX: u64 = 7 * 24 * 3_600;
/// Least that a model must read and write at once for lessons, in tokens.
const CONTEXT_MIN: usize = 4_096;

/// Which models are asked, and how long they may take.
#[derive(Debug, Clone)]
pub struct LlmConfig {
    /// The one that is asked, and those in its place.
    pub first: LlmModel,
    /// Names of the same provider's other models for some tasks.
    pub by_task: HashMap<Task, String>,
    pub fallbacks: Vec<LlmModel>,
    /// Tokens that a model reads and writes at once.
    pub context_tokens: usize,
    pub total_timeout: Duration,
    pub idle_timeout: Duration,
    /// How long a student waits for a verdict, and for an answer.
    pub grading_patience: Duration,
    pub answer_patience: Duration,
    /// For how long requests of lessons that nobody waits for are gathered into a batch; none if they are
    /// asked for one by one.
    pub batch: Option<Duration>,
    /// How long a batch is waited for.
    pub batch_patience: Duration,
}

/// A model of a provider.
#[derive(Debug, Clone)]
pub struct LlmModel {
    pub provider: Provider,
    pub base_url: Url,
    /// Empty where none is shown.
    pub key: Hidden,
    pub model: String,
}

/// The models; none if lessons are made without.
pub(super) fn llm(
    settings: &Settings,
    embeddings: &EmbeddingsConfig,
) -> Result<Option<LlmConfig>, ConfigError> {
    let total_timeout = seconds(settings, "LLM_TIMEOUT_SECONDS")?;
    let idle_timeout = seconds(settings, "LLM_IDLE_SECONDS")?;
    let grading_patience = seconds(settings, "LLM_GRADING_SECONDS")?;
    let answer_patience = seconds(settings, "LLM_ANSWER_SECONDS")?;
    let (batch, batch_patience) = batch(settings)?;
    let name = settings.text("LLM_PROVIDER");
    if name.is_empty() {
        let is_paid_for = matches!(embeddings, EmbeddingsConfig::Model(_));
        refuse_unused(settings, is_paid_for)?;
        return Ok(None);
    }
    let provider = Provider::named(&name).ok_or_else(|| {
        let reason = format!(
            "must be {}, or not set for lessons without a model",
            names()
        );
        settings.error("LLM_PROVIDER", reason)
    })?;
    Ok(Some(LlmConfig {
        first: model(settings, "LLM_MODEL", provider, model_for_all(settings)?)?,
        by_task: by_task(settings)?,
        fallbacks: fallbacks(settings)?,
        context_tokens: context_tokens(settings)?,
        total_timeout,
        idle_timeout,
        grading_patience,
        answer_patience,
        batch,
        batch_patience,
    }))
}

/// Whoever names a model believes that it writes. A key may be there for other programs, and vectors may have
/// a budget alone.
fn refuse_unused(settings: &Settings, are_vectors_paid_for: bool) -> Result<(), ConfigError> {
    let of_tasks = Task::ALL.into_iter().map(Task::model_setting);
    let of_all = ["LLM_MODEL", "LLM_FALLBACK"].into_iter();
    let budgets = prices::budget_settings().filter(|_| !are_vectors_paid_for);
    for name in of_all.chain(of_tasks).chain(budgets) {
        if !settings.text(name).is_empty() {
            let reason = format!("is of no use without LLM_PROVIDER={}", names());
            return Err(settings.error(name, reason));
        }
    }
    Ok(())
}

/// `openai, gemini, …`.
fn names() -> String {
    Provider::ALL.map(Provider::name).join(", ")
}

/// The model for whatever has none of its own; if none is named, that for lessons.
fn model_for_all(settings: &Settings) -> Result<String, ConfigError> {
    let models = ["LLM_MODEL", "LLM_MODEL_LESSON"].map(|name| settings.text(name));
    let mut named = models.into_iter().filter(|model| !model.is_empty());
    named.next().ok_or_else(|| {
        let reason = "must name a model of the provider, such as gpt-4.1-mini";
        settings.error("LLM_MODEL", reason)
    })
}

/// The cheaper or better models for some tasks.
fn by_task(settings: &Settings) -> Result<HashMap<Task, String>, ConfigError> {
    let mut by_task = HashMap::new();
    for task in Task::ALL {
        let name = settings.text(task.model_setting());
        if !name.is_empty() {
            by_task.insert(task, plain(settings, task.model_setting(), name)?);
        }
    }
    Ok(by_task)
}

/// A model's name, if it is one.
fn plain(settings: &Settings, setting: &str, name: String) -> Result<String, ConfigError> {
    match name.contains(|c: char| c.is_whitespace() || c.is_control()) {
        true => Err(settings.error(setting, "holds characters that no model's name has")),
        false => Ok(name),
    }
}

/// `provider:model`, separated by commas. A model's name may hold colons itself.
fn fallbacks(settings: &Settings) -> Result<Vec<LlmModel>, ConfigError> {
    let names = settings.list("LLM_FALLBACK");
    let each = names.iter().map(|name| {
        let named = name.split_once(':');
        let named = named.and_then(|(provider, model)| Some((Provider::named(provider)?, model)));
        let named = named.filter(|(_, model)| !model.is_empty());
        let (provider, name) = named.ok_or_else(|| {
            let reason = format!(
                "must be PROVIDER:MODEL, separated by commas, such as \
                 anthropic:claude-haiku-4-5; providers are {}",
                self::names()
            );
            settings.error("LLM_FALLBACK", reason)
        })?;
        model(settings, "LLM_FALLBACK", provider, name.to_owned())
    });
    each.collect()
}

fn model(
    settings: &Settings,
    setting: &str,
    provider: Provider,
    model: String,
) -> Result<LlmModel, ConfigError> {
    Ok(LlmModel {
        provider,
        base_url: base_url(settings, provider)?,
        key: key(settings, provider)?,
        model: plain(settings, setting, model)?,
    })
}

pub(super) fn key(settings: &Settings, provider: Provider) -> Result<Hidden, ConfigError> {
    let name = provider.key_setting();
    let key = settings.text(name);
    if key.is_empty() && provider.needs_key() {
        let reason = format!("must be set for the language models of {}", provider.name());
        return Err(hidden(name, &reason));
    }
    match key.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(Hidden(key)),
        false => Err(hidden(name, "holds characters that no key has")),
    }
}

/// A name or password in it goes nowhere: the key is what is shown.
pub(super) fn base_url(settings: &Settings, provider: Provider) -> Result<Url, ConfigError> {
    let name = provider.base_url_setting();
    let url = Url::parse(&settings.text(name)).ok();
    let plain = url.filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let example = match provider {
        Provider::OpenAi => "https://api.openai.com/v1",
        Provider::Gemini => "https://generativelanguage.googleapis.com/v1beta",
        Provider::Anthropic => "https://api.anthropic.com/v1",
        Provider::Compatible => "http://127.0.0.1:11434/v1, where Ollama listens",
    };
    let reason = format!("must be https://… or http://… without a query, such as {example}");
    plain.ok_or_else(|| hidden(name, &reason))
}

/// Where a setting is empty it is not limited.
pub(super) fn pace(settings: &Settings) -> Result<Allowed, ConfigError> {
    Ok(Allowed {
        requests: most(settings, Provider::requests_setting)?,
        tokens: most(settings, Provider::tokens_setting)?,
    })
}

fn most(
    settings: &Settings,
    setting: fn(Provider) -> &'static str,
) -> Result<HashMap<Provider, u32>, ConfigError> {
    let mut all = HashMap::new();
    for provider in Provider::ALL {
        let name = setting(provider);
        if settings.text(name).is_empty() {
            continue;
        }
        let most = u32::try_from(settings.positive(name)?);
        let reason = "must be at most 4294967295";
        all.insert(provider, most.map_err(|_| settings.error(name, reason))?);
    }
    Ok(all)
}

fn batch(settings: &Settings) -> Result<(Option<Duration>, Duration), ConfigError> {
    let gather = seconds(settings, "LLM_BATCH_GATHER_SECONDS")?;
    let name = "LLM_BATCH_WAIT_SECONDS";
    let patience = settings.positive(name)?;
    if patience > BATCH_SECONDS_MAX {
        return Err(settings.error(name, "must be at most 604800, a week"));
    }
    let gather = match settings.text("LLM_BATCH").as_str() {
        "off" => None,
        "low" => Some(gather),
        _ => return Err(settings.error("LLM_BATCH", "must be off or low")),
    };
    Ok((gather, Duration::from_secs(patience)))
}

fn context_tokens(settings: &Settings) -> Result<usize, ConfigError> {
    let name = "LLM_CONTEXT_TOKENS";
    let tokens = usize::try_from(settings.positive(name)?).unwrap_or(usize::MAX);
    match tokens {
        ..CONTEXT_MIN => {
            let reason = format!("must be at least {CONTEXT_MIN}, or no page fits beside a lesson");
            Err(settings.error(name, reason))
        }
        tokens => Ok(tokens),
    }
}

fn seconds(settings: &Settings, name: &str) -> Result<Duration, ConfigError> {
    let seconds = settings.positive(name)?;
    if seconds > SECONDS_MAX {
        return Err(settings.error(name, "must be at most 3600"));
    }
    Ok(Duration::from_secs(seconds))
}

/// The value may be a secret: never printed.
fn hidden(name: &str, reason: &str) -> ConfigError {
    ConfigError {
        name: name.into(),
        value: "…".into(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    const WHOLE: [(&str, &str); 3] = [
        ("LLM_PROVIDER", "openai"),
        ("OPENAI_API_KEY", "sk-hunter2"),
        ("LLM_MODEL", "m"),
    ];

    #[test]
    fn without_a_provider_no_model_is_asked() {
        for set in [&[][..], &[("OPENAI_API_KEY", "sk-of-another-program")]] {
            assert!(read(set).is_ok_and(|config| config.llm.is_none()));
        }
    }

    #[test]
    fn a_provider_is_named_whole_or_the_start_stops_with_what_is_missing() {
        let taken = read(&WHOLE).unwrap().llm.unwrap();
        assert_eq!(taken.first.base_url.as_str(), "https://api.openai.com/v1");
        assert_eq!(taken.total_timeout.as_secs(), 120);
        assert_eq!(taken.idle_timeout.as_secs(), 30);
        assert_eq!(taken.batch, None);
        let set = [&WHOLE[..], &[("LLM_BATCH", "low")]].concat();
        let batch = read(&set).unwrap().llm.unwrap().batch;
        assert_eq!(batch, Some(Duration::from_secs(60)));
        for missing in 1..WHOLE.len() {
            let mut some = WHOLE.to_vec();
            let (name, _) = some.remove(missing);
            let refused = read(&some).unwrap_err().to_string();
            assert!(
                refused.contains(name) && !refused.contains("hunter2"),
                "{refused}"
            );
        }
    }

    #[test]
    fn each_provider_has_a_key_and_an_address_of_its_own() {
        for provider in Provider::ALL {
            let set = [
                ("LLM_PROVIDER", provider.name()),
                (provider.key_setting(), "sk-hunter2"),
                (provider.base_url_setting(), "https://models.example/v1"),
                ("LLM_MODEL", "m"),
            ];
            let taken = read(&set).unwrap().llm.unwrap().first;
            assert_eq!(taken.provider, provider);
            assert_eq!(taken.key.0, "sk-hunter2");
            assert_eq!(taken.base_url.as_str(), "https://models.example/v1");
            let keyless: Vec<_> = set
                .into_iter()
                .filter(|(name, _)| *name != provider.key_setting())
                .collect();
            assert_eq!(read(&keyless).is_ok(), provider == Provider::Compatible);
        }
        // Nobody knows where that one is.
        let refused = read(&[("LLM_PROVIDER", "compatible"), ("LLM_MODEL", "m")]).unwrap_err();
        assert!(refused.to_string().starts_with("COMPATIBLE_BASE_URL"));
    }

    #[test]
    fn a_task_s_own_model_goes_before_the_one_for_all() {
        let set = [&WHOLE[..], &[("LLM_MODEL_LESSON", "better")]].concat();
        let taken = read(&set).unwrap().llm.unwrap();
        assert_eq!(taken.first.model, "m");
        assert_eq!(taken.by_task[&Task::Lesson], "better");
        let set = [&WHOLE[..], &[("LLM_MODEL_SECTIONS", "cheap")]].concat();
        let taken = read(&set).unwrap().llm.unwrap();
        assert_eq!(taken.by_task[&Task::Sections], "cheap");
    }

    #[test]
    fn fallbacks_are_taken_in_their_order_with_their_own_keys() {
        let fallback = ("LLM_FALLBACK", "anthropic:claude, compatible:llama3:8b");
        let url = ("COMPATIBLE_BASE_URL", "http://127.0.0.1:11434/v1");
        let set = [&WHOLE[..], &[fallback, url]].concat();
        let refused = read(&set).unwrap_err().to_string();
        assert!(refused.starts_with("ANTHROPIC_API_KEY"), "{refused}");
        let set = [&set[..], &[("ANTHROPIC_API_KEY", "sk-ant")]].concat();
        let taken = read(&set).unwrap().llm.unwrap().fallbacks;
        let names: Vec<_> = taken.iter().map(|it| (it.provider, &*it.model)).collect();
        assert_eq!(
            names,
            [
                (Provider::Anthropic, "claude"),
                (Provider::Compatible, "llama3:8b")
            ]
        );
        for wrong in ["claude", "anthropic:", "chatgpt:m"] {
            let set = [&WHOLE[..], &[("LLM_FALLBACK", wrong)]].concat();
            let refused = read(&set).unwrap_err().to_string();
            assert!(refused.contains("must be PROVIDER:MODEL"), "{refused}");
        }
    }

    #[test]
    fn what_cannot_be_taken_is_named_and_the_key_never_printed() {
        for (name, value, reason) in [
            (
                "LLM_PROVIDER",
                "chatgpt",
                "must be openai, gemini, anthropic, compatible",
            ),
            ("LLM_PROVIDER", "", "without LLM_PROVIDER=openai"),
            ("LLM_MODEL", "a model", "no model's name"),
            ("OPENAI_API_KEY", "sk hunter2", "holds characters"),
            ("OPENAI_BASE_URL", "api.openai.com", "must be https://"),
            (
                "OPENAI_BASE_URL",
                "https://h/v1?key=hunter2",
                "must be https://",
            ),
            (
                "OPENAI_BASE_URL",
                "https://u:hunter2@h/v1",
                "must be https://",
            ),
            ("LLM_BATCH", "all", "must be off or low"),
            ("LLM_BATCH_WAIT_SECONDS", "604801", "at most 604800"),
            ("LLM_TIMEOUT_SECONDS", "0", "at least 1"),
            ("LLM_CONTEXT_TOKENS", "2048", "at least 4096"),
            ("LLM_IDLE_SECONDS", "3601", "at most 3600"),
            ("OPENAI_REQUESTS_PER_MINUTE", "0", "at least 1"),
            ("GEMINI_TOKENS_PER_MINUTE", "many", "number"),
            (
                "OPENAI_TOKENS_PER_MINUTE",
                "5000000000",
                "at most 4294967295",
            ),
        ] {
            let set = [&WHOLE[..], &[(name, value)]].concat();
            let refused = read(&set).unwrap_err();
            let said = refused.to_string();
            assert!(said.contains(reason), "{said}");
            assert!(
                !format!("{refused} {refused:?}").contains("hunter2"),
                "{said}"
            );
        }
        let config = read(&WHOLE).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}

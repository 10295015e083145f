//! The language model that writes lessons, if there is one.

use std::time::Duration;

use url::Url;

use super::{ConfigError, Settings, auth::Hidden};

/// Longest that a call may be let run, in seconds.
const SECONDS_MAX: u64 = 3_600;

/// A model behind OpenAI's API.
#[derive(Debug, Clone)]
pub struct LlmConfig {
    pub base_url: Url,
    pub key: Hidden,
    pub model: String,
    pub total_timeout: Duration,
    pub idle_timeout: Duration,
}

/// The model; none if lessons are made without.
pub(super) fn llm(settings: &Settings) -> Result<Option<LlmConfig>, ConfigError> {
    let total_timeout = seconds(settings, "LLM_TIMEOUT_SECONDS")?;
    let idle_timeout = seconds(settings, "LLM_IDLE_SECONDS")?;
    match settings.text("LLM_PROVIDER").as_str() {
        "" => {
            refuse_unused(settings)?;
            Ok(None)
        }
        "openai" => Ok(Some(LlmConfig {
            base_url: base_url(settings)?,
            key: key(settings)?,
            model: model(settings)?,
            total_timeout,
            idle_timeout,
        })),
        _ => Err(settings.error(
            "LLM_PROVIDER",
            "must be openai, or not set for lessons without a model",
        )),
    }
}

/// Whoever names a model believes that it writes. A key may be there for other programs.
fn refuse_unused(settings: &Settings) -> Result<(), ConfigError> {
    match settings.text("LLM_MODEL").as_str() {
        "" => Ok(()),
        _ => Err(settings.error("LLM_MODEL", "is of no use without LLM_PROVIDER=openai")),
    }
}

fn key(settings: &Settings) -> Result<Hidden, ConfigError> {
    let name = "OPENAI_API_KEY";
    let key = settings.text(name);
    if key.is_empty() {
        let reason = "must be set with LLM_PROVIDER=openai; any text for a server that wants none";
        return Err(hidden(name, reason));
    }
    match key.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(Hidden(key)),
        false => Err(hidden(name, "holds characters that no key has")),
    }
}

fn model(settings: &Settings) -> Result<String, ConfigError> {
    let model = settings.text("LLM_MODEL");
    if model.is_empty() {
        let reason = "must name a model of the provider, such as gpt-4.1-mini";
        return Err(settings.error("LLM_MODEL", reason));
    }
    Ok(model)
}

/// A name or password in it goes nowhere: the key is what is shown.
fn base_url(settings: &Settings) -> Result<Url, ConfigError> {
    let name = "OPENAI_BASE_URL";
    let url = Url::parse(&settings.text(name)).ok();
    let plain = url.filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    });
    let reason = "must be https://… or http://…, such as https://api.openai.com/v1";
    plain.ok_or_else(|| hidden(name, reason))
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
        assert_eq!(taken.base_url.as_str(), "https://api.openai.com/v1");
        assert_eq!(taken.total_timeout.as_secs(), 120);
        assert_eq!(taken.idle_timeout.as_secs(), 30);
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
    fn what_cannot_be_taken_is_named_and_the_key_never_printed() {
        for (name, value, reason) in [
            ("LLM_PROVIDER", "chatgpt", "must be openai"),
            ("LLM_PROVIDER", "", "LLM_PROVIDER=openai"),
            ("OPENAI_API_KEY", "sk hunter2", "holds characters"),
            ("OPENAI_BASE_URL", "api.openai.com", "must be https://"),
            (
                "OPENAI_BASE_URL",
                "https://u:hunter2@h/v1",
                "must be https://",
            ),
            ("LLM_TIMEOUT_SECONDS", "0", "at least 1"),
            ("LLM_IDLE_SECONDS", "3601", "at most 3600"),
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

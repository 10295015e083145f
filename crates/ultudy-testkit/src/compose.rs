//! Compose files as far as tests need them: services with their commands, variables and secrets.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A compose file, its variables resolved.
#[derive(Debug, Clone, Deserialize)]
pub struct Compose {
    /// By name.
    pub services: BTreeMap<String, Service>,
    /// By name.
    pub secrets: BTreeMap<String, Secret>,
}

/// One of its services.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    /// What it is made of; empty if only built.
    pub image: String,
    /// Arguments of the image's entry point.
    pub command: Vec<String>,
    /// Its variables.
    pub environment: BTreeMap<String, String>,
    /// Names of secrets, each a file of that name in /run/secrets.
    pub secrets: Vec<String>,
    /// `HOST:CONTAINER`.
    pub ports: Vec<String>,
    /// `SOURCE:TARGET[:ro]`.
    pub volumes: Vec<String>,
    /// Those it is part of only; always if there are none.
    pub profiles: Vec<String>,
    /// What must be before it starts.
    pub depends_on: BTreeMap<String, Needed>,
    /// Such as `45s`.
    pub stop_grace_period: String,
    /// How it is asked whether it is well.
    pub healthcheck: Option<Healthcheck>,
    /// What it may take.
    pub deploy: Option<Deploy>,
    /// Whether its root cannot be written to.
    pub read_only: bool,
}

/// A service that another waits for.
#[derive(Debug, Clone, Deserialize)]
pub struct Needed {
    /// `service_healthy` …
    pub condition: String,
}

/// A command that succeeds when a service is well.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Healthcheck {
    /// `CMD` and its words, or `CMD-SHELL` and a line.
    pub test: Vec<String>,
}

/// Where and how a service runs.
#[derive(Debug, Clone, Deserialize)]
pub struct Deploy {
    /// What it may take.
    pub resources: Resources,
}

/// What a service may take.
#[derive(Debug, Clone, Deserialize)]
pub struct Resources {
    /// At most.
    pub limits: Limits,
}

/// Most that a service may take.
#[derive(Debug, Clone, Deserialize)]
pub struct Limits {
    /// Such as `512M`.
    pub memory: String,
}

/// A secret's source.
#[derive(Debug, Clone, Deserialize)]
pub struct Secret {
    /// A file beside the compose file.
    pub file: String,
}

/// Reads a compose file in an environment.
///
/// # Errors
/// It is no such file, or a variable is missing that must be set; in words.
pub fn read(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Compose, String> {
    let resolved = resolve(text, variable)?;
    serde_saphyr::from_str(&resolved).map_err(|error| error.to_string())
}

/// `${NAME}`, `${NAME:-otherwise}`, `${NAME:?message}`, and `$$` for `$`. Comments are left alone.
fn resolve(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut resolved = String::new();
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once('$') {
            resolved.push_str(before);
            if let Some(after) = after.strip_prefix('$') {
                resolved.push('$');
                rest = after;
                continue;
            }
            let inside = after.strip_prefix('{').and_then(|it| it.split_once('}'));
            let (inside, after) = inside.ok_or_else(|| format!("a lone $ in: {line}"))?;
            let value = if let Some((name, otherwise)) = inside.split_once(":-") {
                set(name).unwrap_or_else(|| otherwise.to_owned())
            } else if let Some((name, message)) = inside.split_once(":?") {
                set(name).ok_or_else(|| format!("{name}: {message}"))?
            } else {
                set(inside).unwrap_or_default()
            };
            resolved.push_str(&value);
            rest = after;
        }
        resolved.push_str(rest);
    }
    Ok(resolved)
}

/// `45s` or `2m` in seconds; `512M` or `2G` in MiB.
///
/// # Errors
/// It is none of these; in words.
pub fn number(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| format!("{text:?}"))?;
    match &text[digits.len()..] {
        "s" | "M" => Ok(number),
        "m" => Ok(number * 60),
        "G" => Ok(number * 1_024),
        _ => Err(format!("{text:?}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn variables_are_taken_from_the_environment_or_what_stands_beside_them() {
        let text = "a: ${A:-x}, ${B:-}, ${A}, $$(cat)\n";
        let set = |name: &str| (name == "A").then(|| "1".to_owned());
        assert_eq!(resolve(text, set).unwrap(), "a: 1, , 1, $(cat)\n");
        assert_eq!(resolve(text, |_| None).unwrap(), "a: x, , , $(cat)\n");
        let missing = resolve("${A:?must be set}", |_| None).unwrap_err();
        assert_eq!(missing, "A: must be set");
        assert_eq!((number("45s"), number("2G")), (Ok(45), Ok(2_048)));
    }

    #[test]
    fn what_is_said_once_for_several_holds_for_each() {
        let text = "
x-common: &common
  read_only: true
  environment: &set {A: one, B: two}
services:
  api:
    <<: *common
    environment: {<<: *set, B: \"3\"}
secrets: {}
";
        let compose = read(text, |_| None).unwrap();
        let api = &compose.services["api"];
        assert!(api.read_only);
        assert_eq!(api.environment["A"], "one");
        assert_eq!(api.environment["B"], "3");
    }
}

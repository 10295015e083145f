//! compose.yaml: services, variables, times, sizes.

use std::collections::BTreeSet;

use ultudy_llm::model::Provider;
use ultudy_testkit::compose::{self, Compose, Service};

use super::{default, is_command, read, variables};
use crate::{
    commands::serve::{COMPUTATIONS_END, DRAIN_DELAY, LAST_RECORDS},
    config,
};

/// What is this program.
const OURS: [&str; 5] = ["api-1", "api-2", "worker-1", "worker-2", "migrate"];

/// What a worker takes beside its readers, in MiB.
const WORKER_MB: u64 = 256;

fn file() -> Compose {
    compose::read(&read("compose.yaml"), |_| None).unwrap()
}

fn ours(file: &Compose) -> impl Iterator<Item = (&str, &Service)> {
    OURS.iter().map(|name| (*name, &file.services[*name]))
}

#[test]
fn the_services_are_those_of_the_scaling_document_and_what_they_need() {
    let file = file();
    let always = file
        .services
        .iter()
        .filter(|(_, it)| it.profiles.is_empty());
    let names: BTreeSet<&str> = always.map(|(name, _)| name.as_str()).collect();
    let expected = ["nginx", "pgbouncer", "postgres", "redis"];
    assert_eq!(names, OURS.into_iter().chain(expected).collect());
    assert_eq!(file.services["nginx"].ports, ["80:80"]);
    for (name, port) in [("api-1", "3001"), ("api-2", "3002")] {
        assert_eq!(file.services[name].environment["PORT"], port);
    }
    for name in ["worker-1", "worker-2"] {
        assert_eq!(file.services[name].environment["WORKER_ID"], name);
    }
    for (name, service) in ours(&file).filter(|(name, _)| *name != "migrate") {
        let waits_for = &service.depends_on["migrate"].condition;
        assert_eq!(waits_for, "service_completed_successfully", "{name}");
    }
}

#[test]
fn what_is_set_is_a_setting_and_what_is_started_a_command() {
    let (file, known) = (file(), variables());
    for (name, service) in ours(&file) {
        assert!(service.command.iter().all(|it| is_command(it)), "{name}");
        for variable in service.environment.keys() {
            assert!(known.contains(variable), "{name}: {variable}");
        }
        assert_eq!(service.environment["AUTH_MODE"], "accounts", "{name}");
        assert!(service.read_only, "{name}");
    }
}

/// A limit or an address that stands in `.env` and reaches no container would be missed by nobody
/// before the bill comes.
#[test]
fn whatever_there_is_to_set_for_language_models_reaches_them_from_env() {
    let defaults: toml::Table = toml::from_str(config::DEFAULTS).unwrap();
    let providers = Provider::ALL.map(|provider| provider.name().to_uppercase() + "_");
    let is_of_models = |name: &str| {
        let mut of = providers.iter().map(String::as_str).chain(["LLM_"]);
        of.any(|of| name.starts_with(of))
    };
    let settings: Vec<_> = defaults.iter().filter(|(it, _)| is_of_models(it)).collect();
    assert!(settings.len() > 4 * providers.len());
    let set = compose::read(&read("compose.yaml"), |name| Some(format!("{name} is set"))).unwrap();
    let unset = file();
    for (setting, default) in settings {
        let is_secret = config::SECRETS.contains(&setting.as_str());
        let variable = setting.clone() + if is_secret { "_FILE" } else { "" };
        for ((name, set), (_, unset)) in ours(&set).zip(ours(&unset)) {
            let value = |of: &Service| of.environment.get(&variable).cloned();
            assert_eq!(value(set), Some(format!("{variable} is set")), "{name}");
            assert_eq!(value(unset).as_deref(), default.as_str(), "{name}");
        }
    }
}

/// Nobody who reads a variable of a container sees a secret.
#[test]
fn every_secret_is_a_file_that_the_service_has() {
    let file = file();
    for (name, service) in &file.services {
        for secret in &service.secrets {
            assert!(file.secrets.contains_key(secret), "{name}: {secret}");
        }
        for (variable, value) in &service.environment {
            if let Some(secret) = value.strip_prefix("/run/secrets/") {
                assert!(variable.ends_with("_FILE"), "{name}: {variable}");
                let has_it = service.secrets.iter().any(|one| one == secret);
                assert!(has_it, "{name}: {variable}");
            }
            assert!(!value.contains("://") || !value.contains('@'), "{name}");
        }
    }
    for secret in file.secrets.values() {
        assert!(secret.file.starts_with("./secrets/"), "{secret:?}");
    }
}

#[test]
fn nothing_is_killed_while_it_still_drains() {
    let file = file();
    for (name, service) in ours(&file).filter(|(name, _)| *name != "migrate") {
        let grace = compose::number(&service.stop_grace_period).unwrap();
        let drain: u64 = service.environment["DRAIN_SECONDS"].parse().unwrap();
        let end = LAST_RECORDS + COMPUTATIONS_END;
        let needed = DRAIN_DELAY.as_secs() + drain + end.as_secs();
        assert!(grace > needed, "{name}: {grace} s of {needed}");
    }
}

#[test]
fn a_worker_has_room_for_as_many_readers_as_it_starts() {
    let file = file();
    for name in ["worker-1", "worker-2"] {
        let service = &file.services[name];
        let limits = &service.deploy.as_ref().unwrap().resources.limits;
        let memory = compose::number(&limits.memory).unwrap();
        let readers: u64 = service.environment["UPLOAD_QUEUE_CONCURRENCY"]
            .parse()
            .unwrap();
        assert!(readers * default("PDF_MEMORY_MB") + WORKER_MB <= memory);
    }
}

#[test]
fn everything_of_others_is_of_a_version_and_within_limits() {
    for (name, service) in &file().services {
        let is_ours = service.image.starts_with("ultudy");
        let version = service.image.split_once(':').map(|(_, version)| version);
        let is_pinned = version.is_some_and(|version| version != "latest");
        assert!(is_ours || is_pinned, "{name}: {}", service.image);
        let ends = service.command == ["migrate"];
        assert!(ends || service.deploy.is_some(), "{name} has no limits");
    }
}

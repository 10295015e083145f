//! Settings that there are, and secrets where they are looked for.

use std::process::Command;

use serde_json::Value;

use super::{base, environment, is_setting, objects, programs};
use crate::api::text;

#[test]
fn every_setting_and_secret_is_one() {
    let base = base();
    let secrets = super::secrets();
    let programs = programs(&base);
    assert_eq!(programs.len(), 3);
    for (pod, container) in programs {
        let variables = environment(&base, container);
        for (name, value) in &variables {
            let plain = name.strip_suffix("_FILE").unwrap_or(name);
            assert!(is_setting(plain), "{name}");
            if plain != name {
                let key = value.strip_prefix("/secrets/").expect(value);
                let volumes = pod["volumes"].as_array().expect("volumes");
                let volume = volumes.iter().find(|volume| volume["name"] == "secrets");
                let items = &volume.expect("secrets")["secret"]["items"];
                let mounts = |item: &Value| item["key"] == key && item["path"] == key;
                assert!(items.as_array().expect("items").iter().any(mounts), "{key}");
                assert!(secrets[key].is_string(), "{key}");
            }
        }
        let help = Command::new(env!("CARGO_BIN_EXE_ultudy"))
            .arg(text(&container["args"][0]))
            .arg("--help")
            .output();
        assert!(
            help.expect("it runs").status.success(),
            "{}",
            container["args"]
        );
    }
}

/// The keys that something asks for in the secret.
fn keys_asked_for(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(key) = fields.get("key").and_then(Value::as_str) {
                keys.push(key.to_owned());
            }
            for field in fields.values() {
                keys_asked_for(field, keys);
            }
        }
        Value::Array(values) => {
            for value in values {
                keys_asked_for(value, keys);
            }
        }
        _ => {}
    }
}

#[test]
fn every_secret_that_is_asked_for_is_in_the_example() {
    let secrets = super::secrets();
    let mut keys = Vec::new();
    for object in base().iter().chain(&objects(&["keda/autoscaler.yaml"])) {
        // Labels are looked for by keys, too.
        if matches!(object["kind"].as_str(), Some("NetworkPolicy")) {
            continue;
        }
        keys_asked_for(object, &mut keys);
    }
    assert!(keys.iter().any(|key| key == "redis-password"), "{keys:?}");
    assert!(keys.iter().any(|key| key == "pgbouncer-userlist"));
    for key in keys {
        assert!(secrets[&key].is_string(), "{key}");
    }
}

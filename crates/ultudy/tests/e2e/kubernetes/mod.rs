//! The manifests of deploy/k8s, held against the program: its commands, settings, ports and the time it
//! takes to stop.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;

use crate::api::text;

mod model;
mod network;
mod running;
mod secrets;
mod sizes;

/// The program's settings, as they are unless somebody says otherwise.
const SETTINGS: &str = include_str!("../../../../../config.default.toml");

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/k8s")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).expect(file)
}

/// All objects of these files.
fn objects(files: &[&str]) -> Vec<Value> {
    let each = files.iter().flat_map(|file| {
        let objects: Vec<Value> = serde_saphyr::from_multiple(&read(file)).expect(file);
        objects
    });
    each.collect()
}

fn base() -> Vec<Value> {
    objects(&[
        "base/config.yaml",
        "base/api.yaml",
        "base/worker.yaml",
        "base/migrate.yaml",
        "base/pgbouncer.yaml",
        "base/ingress.yaml",
        "base/network.yaml",
    ])
}

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is_it = |object: &&Value| object["kind"] == kind && object["metadata"]["name"] == name;
    objects
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// What runs the program: its pod's specification and its container.
fn programs(objects: &[Value]) -> Vec<(&Value, &Value)> {
    let pods = objects
        .iter()
        .map(|object| &object["spec"]["template"]["spec"]);
    let each = pods.filter_map(|pod| {
        let container = &pod["containers"][0];
        (container["image"] == "ultudy").then_some((pod, container))
    });
    each.collect()
}

/// The variables of a container, those that only the cluster knows as what they are made of.
fn environment(objects: &[Value], container: &Value) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for source in container["envFrom"].as_array().into_iter().flatten() {
        let config = find(objects, "ConfigMap", &text(&source["configMapRef"]["name"]));
        all.extend(values(&config["data"]));
    }
    for variable in container["env"].as_array().into_iter().flatten() {
        let of_pod = &variable["valueFrom"]["fieldRef"]["fieldPath"];
        let value = variable["value"].as_str().or(of_pod.as_str());
        all.insert(text(&variable["name"]), value.expect("a value").to_owned());
    }
    all
}

/// Names and their texts.
fn values(data: &Value) -> impl Iterator<Item = (String, String)> {
    let all = data.as_object().expect("data").iter();
    all.map(|(name, value)| (name.clone(), text(value)))
}

/// Whether the program has this setting.
fn is_setting(name: &str) -> bool {
    let mut settings = SETTINGS.lines();
    settings.any(|line| line.starts_with(&format!("{name} = ")))
}

/// What a setting is unless somebody says otherwise.
fn default(name: &str) -> String {
    let value = SETTINGS
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
    let value = value.unwrap_or_else(|| panic!("no {name}"));
    value.trim_matches('"').to_owned()
}

/// The example's secrets, by their keys.
fn secrets() -> Value {
    let objects = objects(&["base/secrets.example.yaml"]);
    find(&objects, "Secret", "ultudy-secrets")["stringData"].clone()
}

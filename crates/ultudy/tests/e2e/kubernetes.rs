//! The manifests of deploy/k8s, held against the program: its commands, settings, ports and the time it
//! takes to stop.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use reqwest::StatusCode;
use serde_json::Value;
use ultudy_domain::job::QueueName;

use crate::{
    api::{Api, text},
    fleet::Ground,
};

const SETTINGS: &str = include_str!("../../../../config.default.toml");

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
        for (name, value) in config["data"].as_object().expect("data") {
            all.insert(name.clone(), text(value));
        }
    }
    for variable in container["env"].as_array().into_iter().flatten() {
        let of_pod = &variable["valueFrom"]["fieldRef"]["fieldPath"];
        let value = variable["value"].as_str().or(of_pod.as_str());
        all.insert(text(&variable["name"]), value.expect("a value").to_owned());
    }
    all
}

#[test]
fn they_say_what_the_document_asks_for() {
    let base = base();
    for (name, replicas, requests, limits) in [
        ("ultudy-api", 5, ("500m", "512Mi"), ("1000m", "1Gi")),
        ("ultudy-worker", 10, ("1000m", "1Gi"), ("2000m", "2Gi")),
    ] {
        let spec = &find(&base, "Deployment", name)["spec"];
        assert_eq!(spec["replicas"], replicas, "{name}");
        let resources = &spec["template"]["spec"]["containers"][0]["resources"];
        for (of, (cpu, memory)) in [("requests", requests), ("limits", limits)] {
            assert_eq!(resources[of]["cpu"], cpu, "{name} {of}");
            assert_eq!(resources[of]["memory"], memory, "{name} {of}");
        }
    }
    let worker = programs(&base)[1].1;
    assert_eq!(environment(&base, worker)["WORKER_ID"], "metadata.name");
    let hpa = objects(&["hpa/autoscaler.yaml"]);
    let spec = &find(&hpa, "HorizontalPodAutoscaler", "ultudy-worker-hpa")["spec"];
    assert_eq!(
        (&spec["minReplicas"], &spec["maxReplicas"]),
        (&3.into(), &50.into())
    );
    let cpu = &spec["metrics"][0]["resource"];
    assert_eq!(
        (&cpu["name"], &cpu["target"]["averageUtilization"]),
        (&"cpu".into(), &70.into())
    );
    assert_eq!(spec["scaleTargetRef"]["name"], "ultudy-worker");
}

#[test]
fn what_scales_by_the_queues_looks_at_their_lists() {
    let keda = objects(&["keda/autoscaler.yaml"]);
    let spec = &find(&keda, "ScaledObject", "ultudy-worker")["spec"];
    assert_eq!(
        (&spec["minReplicaCount"], &spec["maxReplicaCount"]),
        (&3.into(), &50.into())
    );
    let triggers = spec["triggers"].as_array().expect("triggers");
    for queue in QueueName::ALL {
        let list = format!("bull:{}:wait", queue.as_str());
        let looks = |trigger: &Value| trigger["metadata"]["listName"] == list.as_str();
        assert!(triggers.iter().any(looks), "{list}");
    }
    assert!(triggers.iter().any(|trigger| trigger["type"] == "cpu"));
    for overlay in ["hpa", "keda"] {
        let patch = read(&format!("{overlay}/worker.yaml"));
        assert!(
            patch.contains("op: remove") && patch.contains("path: /spec/replicas"),
            "{patch}"
        );
    }
}

#[test]
fn every_setting_and_secret_is_one() {
    let base = base();
    let is_setting = |name: &str| {
        SETTINGS
            .lines()
            .any(|line| line.starts_with(&format!("{name} = ")))
    };
    let secrets = objects(&["base/secrets.example.yaml"]);
    let secrets = &find(&secrets, "Secret", "ultudy-secrets")["stringData"];
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

/// As PostgreSQL is reached from another machine.
#[test]
fn pgbouncer_has_the_shipped_settings() {
    let shipped = fs::read_to_string(folder().join("../pgbouncer/pgbouncer.ini")).expect("it");
    let differs =
        |line: &str| line.starts_with("listen_addr") || line.starts_with("ultudy = host=");
    let settings = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !differs(line));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(settings(&read("base/pgbouncer.ini")), settings(&shipped));
}

/// Started as the manifests say, each answers its probes and stops within its grace.
#[tokio::test]
async fn they_serve_and_stop_as_the_manifests_say() {
    let base = base();
    let ground = Ground::start();
    let secrets = tempfile::tempdir().expect("a folder");
    for (key, value) in [
        ("database-url", ground.database.url()),
        ("redis-url", ground.redis.url()),
    ] {
        fs::write(secrets.path().join(key), value + "\n").expect("it is written");
    }
    let files = format!("file://{}", ground.files().display());
    for (pod, container) in programs(&base).into_iter().take(2) {
        let role = text(&container["args"][0]);
        let mut settings = environment(&base, container);
        // The bucket is a folder here, and the ports are free ones.
        settings.retain(|name, _| !name.starts_with("AWS_"));
        settings.insert("OBJECT_STORE_URL".into(), files.clone());
        settings.insert("METRICS_ADDR".into(), "127.0.0.1:0".into());
        for name in ["PORT", "HOST", "DATA_DIR"] {
            settings.remove(name);
        }
        for value in settings.values_mut() {
            *value = value.replace("/secrets", &secrets.path().display().to_string());
        }
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let mut process = Api::start_as(&[&role], &settings, None).await;
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let path = text(&container[probe]["httpGet"]["path"]);
            assert_eq!(
                process.get(&path).await.status,
                StatusCode::OK,
                "{role} {probe}"
            );
        }
        let grace = pod["terminationGracePeriodSeconds"]
            .as_u64()
            .expect("a number");
        let of = |name: &str| {
            let set = settings.iter().find(|(of, _)| *of == name);
            set.map_or(0, |(_, value)| value.parse::<u64>().expect("a number"))
        };
        // A lease, what waits no longer, and the end of computations (docs/jobs.md).
        let needs =
            of("DRAIN_DELAY_SECONDS") + of("DRAIN_SECONDS") + if role == "worker" { 12 } else { 2 };
        assert!(needs < grace, "{role} may take {needs} s, and has {grace}");
        let stops = tokio::time::timeout(
            std::time::Duration::from_secs(grace),
            process.server.terminate(),
        );
        stops.await.expect("in time").expect("it ends well");
    }
}

//! The manifests of deploy/k8s, held against the program: its commands, settings, ports and the time it
//! takes to stop.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use reqwest::StatusCode;
use serde_json::Value;
use ultudy_domain::job::QueueName;
use ultudy_testkit::postgres::{Postgres, User};

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

/// What `model` adds to the programs is settings that there are, and a key that is in the secret and mounted
/// where the setting says.
#[test]
fn a_model_is_set_for_who_asks_it() {
    let (base, model) = (base(), objects(&["model/config.yaml"]));
    let config = &find(&model, "ConfigMap", "ultudy-config")["data"];
    let is_setting = |name: &str| SETTINGS.contains(&format!("\n{name} = "));
    for name in config.as_object().expect("data").keys() {
        assert!(is_setting(name), "{name}");
    }
    assert!(config["LLM_PROVIDER"].is_string() && config["LLM_BUDGET_DAY"].is_string());
    let overlay = read("model/kustomization.yaml");
    let secrets = objects(&["base/secrets.example.yaml"]);
    let secrets = &find(&secrets, "Secret", "ultudy-secrets")["stringData"];
    for (file, name) in [("api.yaml", "ultudy-api"), ("worker.yaml", "ultudy-worker")] {
        assert!(overlay.contains(&format!("- path: {file}")), "{overlay}");
        let patch = objects(&[&format!("model/{file}")]);
        let pod = &find(&patch, "Deployment", name)["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let there = &find(&base, "Deployment", name)["spec"]["template"]["spec"];
        // Patches find what they change by its name.
        assert_eq!(container["name"], there["containers"][0]["name"]);
        let variable = &container["env"][0];
        let setting = text(&variable["name"]);
        let setting = setting.strip_suffix("_FILE").expect("a file");
        assert!(is_setting(setting), "{setting}");
        let (folder, key) = {
            let path = text(&variable["value"]);
            let (folder, key) = path.rsplit_once('/').expect("a path");
            (folder.to_owned(), key.to_owned())
        };
        assert_eq!(container["volumeMounts"][0]["mountPath"], folder.as_str());
        let volume = &pod["volumes"][0];
        assert_eq!(container["volumeMounts"][0]["name"], volume["name"]);
        let item = &volume["secret"]["items"][0];
        assert_eq!(
            (&item["key"], &item["path"]),
            (&key.as_str().into(), &key.as_str().into())
        );
        assert!(secrets[&key].is_string(), "{key}");
    }
}

/// Whatever gets hold of a pod reaches nothing of the cluster's networks but what is named.
#[test]
fn every_way_out_says_where_to() {
    let network = objects(&["base/network.yaml"]);
    let (mut to_anywhere, mut ports) = (0, Vec::new());
    for policy in &network {
        for rule in policy["spec"]["egress"].as_array().into_iter().flatten() {
            let to = rule["to"].as_array().expect("where to");
            assert!(
                !to.is_empty() && rule["ports"][0]["port"] != Value::Null,
                "{rule}"
            );
            ports.push(rule["ports"][0]["port"].to_string());
            for peer in to {
                let block = &peer["ipBlock"];
                let private: &[&str] = match block["cidr"].as_str() {
                    Some("0.0.0.0/0") => &[
                        "10.0.0.0/8",
                        "172.16.0.0/12",
                        "192.168.0.0/16",
                        "169.254.0.0/16",
                    ],
                    Some("::/0") => &["fc00::/7", "fe80::/10"],
                    _ => continue,
                };
                to_anywhere += 1;
                assert_eq!(rule["ports"].as_array().map(Vec::len), Some(1), "{rule}");
                assert_eq!(rule["ports"][0]["port"], 443, "{rule}");
                let except = block["except"].as_array().expect("what is not");
                for network in private {
                    assert!(except.iter().any(|it| it == network), "{network}: {rule}");
                }
            }
        }
    }
    assert_eq!(to_anywhere, 2);
    for port in ["53", "6379", "5432", "443"] {
        assert!(ports.iter().any(|it| it == port), "{port}: {ports:?}");
    }
}

/// The ports of a container, by their names.
fn ports(container: &Value) -> BTreeMap<String, u64> {
    let ports = container["ports"].as_array().expect("ports").iter();
    let named = ports.map(|port| (text(&port["name"]), port["containerPort"].as_u64()));
    named
        .map(|(name, port)| (name, port.expect("a number")))
        .collect()
}

#[test]
fn ports_are_those_that_the_programs_listen_on() {
    let base = base();
    for name in ["ultudy-api", "ultudy-worker"] {
        let pod = &find(&base, "Deployment", name)["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let ports = ports(container);
        let settings = environment(&base, container);
        assert_eq!(ports["http"].to_string(), settings["PORT"], "{name}");
        let (host, port) = settings["METRICS_ADDR"].rsplit_once(':').expect("a port");
        assert_eq!(
            (host, ports["metrics"].to_string().as_str()),
            ("0.0.0.0", port)
        );
        assert_eq!(settings["HOST"], "0.0.0.0", "{name}");
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            assert_eq!(
                container[probe]["httpGet"]["port"], "http",
                "{name} {probe}"
            );
        }
    }
    let pgbouncer = &find(&base, "Deployment", "pgbouncer")["spec"]["template"]["spec"];
    let port = ports(&pgbouncer["containers"][0])["postgres"];
    let listens = read("base/pgbouncer.ini").lines().find_map(|line| {
        let port = line.strip_prefix("listen_port")?;
        Some(port.trim_start_matches([' ', '=']).to_owned())
    });
    assert_eq!(listens, Some(port.to_string()));
    // Whoever is let in, and by which name, is let in to a port that there is.
    for (service, of, port) in [
        ("ultudy-api", "ultudy-api", "http"),
        ("pgbouncer", "pgbouncer", "postgres"),
    ] {
        let spec = &find(&base, "Service", service)["spec"];
        assert_eq!(spec["ports"][0]["targetPort"], port);
        assert_eq!(spec["selector"]["app"], of);
        let pod = &find(&base, "Deployment", of)["spec"]["template"];
        assert_eq!(pod["metadata"]["labels"]["app"], of);
    }
    for (policy, of) in [
        ("api", "ultudy-api"),
        ("worker", "ultudy-worker"),
        ("pgbouncer", "pgbouncer"),
    ] {
        let pod = &find(&base, "Deployment", of)["spec"]["template"]["spec"];
        let ports = ports(&pod["containers"][0]);
        let spec = &find(&base, "NetworkPolicy", policy)["spec"];
        assert_eq!(spec["podSelector"]["matchLabels"]["app"], of);
        for rule in spec["ingress"].as_array().expect("rules") {
            let port = text(&rule["ports"][0]["port"]);
            assert!(ports.contains_key(&port), "{policy}: {port}");
        }
    }
    for ingress in base.iter().filter(|object| object["kind"] == "Ingress") {
        for path in ingress["spec"]["rules"][0]["http"]["paths"]
            .as_array()
            .expect("paths")
        {
            let service = &path["backend"]["service"];
            let ports = &find(&base, "Service", &text(&service["name"]))["spec"]["ports"];
            assert_eq!(ports[0]["name"], service["port"]["name"]);
        }
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
    let secrets = objects(&["base/secrets.example.yaml"]);
    let secrets = &find(&secrets, "Secret", "ultudy-secrets")["stringData"];
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

/// What a worker and its readers may take is within what its container may.
#[test]
fn a_workers_readers_fit_in_its_memory() {
    const OWN_MB: u64 = 256;
    let base = base();
    let pod = &find(&base, "Deployment", "ultudy-worker")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let settings = environment(&base, container);
    let default = |name: &str| {
        let line = SETTINGS.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(" = ")?;
            Some(value.trim_matches('"').to_owned())
        });
        line.unwrap_or_else(|| panic!("no {name}"))
    };
    let number = |name: &str| -> u64 {
        let set = settings.get(name).cloned();
        let set = set.unwrap_or_else(|| default(name));
        set.parse().expect("a number")
    };
    let limit = text(&container["resources"]["limits"]["memory"]);
    let limit: u64 = limit.trim_end_matches("Gi").parse().expect("Gi");
    let readers = number("UPLOAD_QUEUE_CONCURRENCY") * number("PDF_MEMORY_MB");
    assert!(readers + OWN_MB <= limit * 1024, "{readers} MB of readers");
}

/// The largest number in a column of a table of bench/results, in the rows that begin so.
fn measured(results: &str, of: &str, column: &str) -> u64 {
    let path = folder().join("../../bench/results").join(results);
    let read = fs::read_to_string(path).expect(results);
    let results: Value = serde_json::from_str(&read).expect("JSON");
    let tables = results["report"]["tables"].as_array().expect("tables");
    let mut numbers = Vec::new();
    for table in tables {
        let head = table["head"].as_array().expect("a head");
        let Some(place) = head.iter().position(|head| head == column) else {
            continue;
        };
        let rows = table["rows"].as_array().expect("rows").iter();
        let rows = rows.filter(|row| row[0].as_str().is_some_and(|name| name.starts_with(of)));
        numbers.extend(rows.map(|row| text(&row[place]).parse::<u64>().expect("a number")));
    }
    numbers.into_iter().max().expect("it was measured")
}

/// What workers that wait ask for is what they were measured to take, and some to spare.
#[test]
fn what_is_asked_for_is_what_was_measured() {
    let patch: Value = serde_saphyr::from_str(&read("keda/worker.yaml")).expect("a patch");
    let changes = patch.as_array().expect("changes").iter();
    let path = "/spec/template/spec/containers/0/resources/requests";
    let mut requests = changes.filter(|change| change["path"] == path);
    let requests = &requests.next().expect("its requests")["value"];
    let mib = |memory: &Value| {
        let memory = text(memory);
        let number = memory.trim_end_matches(['M', 'G', 'i']);
        let number: u64 = number.parse().expect("a number");
        number * if memory.ends_with("Gi") { 1_024 } else { 1 }
    };
    let asked = mib(&requests["memory"]);
    let reading = measured("readers.json", "", "With its readers, MiB");
    let calling = measured("day.json", "worker", "MiB at most");
    assert!(reading.max(calling) * 5 / 4 <= asked, "{reading} {calling}");
    let base = base();
    for name in ["ultudy-api", "ultudy-worker"] {
        let pod = &find(&base, "Deployment", name)["spec"]["template"]["spec"];
        let resources = &pod["containers"][0]["resources"];
        let (asked, allowed) = (&resources["requests"], &resources["limits"]);
        assert!(mib(&asked["memory"]) <= mib(&allowed["memory"]), "{name}");
        let took = match name {
            "ultudy-api" => measured("day.json", "API", "MiB at most"),
            _ => reading.max(calling),
        };
        assert!(took * 5 / 4 <= mib(&asked["memory"]), "{name}: {took}");
    }
}

/// Started as the manifest says, by whoever may change tables.
#[test]
fn the_migration_migrates() {
    let base = base();
    let pod = &find(&base, "Job", "ultudy-migrate")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let postgres = Postgres::shared().expect("it starts");
    let database = postgres.create_database(User::Owner).expect("it is made");
    let secrets = tempfile::tempdir().expect("a folder");
    let url = postgres.url(User::Owner, &database);
    fs::write(secrets.path().join("database-direct-url"), url).expect("it is written");
    let run = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ultudy"));
        program.arg(text(&container["args"][0])).env_clear();
        for (name, value) in environment(&base, container) {
            let value = value.replace("/secrets", &secrets.path().display().to_string());
            program.env(name, value);
        }
        let output = program.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{output:?}");
        said
    };
    let first = run();
    assert!(
        first.contains("this version's schema") && !first.contains("(0 "),
        "{first}"
    );
    // A second time, such as after a lost answer.
    let second = run();
    assert!(second.contains("(0 migrations were missing)"), "{second}");
}

/// Only files pass unbuffered to the servers, whose limit is the program's; and nothing is tried again
/// that must not be.
#[test]
fn what_is_sent_is_taken_whole_but_for_files() {
    let objects = objects(&["base/ingress.yaml"]);
    let upload_max: u64 = SETTINGS
        .lines()
        .find_map(|line| line.strip_prefix("UPLOAD_MAX_MB = "))
        .and_then(|value| value.trim_matches('"').parse().ok())
        .expect("a number");
    let mut paths = Vec::new();
    for ingress in &objects {
        let of = |name: &str| {
            let name = format!("nginx.ingress.kubernetes.io/{name}");
            text(&ingress["metadata"]["annotations"][name.as_str()])
        };
        let path = &ingress["spec"]["rules"][0]["http"]["paths"][0];
        let (path, kind) = (text(&path["path"]), text(&path["pathType"]));
        match path.as_str() {
            "/" => {
                assert_eq!(kind, "Prefix");
                assert_eq!(of("proxy-request-buffering"), "on");
                assert_eq!(of("proxy-body-size"), "1m");
            }
            "/api/upload/pdf-structured" => {
                assert_eq!(kind, "Exact");
                assert_eq!(of("proxy-request-buffering"), "off");
                assert_eq!(of("proxy-body-size"), format!("{}m", upload_max + 1));
            }
            "/api/auth/oidc/callback" => {
                assert_eq!(kind, "Exact");
                assert_eq!(of("proxy-next-upstream"), "off");
            }
            other => panic!("nothing is known of {other}"),
        }
        paths.push(path);
    }
    assert_eq!(paths.len(), 3, "{paths:?}");
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
    for setting in [
        "pool_mode = transaction",
        "max_client_conn = 1000",
        "default_pool_size = 25",
        "reserve_pool_size = 5",
    ] {
        assert!(shipped.lines().any(|line| line == setting), "{setting}");
    }
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

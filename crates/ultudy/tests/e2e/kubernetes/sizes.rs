//! How many there are of each, what they ask for, and what they may take.

use std::fs;

use serde_json::Value;
use ultudy_domain::job::QueueName;

use super::{base, default, environment, find, folder, objects, programs, read};
use crate::api::text;

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

/// What a worker and its readers may take is within what its container may.
#[test]
fn a_workers_readers_fit_in_its_memory() {
    const OWN_MB: u64 = 256;
    let base = base();
    let pod = &find(&base, "Deployment", "ultudy-worker")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let settings = environment(&base, container);
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

//! Who reaches whom, at which ports, and how requests come in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{base, default, environment, find, objects, read};
use crate::api::text;

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

/// Only files pass unbuffered to the servers, whose limit is the program's; and nothing is tried again
/// that must not be.
#[test]
fn what_is_sent_is_taken_whole_but_for_files() {
    let objects = objects(&["base/ingress.yaml"]);
    let upload_max: u64 = default("UPLOAD_MAX_MB").parse().expect("a number");
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

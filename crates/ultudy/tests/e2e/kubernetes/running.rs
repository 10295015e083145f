//! The program and PgBouncer, set as the manifests set them.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use reqwest::StatusCode;
use tempfile::TempDir;
use tokio::time::timeout;
use ultudy_testkit::postgres::{Postgres, User};

use super::{base, environment, find, folder, programs, read};
use crate::{
    api::{Api, text},
    fleet::Ground,
};

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

/// Where the manifests' programs run here: with services of a test's own, and on free ports.
pub(super) struct Here {
    ground: Ground,
    secrets: TempDir,
}

impl Here {
    pub(super) fn new() -> Self {
        let ground = Ground::start();
        let secrets = tempfile::tempdir().expect("a folder");
        for (key, value) in [
            ("database-url", ground.database.url()),
            ("redis-url", ground.redis.url()),
            ("openai-api-key", "sk-of-nobody".to_owned()),
        ] {
            fs::write(secrets.path().join(key), value + "\n").expect("it is written");
        }
        Self { ground, secrets }
    }

    /// Starts it by its command and settings.
    pub(super) async fn start(&self, role: &str, mut settings: BTreeMap<String, String>) -> Api {
        // The bucket is a folder here, and the ports are free ones.
        settings.retain(|name, _| !name.starts_with("AWS_"));
        let files = format!("file://{}", self.ground.files().display());
        settings.insert("OBJECT_STORE_URL".into(), files);
        settings.insert("METRICS_ADDR".into(), "127.0.0.1:0".into());
        for name in ["PORT", "HOST", "DATA_DIR"] {
            settings.remove(name);
        }
        for value in settings.values_mut() {
            for folder in ["/secrets/", "/model/"] {
                if let Some(key) = value.strip_prefix(folder) {
                    *value = self.secrets.path().join(key).display().to_string();
                }
            }
        }
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Api::start_as(&[role], &settings, None).await
    }
}

/// Started as the manifests say, each answers its probes and stops within its grace.
#[tokio::test]
async fn they_serve_and_stop_as_the_manifests_say() {
    let (base, here) = (base(), Here::new());
    for (pod, container) in programs(&base).into_iter().take(2) {
        let role = text(&container["args"][0]);
        let settings = environment(&base, container);
        let mut process = here.start(&role, settings.clone()).await;
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
            let set = settings.get(name);
            set.map_or(0, |value| value.parse::<u64>().expect("a number"))
        };
        // What is recorded last and the end of computations, and a lease and what waits no longer
        // (docs/jobs.md).
        let needs =
            of("DRAIN_DELAY_SECONDS") + of("DRAIN_SECONDS") + if role == "worker" { 15 } else { 5 };
        assert!(needs < grace, "{role} may take {needs} s, and has {grace}");
        let stops = timeout(Duration::from_secs(grace), process.server.terminate());
        stops.await.expect("in time").expect("it ends well");
    }
}

//! The commands of docs/runbook.md, run as they stand there.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use ultudy_domain::job::QueueName;
use ultudy_testkit::postgres::Postgres;

use crate::{
    api::{Api, address, text},
    fleet::{self, Ground},
    pdf,
};

const RUNBOOK: &str = include_str!("../../../../docs/runbook.md");
/// What a command begins with.
const PROGRAMS: [&str; 5] = ["redis-cli ", "psql ", "curl ", "ultudy ", "SELECT "];

/// All commands of a text: they stand between backquotes, perhaps over two lines.
fn commands(text: &str) -> BTreeSet<String> {
    let spans = text.split('`').skip(1).step_by(2);
    let spans = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
    spans
        .filter(|span| PROGRAMS.iter().any(|program| span.starts_with(program)))
        .collect()
}

#[tokio::test]
async fn every_command_of_the_runbook_works() {
    let ground = Ground::start();
    let settings = [("AUTH_MODE", "accounts")];
    let mut api = ground.process(&["api"], &settings).await;
    api.sign_up("ada").await;
    let accepted = api.upload(pdf::biology(), &[]).await;
    let id = text(&api.get("/api/me").await.body["id"]);
    assert!(accepted.status.is_success(), "{accepted:?}");

    let commands = commands(RUNBOOK);
    let shell = Shell::new(&ground, &api);
    for command in &commands {
        let placed = command
            .replace(
                "redis-cli -u URL",
                &format!("redis-cli -u {}", ground.redis.url()),
            )
            .replace("URL", api.server.base_url())
            .replace("EMAIL", &address("ada"))
            .replace("USER", &id);
        // Named, not told to be run: it is there.
        let is_named = placed == *command && command.starts_with("ultudy ");
        let printed = match is_named {
            true => shell.run(&format!("{placed} --help")),
            false if command.contains("pg_last_xact_replay") => on_a_replica(&placed),
            false if command.starts_with("SELECT ") => ground.database.sql(&placed).expect(command),
            false => shell.run(&placed),
        };
        if command.contains("LLEN bull:upload-processing:wait") {
            assert_eq!(printed.trim(), "1", "{command}");
        }
        if command.contains("SHOW POOLS") {
            assert!(printed.contains("cl_waiting"), "{command}: {printed}");
        }
    }
    // Those that an operator needs first are among them.
    for queue in QueueName::ALL {
        let backlog = format!("redis-cli LLEN bull:{}:wait", queue.as_str());
        assert!(commands.contains(&backlog), "{backlog}");
    }
    assert!(commands.contains("redis-cli INFO memory"));
    for server in ["pg_stat_activity", "SHOW POOLS"] {
        assert!(
            commands.iter().any(|command| command.contains(server)),
            "{server}"
        );
    }
}

fn on_a_replica(sql: &str) -> String {
    let primary = Postgres::start().expect("it starts");
    let replica = primary.start_replica().expect("it follows");
    replica.sql("postgres", sql).expect(sql)
}

/// Where an operator sits: their programs find the servers by themselves.
struct Shell {
    programs: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

impl Shell {
    fn new(ground: &Ground, api: &Api) -> Self {
        let programs = tempfile::tempdir().expect("a folder");
        let redis = format!("exec /usr/bin/redis-cli -p {} \"$@\"", ground.redis.port());
        let ultudy = format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_ultudy"));
        write(&programs.path().join("redis-cli"), &redis);
        write(&programs.path().join("ultudy"), &ultudy);
        let port = fleet::port(&ground.database.url()).to_string();
        let mut settings = api.server.settings().to_vec();
        settings.push((
            "DATA_DIR".into(),
            api.server.data_dir().display().to_string(),
        ));
        settings.push(("PGPORT".into(), port));
        Self { programs, settings }
    }

    /// Runs a line; what it prints.
    fn run(&self, line: &str) -> String {
        // Where PgBouncer listens on this machine is told by the environment.
        let line = line.replace(" -h HOST -p 6432", " -h 127.0.0.1");
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("sh")
            .args(["-e", "-c", &line])
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            .output()
            .expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {printed}{said}");
        // It says so, and ends well.
        assert!(!printed.starts_with("ERR"), "{line}: {printed}");
        printed
    }
}

fn write(path: &Path, line: &str) {
    fs::write(path, format!("#!/bin/sh\n{line}\n")).expect("it is written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it may run");
}

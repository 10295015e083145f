//! How many connections a process may hold.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use ultudy_testkit::server::Server;

/// The program, started under what this has the shell do with the limit.
fn limited(folder: &Path, ulimit: &str) -> PathBuf {
    let started_low = folder.join("ultudy");
    let program = env!("CARGO_BIN_EXE_ultudy");
    let script = format!("#!/bin/sh\nulimit {ulimit}\nexec '{program}' \"$@\"\n");
    fs::write(&started_low, script).expect("it is written");
    fs::set_permissions(&started_low, fs::Permissions::from_mode(0o755)).expect("it may run");
    started_low
}

/// Whoever starts it need not know of that limit: what the system lets it have it takes.
#[tokio::test]
async fn as_many_files_may_be_open_as_the_system_allows() {
    let folder = tempfile::tempdir().expect("a folder");
    let started_low = limited(folder.path(), "-Sn 256");
    let settings = [("SAMPLE_COURSE", "false")];
    let server = Server::start(&started_low, &settings)
        .await
        .expect("it starts");

    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("it runs");
    let open_files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let words: Vec<_> = open_files.expect("a limit").split_whitespace().collect();
    let (now, most) = (words[3], words[4]);
    assert_eq!(now, most);
    assert_ne!(now, "256");
    server.logged(&format!("open_files={most}")).await;
}

#[tokio::test]
async fn more_calls_at_once_than_files_may_be_open_are_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let limited = limited(folder.path(), "-n 2000");
    let mut settings = [
        ("SAMPLE_COURSE", "false"),
        ("LESSON_QUEUE_CONCURRENCY", "10000"),
    ];
    let warning = "LESSON_QUEUE_CONCURRENCY asks for more connections";
    let server = Server::start(&limited, &settings).await.expect("it starts");
    let told = server.logged(warning).await;
    assert!(told.contains("needed=10256"), "{told}");
    settings[1].1 = "1000";
    let server = Server::start(&limited, &settings).await.expect("it starts");
    server.logged("serving").await;
    assert!(!server.log().contains(warning));
}

//! How many connections a process may hold.

use std::{fs, os::unix::fs::PermissionsExt};

use ultudy_testkit::server::Server;

/// Whoever starts it need not know of that limit: what the system lets it have it takes.
#[tokio::test]
async fn as_many_files_may_be_open_as_the_system_allows() {
    let folder = tempfile::tempdir().expect("a folder");
    let started_low = folder.path().join("ultudy");
    let program = env!("CARGO_BIN_EXE_ultudy");
    let script = format!("#!/bin/sh\nulimit -Sn 256\nexec '{program}' \"$@\"\n");
    fs::write(&started_low, script).expect("it is written");
    fs::set_permissions(&started_low, fs::Permissions::from_mode(0o755)).expect("it may run");
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

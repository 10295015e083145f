//! nginx reads its files anew while pages are open.

use ultudy_testkit::{nginx::Nginx, wait};

use super::{load::Load, port, watcher::Watcher};
use crate::{
    api::{Api, PATIENCE, text},
    pdf,
};

/// How long old processes may take to end. Shipped are minutes.
const SECONDS: u32 = 3;
const STUDENTS: usize = 6;
/// Answers between two events.
const ANSWERS: usize = 40;

/// A file is read, and the page is told.
async fn read(api: &Api, watcher: &mut Watcher) {
    let accepted = api.upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    watcher.is_told(&["event: completed", &job_id]).await;
}

#[tokio::test]
async fn its_old_processes_end_though_a_stream_is_open_and_no_request_fails() {
    let api = Api::dev("ada").await;
    let mut nginx = Nginx::start_shutting_down_within(SECONDS, &[port(&api)]).expect("it starts");
    let mut watcher = Watcher::start(&nginx.base_url());
    read(&api, &mut watcher).await;
    // Each request by a connection of its own: one that rests is closed at once, perhaps just as somebody
    // asks by it.
    let load = Load::start_without_rest(&nginx.base_url(), STUDENTS);
    load.goes_on(ANSWERS).await;
    let old = nginx.workers();
    assert!(!old.is_empty());
    nginx.reload().expect("it reads its files");
    let ended = wait::until("the old ones end", PATIENCE, async || {
        nginx.workers().iter().all(|pid| !old.contains(pid))
    });
    ended.await.expect("though a stream is open");
    load.goes_on(ANSWERS).await;

    let asked = load.ends().await;
    let failed: Vec<_> = asked.iter().filter(|one| one.fault.is_some()).collect();
    assert!(failed.is_empty(), "{failed:#?}\n{}", nginx.error_log());
    assert!(!nginx.workers().is_empty());
    // The page's stream goes on by the new ones.
    read(&api, &mut watcher).await;
    assert!(watcher.connections().len() > 1);
}

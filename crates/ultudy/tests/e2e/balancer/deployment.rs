//! Two APIs behind nginx under load: one is killed, then each is replaced.

use std::time::Instant;

use reqwest::{Method, StatusCode};
use ultudy_testkit::ports;

use super::{
    before,
    load::{Load, wrong},
    watcher::Watcher,
};
use crate::{
    api::{Api, text},
    fleet::Ground,
    pdf,
};

const STUDENTS: usize = 6;
/// Answers between two events.
const ANSWERS: usize = 40;

async fn api(ground: &Ground) -> Api {
    let port = ports::free_port().expect("a port").to_string();
    ground.process(&["api"], &[("PORT", &port)]).await
}

#[tokio::test]
async fn one_killed_fails_what_it_was_at_and_one_replaced_fails_nothing() {
    let ground = Ground::start();
    let mut apis = [api(&ground).await, api(&ground).await];
    let nginx = before(&[&apis[0], &apis[1]]);
    let mut watcher = Watcher::start(&nginx.base_url());
    let load = Load::start(&nginx.base_url(), STUDENTS);
    load.goes_on(ANSWERS).await;

    let killed = Instant::now();
    apis[0].server.kill().await.expect("it dies");
    let dead = Instant::now();
    load.goes_on(ANSWERS).await;
    apis[0].server.restart().await.expect("it comes back");
    load.goes_on(ANSWERS).await;
    let before_replacements = watcher.connections().len();
    for api in &mut apis {
        api.server.restart().await.expect("it is replaced");
        load.goes_on(ANSWERS).await;
    }

    let asked = load.ends().await;
    let failed: Vec<_> = asked
        .iter()
        .filter(|asked| asked.fault.is_some())
        .filter(|asked| {
            let was_under_way = asked.begun <= dead && asked.ended >= killed;
            asked.method == Method::GET || !was_under_way
        })
        .collect();
    assert!(failed.is_empty(), "{failed:#?}\n{}", nginx.error_log());
    let names = ground.database.sql("SELECT name FROM courses");
    let names = names.expect("it runs");
    let wrong = wrong(&asked, names.lines().map(str::to_owned));
    assert!(wrong.is_empty(), "{wrong:#?}");

    // The stream that was at one that was replaced is at the other, and goes on.
    let accepted = apis[0].upload(pdf::biology(), &[]).await;
    let job_id = text(&accepted.body["job_id"]);
    watcher.is_told(&[&job_id]).await;
    let connections = watcher.connections();
    let ok = |one: &Result<StatusCode, String>| *one == Ok(StatusCode::OK);
    assert!(connections.iter().all(ok), "{connections:?}");
    assert!(connections.len() > before_replacements, "{connections:?}");
    // What the one has accepted the other knows of.
    let job = apis[1].get(&format!("/api/jobs/{job_id}")).await;
    assert_eq!(job.body["status"], "queued", "{job:?}");
}

//! A Redis Cluster that loses a node.

use reqwest::StatusCode;
use serde_json::{Value, json};
use ultudy_testkit::{redis::Cluster, wait};

use super::{start, study};
use crate::{
    api::{Api, PATIENCE, text},
    jobs::{long_book, processing},
    pdf,
};

const UPLOADS: &str = "bull:{upload-processing}:wait";

async fn completes(api: &Api, accepted: &Value) {
    let job = api.ended(&text(&accepted["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}\n{}", api.server.log());
}

/// Killed under a running job. Its replica takes over, and nobody does anything.
#[tokio::test]
async fn a_lost_master_with_a_replica_is_survived_unaided() {
    let mut cluster = Cluster::start_with_replicas().unwrap();
    let api = start(&cluster.url()).await;
    let first = api.upload(long_book(), &[]).await;
    processing(&api, &text(&first.body["job_id"])).await;
    let master = cluster.master_of(UPLOADS).unwrap();
    cluster.nodes_mut()[master].kill().unwrap();
    let second = api.upload(pdf::biology(), &[]).await;
    for accepted in [first, second] {
        assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        completes(&api, &accepted.body).await;
    }
    wait::until("the queue is as it should be", PATIENCE, async || {
        let active = UPLOADS.replace("wait", "active");
        cluster.cli(&["EXISTS", UPLOADS, &active]).unwrap() == "0"
    })
    .await
    .unwrap();
}

/// Nobody takes over: jobs are accepted and wait, with a line that says why, until it is back.
#[tokio::test]
async fn a_lost_master_without_a_replica_is_waited_for() {
    let mut cluster = Cluster::start().unwrap();
    let api = start(&cluster.url()).await;
    let master = cluster.master_of(UPLOADS).unwrap();
    cluster.nodes_mut()[master].kill().unwrap();
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    wait::until("the log says so", PATIENCE, async || {
        api.server.log().contains("cannot claim jobs")
    })
    .await
    .unwrap();
    let job = api
        .get(&format!("/api/jobs/{}", text(&accepted.body["job_id"])))
        .await;
    assert_eq!(job.body["status"], json!("queued"));
    cluster.nodes_mut()[master].start_again().unwrap();
    completes(&api, &accepted.body).await;
}

/// The first one named is away from before the start on, the other one dies later.
#[tokio::test]
async fn a_process_starts_and_goes_on_with_any_of_several_named_nodes() {
    let mut cluster = Cluster::start_with_replicas().unwrap();
    let nodes = cluster.nodes_mut();
    let list = format!("{},127.0.0.1:{}", nodes[0].url(), nodes[1].port());
    nodes[0].kill().unwrap();
    cluster.wait_until_agreed().unwrap();
    let api = start(&list).await;
    api.server.logged("is done without").await;
    study(&api).await;
    cluster.nodes_mut()[1].kill().unwrap();
    cluster.nodes_mut()[0].start_again().unwrap();
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    completes(&api, &accepted.body).await;
}

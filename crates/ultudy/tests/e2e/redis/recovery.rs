//! How long it takes until jobs run again after Redis was away, came back empty, or was replaced.
//!
//! `cargo xtask bench recovery` runs it and says what was found. Each time is from when a Redis that takes
//! commands is there again (or, on a cluster, from when a master was killed: it is the cluster's to replace
//! it) until the last of the jobs has ended, so that working on them is a part of it.

use std::{env, fs, time::Duration};

use reqwest::StatusCode;
use serde_json::json;
use tokio::time::Instant;
use ultudy_testkit::{
    chaos::Chaos,
    redis::{Cluster, Redis},
};

use super::{UPLOADS, start};
use crate::{
    api::{Api, text},
    pdf,
};

/// Of which the longest time counts.
const ROUNDS: usize = 3;

/// Sends a file; the job's id.
async fn upload(api: &Api) -> String {
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    text(&accepted.body["job_id"])
}

/// Waits until they have ended, all well.
async fn completed(api: &Api, jobs: &[String]) {
    for job_id in jobs {
        let job = api.ended(job_id).await;
        assert_eq!(job["status"], "completed", "{job}\n{}", api.server.log());
    }
}

/// As Bull pauses a queue: nobody takes what waits.
fn pause(redis: &Redis) {
    redis
        .cli(["SET", &format!("{UPLOADS}:meta-paused"), "1"])
        .unwrap();
}

/// An undisturbed job, for comparison: most of it is the work itself.
async fn nothing_happens() -> Duration {
    let redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    completed(&api, &[upload(&api).await]).await;
    let began = Instant::now();
    completed(&api, &[upload(&api).await]).await;
    began.elapsed()
}

/// Killed, and back with what it had; the job was accepted meanwhile.
async fn restarted() -> Duration {
    let mut redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    completed(&api, &[upload(&api).await]).await;
    redis.kill().unwrap();
    let job = upload(&api).await;
    redis.start_again().unwrap();
    let began = Instant::now();
    completed(&api, &[job]).await;
    began.elapsed()
}

/// Emptied while it runs; one job waited.
async fn flushed() -> Duration {
    let redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    completed(&api, &[upload(&api).await]).await;
    pause(&redis);
    let job = upload(&api).await;
    redis.cli(["FLUSHALL"]).unwrap();
    let began = Instant::now();
    completed(&api, &[job]).await;
    began.elapsed()
}

/// Killed, and back without anything; one job waited, another was accepted meanwhile.
async fn restarted_empty() -> Duration {
    let mut redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    completed(&api, &[upload(&api).await]).await;
    pause(&redis);
    let waiting = upload(&api).await;
    redis.lose_data().unwrap();
    let meanwhile = upload(&api).await;
    redis.start_again().unwrap();
    let began = Instant::now();
    completed(&api, &[waiting, meanwhile]).await;
    began.elapsed()
}

/// The primary dies, its address leads to the replica, and that is promoted; one job was accepted
/// meanwhile.
async fn failed_over() -> Duration {
    let mut primary = Redis::start().unwrap();
    let replica = primary.start_replica().unwrap();
    let address = Chaos::start(primary.port()).unwrap();
    let api = start(&format!("redis://127.0.0.1:{}", address.port())).await;
    completed(&api, &[upload(&api).await]).await;
    primary.kill().unwrap();
    address.lead_to(replica.port());
    let job = upload(&api).await;
    replica.promote().unwrap();
    let began = Instant::now();
    completed(&api, &[job]).await;
    began.elapsed()
}

/// The queue's master on a cluster dies, and its replica takes its place by itself; one job is accepted
/// meanwhile.
async fn cluster_lost_a_master() -> Duration {
    let mut cluster = Cluster::start_with_replicas().unwrap();
    let api = start(&cluster.url()).await;
    completed(&api, &[upload(&api).await]).await;
    let master = cluster.master_of("bull:{upload-processing}:wait").unwrap();
    cluster.nodes_mut()[master].kill().unwrap();
    let began = Instant::now();
    completed(&api, &[upload(&api).await]).await;
    began.elapsed()
}

#[tokio::test]
#[ignore = "a measurement: `cargo xtask bench recovery` runs it"]
async fn until_jobs_run_again() {
    let mut worst = [Duration::ZERO; 6];
    for _ in 0..ROUNDS {
        let taken = [
            nothing_happens().await,
            restarted().await,
            flushed().await,
            restarted_empty().await,
            failed_over().await,
            cluster_lost_a_master().await,
        ];
        for (worst, taken) in worst.iter_mut().zip(taken) {
            *worst = taken.max(*worst);
        }
    }
    let seconds = worst.map(|worst| worst.as_secs_f64());
    let found = json!({
        "nothing": seconds[0],
        "restarted": seconds[1],
        "flushed": seconds[2],
        "restarted_empty": seconds[3],
        "failed_over": seconds[4],
        "cluster": seconds[5],
    });
    eprintln!("{found}");
    if let Ok(path) = env::var("RECOVERY_FOUND") {
        fs::write(path, found.to_string()).expect("what was found is written");
    }
}

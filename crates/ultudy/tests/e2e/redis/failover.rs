//! A Redis with a replica, behind an address that moves to the replica when the primary dies.

use reqwest::StatusCode;
use ultudy_testkit::{chaos::Chaos, redis::Redis, wait};

use super::UPLOADS;
use crate::{
    api::{Api, PATIENCE, text},
    jobs::{long_book, processing},
    pdf::{self, Pdf},
};

/// A primary, its replica, and the program, which knows neither but the address before them.
struct Pair {
    primary: Redis,
    replica: Redis,
    address: Chaos,
    api: Api,
}

impl Pair {
    async fn start() -> Self {
        let primary = Redis::start().unwrap();
        let replica = primary.start_replica().unwrap();
        let address = Chaos::start(primary.port()).unwrap();
        let url = format!("redis://127.0.0.1:{}", address.port());
        let settings = [
            ("REDIS_URL", url.as_str()),
            ("UPLOAD_QUEUE_CONCURRENCY", "2"),
        ];
        let api = Api::start(&settings, None).await;
        Self {
            primary,
            replica,
            address,
            api,
        }
    }

    /// Sends a file; the job's id.
    async fn upload(&self, file: Vec<u8>) -> String {
        let accepted = self.api.upload(file, &[]).await;
        assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        text(&accepted.body["job_id"])
    }

    /// The replica has all that the primary has by now.
    async fn copied(&self) {
        self.primary.cli(["SET", "mark", "1"]).unwrap();
        wait::until("the replica has all", PATIENCE, async || {
            self.replica.cli(["EXISTS", "mark"]).unwrap() == "1"
        })
        .await
        .unwrap();
    }

    async fn documents(&self) -> usize {
        let documents = self.api.get("/api/documents").await;
        documents.body["documents"].as_array().map_or(0, Vec::len)
    }
}

/// The replica knows of one that runs and of one that has ended meanwhile; it does not know of one
/// that runs and of one that waits; another is accepted before it takes writes.
#[tokio::test]
async fn a_lost_primary_whose_replica_takes_its_place_costs_no_job_and_none_is_done_twice() {
    let mut pair = Pair::start().await;
    let known = pair.upload(long_book()).await;
    processing(&pair.api, &known).await;
    let ended = pair.upload(pdf::biology()).await;
    pair.copied().await;
    pair.replica.cut_off().unwrap();
    pair.api.ended(&ended).await;
    let pages = ["A cell is the smallest unit of life."; 200];
    let unknown = pair.upload(Pdf::with_pages(&pages).bytes()).await;
    processing(&pair.api, &unknown).await;
    let waiting = pair.upload(pdf::biology()).await;
    pair.primary.kill().unwrap();

    pair.address.lead_to(pair.replica.port());
    let meanwhile = pair.upload(pdf::biology()).await;
    wait::until("the log says why nothing goes on", PATIENCE, async || {
        let log = pair.api.server.log();
        log.lines()
            .any(|line| line.contains("cannot claim jobs") && line.contains("read only replica"))
    })
    .await
    .unwrap();

    pair.replica.promote().unwrap();
    let jobs = [known, ended, unknown, waiting, meanwhile];
    for job_id in &jobs {
        let job = pair.api.ended(job_id).await;
        let log = || pair.api.server.log();
        assert_eq!(job["status"], "completed", "{job}\n{}", log());
        assert_eq!(job["attempt"], 0, "{job}");
    }
    assert_eq!(pair.documents().await, jobs.len());
    let nothing_left = async || {
        let keys = ["wait", "active", "delayed"].map(|list| format!("{UPLOADS}:{list}"));
        let exist = ["EXISTS"]
            .into_iter()
            .chain(keys.iter().map(String::as_str));
        pair.replica.cli(exist).unwrap() == "0"
    };
    wait::until("the queue is empty", PATIENCE, nothing_left)
        .await
        .unwrap();
}

//! Redis that cannot be used, or not just now.

use futures_util::future::join_all;
use reqwest::StatusCode;
use ultudy_testkit::{redis::Redis, server::Server, wait};

use super::{LESSONS, UPLOADS, start, study};
use crate::{
    api::{Api, PATIENCE, text},
    metrics::{number, scrape},
    pdf,
};

/// What the program says when it does not start on this Redis.
async fn refusal(url: &str) -> String {
    let refused = Server::start(env!("CARGO_BIN_EXE_ultudy"), &[("REDIS_URL", url)]).await;
    refused.unwrap_err().to_string()
}

#[tokio::test]
async fn a_copy_that_takes_no_writes_is_refused_with_its_primary_to_name() {
    let primary = Redis::start().unwrap();
    let replica = primary.start_replica().unwrap();
    let said = refusal(&replica.url()).await;
    assert!(
        said.contains("REDIS_URL") && said.contains("replica"),
        "{said}"
    );
}

/// Leases are such keys: it will do, as long as it is not full.
#[tokio::test]
async fn one_that_drops_keys_with_an_end_is_warned_of() {
    let redis = Redis::start_with(&["--maxmemory-policy volatile-lru"]).unwrap();
    let api = start(&redis.url()).await;
    study(&api).await;
    let log = api.server.logged("noeviction").await;
    let warns = |line: &str| line.contains("WARN") && line.contains("noeviction");
    assert_eq!(log.lines().filter(|line| warns(line)).count(), 1, "{log}");
}

#[tokio::test]
async fn tls_is_spoken_where_the_url_says_so() {
    let redis = Redis::start_with_tls().unwrap();
    let certificate = redis.certificate().unwrap().display().to_string();
    let settings = [("REDIS_URL", redis.url()), ("SSL_CERT_FILE", certificate)];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let api = Api::start(&settings, None).await;
    study(&api).await;
    let completed = format!("{LESSONS}:completed");
    wait::until("the job is listed as completed", PATIENCE, async || {
        redis.cli(["ZCARD", &completed]).unwrap() == "1"
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_url_of_the_wrong_kind_is_told_which_is_right() {
    let encrypted = Redis::start_with_tls().unwrap();
    let plain = encrypted.url().replace("rediss://", "redis://");
    let said = refusal(&plain).await;
    assert!(said.contains("rediss://"), "{said}");
    let plain = Redis::start().unwrap();
    let said = refusal(&plain.url().replace("redis://", "rediss://")).await;
    assert!(said.contains("redis://"), "{said}");
}

/// No request fails for it, and what was asked for is done once there is room.
#[tokio::test]
async fn while_it_is_full_jobs_are_accepted_and_wait() {
    let redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    redis.cli(["CONFIG", "SET", "maxmemory", "1"]).unwrap();
    let accepted = api.upload(pdf::biology(), &[]).await;
    assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
    wait::until("the log says why", PATIENCE, async || {
        let log = api.server.log();
        log.contains("cannot claim jobs") && log.contains("OOM")
    })
    .await
    .unwrap();
    let job_id = text(&accepted.body["job_id"]);
    let job = api.get(&format!("/api/jobs/{job_id}")).await;
    assert_eq!(job.body["status"], "queued");
    redis.cli(["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    assert_eq!(api.ended(&job_id).await["status"], "completed");
}

/// Before it refuses anything.
#[tokio::test]
async fn one_that_is_nearly_full_is_warned_of_and_tells_how_full_it_is() {
    let redis = Redis::start().unwrap();
    let memory = redis.cli(["INFO", "memory"]).unwrap();
    let used = memory
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    let used: u64 = used.unwrap().trim().parse().unwrap();
    let limit = (used * 6 / 5).to_string();
    redis.cli(["CONFIG", "SET", "maxmemory", &limit]).unwrap();
    let api = start(&redis.url()).await;
    api.server.logged("raise its maxmemory").await;
    let scraped = scrape(&api).await;
    let told = |name: &str| number(&scraped, &format!("{name}{{redis=\"shared\"}}"));
    assert_eq!(told("ultudy_redis_memory_limit_bytes"), limit.parse().ok());
    assert!(told("ultudy_redis_memory_bytes") > Some(0.0), "{scraped}");
    assert_eq!(told("ultudy_redis_evicted_keys"), Some(0.0));
}

/// It holds its connections and says nothing: a request that has much to tell it does not wait for
/// it each time.
#[tokio::test]
async fn while_it_hangs_requests_are_answered() {
    const FILES: usize = 40;
    /// Fewer than may arrive at once.
    const AT_ONCE: usize = 10;
    let mut redis = Redis::start().unwrap();
    let api = start(&redis.url()).await;
    let course_id = api.course("Biology").await;
    let paused = format!("{UPLOADS}:meta-paused");
    redis.cli(["SET", &paused, "1"]).unwrap();
    let fields = [("course_id", course_id.as_str())];
    for _ in 0..FILES / AT_ONCE {
        let uploads = (0..AT_ONCE).map(|_| api.upload(pdf::biology(), &fields));
        for accepted in join_all(uploads).await {
            assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        }
    }
    redis.freeze().unwrap();
    let path = format!("/api/courses/{course_id}");
    let deleted = tokio::time::timeout(PATIENCE, api.delete(&path)).await;
    let kept = api.upload(pdf::biology(), &[]).await;
    redis.thaw().unwrap();
    assert!(deleted.is_ok_and(|answer| answer.status == StatusCode::OK));
    assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
    redis.cli(["DEL", &paused]).unwrap();
    let paused = format!("{UPLOADS}:paused");
    redis
        .cli(["RENAME", &paused, &format!("{UPLOADS}:wait")])
        .unwrap();
    let job = api.ended(&text(&kept.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    let nothing_waits = async || {
        let waiting = redis.cli(["LLEN", &format!("{UPLOADS}:wait")]).unwrap();
        let active = redis.cli(["LLEN", &format!("{UPLOADS}:active")]).unwrap();
        (waiting.as_str(), active.as_str()) == ("0", "0")
    };
    wait::until("what was deleted is forgotten", PATIENCE, nothing_waits)
        .await
        .unwrap();
}

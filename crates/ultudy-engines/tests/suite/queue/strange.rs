//! What stands in Redis and nobody here has put there harms nothing.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use futures_util::future::join_all;
use serde_json::json;
use ultudy_domain::job::Priority;
use ultudy_engines::queue::{End, Queue as _};
use uuid::Uuid;

use super::bull_layout::{Bench, P, QUEUE, job, now};

#[tokio::test]
async fn what_is_not_ours_fails_with_a_reason_and_harms_nothing() {
    let bench = Bench::new().await;
    for (id, data) in [("7", "{"), ("8", r#"{"what":1}"#)] {
        bench.cli(["HSET", &format!("P:{id}"), "data", data, "priority", "0"]);
        bench.cli(["LPUSH", "P:wait", id]);
    }
    let large = "redis.call('HSET', KEYS[1], 'data', string.rep('x', 10000000))";
    bench.cli(["EVAL", large, "1", "P:9"]);
    bench.cli(["LPUSH", "P:wait", "9"]);
    bench.cli(["LPUSH", "P:wait", "gone"]);
    let ours = job(1, Priority::Low);
    bench.push(std::slice::from_ref(&ours)).await;
    bench.cli([
        "HSET",
        "P:10",
        "data",
        &format!(r#"{{"jobId":"{}","ownerId":"bob"}}"#, ours.job_id),
    ]);
    bench.cli(["LPUSH", "P:wait", "10"]);

    let leases: Vec<_> = (100..110).map(Uuid::from_u128).collect();
    let claimed = bench
        .queue
        .claim(QUEUE, "worker", &leases, now())
        .await
        .unwrap();
    let owners: Vec<_> = claimed.iter().map(|job| job.owner_id.as_str()).collect();
    assert_eq!(owners, ["alice", "bob"]);
    for id in ["7", "8", "9"] {
        let reason = bench.cli(["HGET", &format!("P:{id}"), "failedReason"]);
        assert!(reason.contains("the job's data"), "{id}: {reason}");
        assert_eq!(bench.cli(["EXISTS", &format!("P:{id}:lock")]), "0");
    }
    assert_eq!(bench.cli(["LLEN", "P:active"]), "2");
    // Bull named the job, so that is the name it ends under.
    let end = End::Failed("it could not be read".into());
    bench.queue.finish(&claimed[1], &end).await.unwrap();
    assert_eq!(
        bench.cli(["HGET", "P:10", "failedReason"]),
        "it could not be read"
    );
}

/// Under a job's name stands what is no job, or no number where Bull counts: others are not taken along.
#[tokio::test]
async fn what_is_no_job_takes_no_other_along() {
    let bench = Bench::new().await;
    bench.cli(["SET", "P:7", "no hash"]);
    let ours = [1, 2].map(|number| job(number, Priority::Normal));
    bench.push(&ours[..1]).await;
    bench.cli(["LPUSH", "P:wait", "7"]);
    bench.push(&ours[1..]).await;
    let leases: Vec<_> = (100..110).map(Uuid::from_u128).collect();
    let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
    let claimed = claimed.unwrap();
    let ids: Vec<_> = claimed.iter().map(|job| job.job_id).collect();
    assert_eq!(ids, ours.map(|job| job.job_id));
    assert_eq!(bench.cli(["LLEN", "P:active"]), "2");
    assert_eq!(bench.cli(["LLEN", "P:wait"]), "0");
    let first = format!("P:{}", ids[0]);
    bench.cli(["HSET", &first, "attemptsMade", "many"]);
    let end = End::Failed("it could not be read".into());
    for job in &claimed {
        bench.queue.finish(job, &end).await.unwrap();
    }
    assert_eq!(bench.cli(["ZCARD", "P:failed"]), "2");
    assert_eq!(bench.cli(["EXISTS", "P:active"]), "0");
}

/// Somebody has written over one of them: it is of no use any more, and the others go on.
#[tokio::test]
async fn a_job_that_was_written_over_takes_none_along_that_begins_or_ends_with_it() {
    let bench = Bench::new().await;
    let jobs = [1, 2, 3].map(|number| job(number, Priority::Normal));
    let written_over = format!("P:{}", jobs[1].job_id);
    bench.cli(["SET", &written_over, "no hash"]);
    let pushes = jobs
        .iter()
        .map(|job| bench.queue.push(std::slice::from_ref(job), now()));
    for pushed in join_all(pushes).await {
        pushed.unwrap();
    }
    let leases: Vec<_> = (100..110).map(Uuid::from_u128).collect();
    let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
    let claimed = claimed.unwrap();
    assert_eq!(claimed.len(), 3);

    bench.cli(["SET", &written_over, "no hash"]);
    let finishes = claimed
        .iter()
        .map(|job| bench.queue.finish(job, &End::Completed));
    for finished in join_all(finishes).await {
        finished.unwrap();
    }
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "2");
    let locks = jobs.map(|job| format!("P:{}:lock", job.job_id));
    let [first, second, third] = &locks;
    let left = ["EXISTS", "P:active", &written_over, first, second, third];
    assert_eq!(bench.cli(left), "0");
}

/// Wherever they stand, and whatever they are instead of what they should be.
#[tokio::test]
async fn what_was_written_over_keeps_no_other_from_being_claimed_or_held() {
    let bench = Bench::new().await;
    let held = job(1, Priority::Normal);
    bench.push(&[held]).await;
    let held = bench.claim(100).await.unwrap();
    for id in ["7", "8", "9"] {
        bench.cli(["SET", &format!("P:{id}"), "no hash"]);
    }
    bench.cli(["LPUSH", "P:active", "7"]);
    bench.cli(["ZADD", "P:delayed", "1", "8"]);
    bench.cli(["LPUSH", "P:active", "9"]);
    bench.cli(["SADD", "P:stalled", "9", "11"]);
    bench.cli(["LPUSH", "P:active", "11"]);
    bench.cli(["HSET", "P:11", "stalledCounter", "many"]);
    bench.cli(["DEL", "P:stalled-check"]);
    bench.push(&[job(2, Priority::Normal)]).await;
    assert!(bench.claim(101).await.is_some());
    // All that is looked at beside.
    assert_eq!(bench.claim(102).await, None);
    assert_eq!(bench.cli(["EXISTS", "P:delayed"]), "0");
    assert_eq!(bench.cli(["ZRANGE", "P:failed", "0", "-1"]), "11");

    // Nor does what is no lock.
    let mut other = held.clone();
    (other.job_id, other.lease) = (Uuid::from_u128(99), Uuid::from_u128(98));
    bench.cli(["LPUSH", &format!("P:{}:lock", other.job_id), "no lock"]);
    let refused = bench
        .queue
        .renew(&[other.clone(), held.clone()], now())
        .await;
    assert_eq!(refused.unwrap(), [other.lease]);
    bench.queue.release(&other, now(), now()).await.unwrap();
    bench.queue.remove(other.job_id).await.unwrap();
    bench.cli(["SET", &format!("P:{}", held.job_id), "no hash"]);
    bench.queue.release(&held, now(), now()).await.unwrap();
    assert_eq!(bench.claim(103).await, None);
    let elsewhere = bench.queue.ended_elsewhere(QUEUE, &[held.job_id]).await;
    assert_eq!(elsewhere.unwrap(), []);
}

#[tokio::test]
async fn bytes_that_are_no_text_fail_with_a_reason_and_harm_nothing() {
    let bench = Bench::new().await;
    let raw = |words: &[&[u8]]| {
        let words = words.iter().map(|word| OsStr::from_bytes(word));
        bench.server.cli(words).unwrap();
    };
    let wait = format!("{P}:wait");
    let known = format!(r#"{{"jobId":"{}","ownerId":"bob"}}"#, Uuid::from_u128(7));
    for (id, data) in [
        (b"7".as_slice(), b"\xff\xfe".as_slice()),
        (b"\xff", known.as_bytes()),
    ] {
        let key = [format!("{P}:").as_bytes(), id].concat();
        raw(&[b"HSET", &key, b"data", data]);
        raw(&[b"LPUSH", wait.as_bytes(), id]);
    }
    bench.push(&[job(1, Priority::Low)]).await;
    let leases: Vec<_> = (100..110).map(Uuid::from_u128).collect();
    let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
    let owners: Vec<_> = claimed
        .unwrap()
        .into_iter()
        .map(|job| job.owner_id)
        .collect();
    assert_eq!(owners, ["alice"]);
    let reason = bench.cli(["HGET", "P:7", "failedReason"]);
    assert!(reason.contains("the job's data"), "{reason}");
    assert_eq!(bench.cli(["ZCARD", "P:failed"]), "2");
    assert_eq!(bench.cli(["LLEN", "P:active"]), "1");
}

/// Due by now and in no order that Bull knows; each is served once, and ours in their order.
#[tokio::test]
async fn priorities_that_are_none_are_served_and_disturb_no_order() {
    const ODD: [&str; 7] = ["99", "-5", "2.5", "urgent", "nan", "1e400", ""];
    let bench = Bench::new().await;
    let ours = [Priority::Low, Priority::High, Priority::Normal];
    let ours: Vec<_> = (1..)
        .zip(ours)
        .map(|(n, priority)| job(n, priority))
        .collect();
    bench.push(&ours).await;
    for (number, priority) in (100_u128..).zip(ODD) {
        let data = json!({"jobId": Uuid::from_u128(number), "ownerId": "bob"}).to_string();
        let (id, due) = (number.to_string(), "1");
        bench.cli([
            "HSET",
            &format!("P:{id}"),
            "data",
            &data,
            "priority",
            priority,
        ]);
        bench.cli(["ZADD", "P:delayed", due, &id]);
    }
    let mut claimed = Vec::new();
    for lease in 0..20 {
        claimed.extend(bench.claim(1_000 + lease).await);
    }
    let of = |owner: &str| {
        let jobs = claimed.iter().filter(|job| job.owner_id == owner);
        jobs.map(|job| job.job_id).collect::<Vec<_>>()
    };
    let in_order = [1, 2, 0].map(|n: usize| ours[n].job_id);
    assert_eq!(of("alice"), in_order);
    let mut odd = of("bob");
    odd.sort_unstable();
    let all: Vec<_> = (100..).map(Uuid::from_u128).take(ODD.len()).collect();
    assert_eq!(odd, all);
    assert_eq!(
        bench.cli(["EXISTS", "P:wait", "P:priority", "P:delayed"]),
        "0"
    );
}

//! What callers of one process ask for at the same time goes to Redis together.

use std::time::Duration;

use futures_util::future::join_all;
use ultudy_domain::job::Priority;
use ultudy_engines::queue::{End, Queue};
use ultudy_testkit::wait;
use uuid::Uuid;

use super::bull_layout::{Bench, QUEUE, job, now};

const CALLERS: u32 = 64;
const PATIENCE: Duration = Duration::from_secs(30);

/// How many scripts Redis was told to run since this was asked last.
fn calls(bench: &Bench) -> u64 {
    let stats = bench.cli(["INFO", "commandstats"]);
    bench.cli(["CONFIG", "RESETSTAT"]);
    let of = |line: &str| {
        let (command, rest) = line.split_once(":calls=")?;
        let counts = matches!(command, "cmdstat_evalsha" | "cmdstat_eval");
        counts.then(|| rest.split(',').next().unwrap().parse::<u64>().unwrap())
    };
    stats.lines().filter_map(of).sum()
}

#[tokio::test]
async fn many_callers_add_and_end_by_a_few_calls_and_each_is_answered() {
    let bench = Bench::new().await;
    // Redis is given the scripts.
    bench.push(&[job(0, Priority::High)]).await;
    let first = bench.claim(99).await.unwrap();
    bench.queue.finish(&first, &End::Gone).await.unwrap();
    calls(&bench);

    let priorities = [Priority::Low, Priority::High, Priority::Normal];
    let jobs: Vec<_> = (1..=CALLERS)
        .map(|number| [job(number, priorities[number as usize % 3])])
        .collect();
    let pushes = jobs.iter().map(|job| bench.queue.push(job, now()));
    for pushed in join_all(pushes).await {
        pushed.unwrap();
    }
    let adding = calls(&bench);
    assert!(adding <= 2, "{adding} calls");
    // The more urgent first, each class as it was asked for.
    let mut expected: Vec<_> = jobs.iter().map(|[job]| job).collect();
    expected.sort_by_key(|job| job.priority.number());
    let waiting = bench.cli(["LRANGE", "P:wait", "0", "-1"]);
    let waiting: Vec<_> = waiting.lines().rev().collect();
    let expected: Vec<_> = expected.iter().map(|job| job.job_id.to_string()).collect();
    assert_eq!(waiting, expected);

    let leases: Vec<_> = (1..=CALLERS)
        .map(|lease| Uuid::from_u128(u128::from(lease)))
        .collect();
    let held = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
    let held = held.unwrap();
    calls(&bench);
    // All kinds of ends at once, and one that is not held.
    let mut stale = held[0].clone();
    stale.lease = Uuid::from_u128(1_000);
    let ends = [End::Completed, End::Failed("busy".into()), End::Gone];
    let told = held.iter().zip(ends.iter().cycle());
    let told: Vec<_> = std::iter::once((&stale, &End::Gone)).chain(told).collect();
    let finishes = told.iter().map(|(job, end)| bench.queue.finish(job, end));
    for finished in join_all(finishes).await {
        finished.unwrap();
    }
    let ending = calls(&bench);
    assert!(ending <= 2, "{ending} calls");
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "22");
    assert_eq!(bench.cli(["ZCARD", "P:failed"]), "21");
    assert_eq!(bench.cli(["EXISTS", "P:active", "P:wait"]), "0");
    let reason = bench.cli(["HGET", &format!("P:{}", held[1].job_id), "failedReason"]);
    assert_eq!(reason, "busy");
}

#[tokio::test]
async fn callers_who_leave_take_no_job_from_the_others() {
    let bench = Bench::new().await;
    let jobs: Vec<_> = (0..CALLERS)
        .map(|number| [job(number, Priority::Normal)])
        .collect();
    let (staying, leaving) = jobs.split_at(jobs.len() / 2);
    let leave = async {
        let pushes = leaving.iter().map(|job| bench.queue.push(job, now()));
        tokio::select! {
            biased;
            _ = join_all(pushes) => panic!("they were to leave before"),
            // At once: they have asked, and nobody has answered.
            () = std::future::ready(()) => {}
        }
    };
    let pushes = staying.iter().map(|job| bench.queue.push(job, now()));
    let (pushed, ()) = tokio::join!(join_all(pushes), leave);
    assert!(pushed.iter().all(Result::is_ok));
    let waiting = bench.cli(["LRANGE", "P:wait", "0", "-1"]);
    for [job] in staying {
        assert!(waiting.contains(&job.job_id.to_string()));
    }
}

#[tokio::test]
async fn a_lost_redis_is_told_to_every_caller_and_the_next_calls_reach_it_again() {
    let mut bench = Bench::new().await;
    let jobs: Vec<_> = (0..CALLERS)
        .map(|number| [job(number, Priority::Normal)])
        .collect();
    bench.server.kill().unwrap();
    let pushes = jobs.iter().map(|job| bench.queue.push(job, now()));
    for pushed in join_all(pushes).await {
        assert!(pushed.is_err());
    }
    bench.server.start_again().unwrap();
    wait::until("it is reached again", PATIENCE, async || {
        bench.queue.push(&jobs[0], now()).await.is_ok()
    })
    .await
    .unwrap();
    let pushes = jobs.iter().map(|job| bench.queue.push(job, now()));
    for pushed in join_all(pushes).await {
        pushed.unwrap();
    }
    assert_eq!(bench.cli(["LLEN", "P:wait"]), CALLERS.to_string());
}

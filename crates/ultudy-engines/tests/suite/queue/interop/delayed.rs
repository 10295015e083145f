//! A delayed job runs when it is due and not before, whoever delayed it. Bull and Redis go by the
//! same machine's clock, so what one writes and the other does can be compared.

use super::*;

/// Until a job is due that is to run in the test, in ms.
const SOON: i64 = 2_000;
/// Of one that is not, in ms.
const LATER: i64 = 3_600_000;

/// The server's clock, in ms since 1970.
fn clock(bench: &Bench) -> i64 {
    let time = bench.cli(["TIME"]);
    let parts: Vec<i64> = time.lines().map(|part| part.parse().unwrap()).collect();
    parts[0] * 1_000 + parts[1] / 1_000
}

fn number_in(bench: &Bench, number: u32, field: &str) -> i64 {
    bench.field(number, field).parse().unwrap()
}

fn after(ms: i64) -> Timestamp {
    now() + TimeDelta::milliseconds(ms)
}

/// When a delayed job is due, by what stands in Redis.
fn due(bench: &Bench, number: u32) -> i64 {
    let score = bench.cli(["ZSCORE", "P:delayed", &id(number).to_string()]);
    score.parse::<i64>().unwrap() / 4096
}

#[allow(
    clippy::disallowed_methods,
    reason = "a lease's name, and nothing depends on which"
)]
#[tokio::test]
async fn what_bull_delays_runs_here_when_it_is_due() {
    let bench = Bench::new().await;
    let delayed = |number, delay| {
        let opts = json!({ "jobId": id(number), "delay": delay });
        json!({ "data": bulls(number)["data"], "opts": opts })
    };
    let added = [delayed(1, SOON), delayed(2, LATER)];
    bench.with_bull(move |bull| bull.add(&added).unwrap()).await;
    let due_at = number_in(&bench, 1, "timestamp") + SOON;

    // Nothing but what Bull publishes and the time at which it is due ends these waits.
    let claim = async {
        loop {
            let leases = [Uuid::now_v7(), Uuid::now_v7()];
            let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
            let claimed = claimed.unwrap();
            if !claimed.is_empty() {
                return claimed;
            }
            bench.queue.wait(QUEUE, Duration::from_hours(1)).await;
        }
    };
    let claimed = tokio::time::timeout(HANG, claim).await.unwrap();
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    assert_eq!(claimed[0].job_id, id(1));
    assert!(number_in(&bench, 1, "processedOn") >= due_at);
    assert_eq!(
        due(&bench, 2),
        number_in(&bench, 2, "timestamp") + LATER,
        "the other still waits"
    );
    report(
        "bull-delays",
        &json!({"run when due": 1, "run before": 0, "not due": 1}),
    );
}

#[tokio::test]
async fn what_is_delayed_here_runs_in_bull_when_it_is_due() {
    let bench = Bench::new().await;
    bench.queue.push(&[ours(1), ours(2)], now()).await.unwrap();
    let leases = [100, 101].map(Uuid::from_u128);
    let claimed = bench.queue.claim(QUEUE, "worker", &leases, now()).await;
    // As what failed for now is.
    let mut least = BTreeMap::new();
    for held in claimed.unwrap() {
        let number = if held.job_id == id(1) { 1 } else { 2 };
        let ms = if number == 1 { SOON } else { LATER };
        least.insert(number, clock(&bench) + ms);
        bench.queue.release(&held, after(ms), now()).await.unwrap();
    }
    assert_eq!(least.len(), 2);

    let counted = Counted::new(2);
    let worker = run_bull(&bench.bull, &counted);
    wait::until("Bull works", HANG, async || counted.has_begun())
        .await
        .unwrap();
    // Now Bull waits, and is told of what comes.
    for (number, ms) in [(3, SOON), (4, LATER)] {
        least.insert(number, clock(&bench) + ms);
        let delayed = QueueEntry {
            run_at: after(ms),
            ..ours(number)
        };
        bench.queue.push(&[delayed], now()).await.unwrap();
    }
    wait::until("Bull has run what was due", HANG, async || {
        counted.is_done() && bench.cli(["EXISTS", "P:active"]) == "0"
    })
    .await
    .unwrap();
    worker.kill().unwrap();
    for number in [1, 3] {
        assert!(number_in(&bench, number, "processedOn") >= least[&number]);
    }
    for number in [2, 4] {
        assert_eq!(bench.field(number, "processedOn").is_empty(), number == 4);
        assert!(due(&bench, number) >= least[&number]);
    }
    assert_eq!(bench.cli(["ZCARD", "P:delayed"]), "2");
    counted.check("ours-delays");
}

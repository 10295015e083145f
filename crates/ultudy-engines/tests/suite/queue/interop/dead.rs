//! A worker that dies loses its job to those of the other kind.

use super::*;

/// Lets those look who look for jobs of dead workers: in production they do every 30 s.
fn look_again(bench: &Bench) {
    bench.cli(["DEL", "P:stalled-check"]);
}

/// The lock ends, as it does by itself half a minute after a Bull worker has died, and 8 s after
/// one of ours has.
fn end_lock(bench: &Bench, number: u32) {
    let gone = bench.cli(["DEL", &format!("P:{}:lock", id(number))]);
    assert_eq!(gone, "1", "it had a lock");
}

#[tokio::test]
async fn what_a_killed_bull_worker_had_runs_here() {
    let bench = Bench::new().await;
    bench.queue.push(&[ours(1)], now()).await.unwrap();
    let mut worker = bench.bull.hang().unwrap();
    let mut jobs = worker.jobs();
    let running = tokio::task::spawn_blocking(move || jobs.next());
    let running = tokio::time::timeout(HANG, running).await.unwrap();
    assert_eq!(running.unwrap(), Some(id(1).to_string()));
    worker.kill().unwrap();

    // Nobody knows yet that it is dead.
    for lease in [100, 101, 102] {
        look_again(&bench);
        assert_eq!(bench.claim(lease).await, None);
    }
    end_lock(&bench, 1);
    look_again(&bench);
    let taken = bench.claim(103).await.unwrap();
    assert_eq!(taken.job_id, id(1));
    assert_eq!(taken.owner_id, "alice");
    assert_eq!(bench.field(1, "stalledCounter"), "1");
    bench.queue.finish(&taken, &End::Completed).await.unwrap();
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "1");
    assert_eq!(bench.cli(["EXISTS", "P:wait", "P:active"]), "0");
    report(
        "killed",
        &json!({"taken while it is locked": 0, "taken after": 1}),
    );
}

#[tokio::test]
async fn what_a_dead_worker_of_ours_had_runs_in_bull() {
    let bench = Bench::new().await;
    bench.queue.push(&[ours(1)], now()).await.unwrap();
    let held = bench.claim(100).await.unwrap();
    end_lock(&bench, 1);
    look_again(&bench);
    let counted = Counted::new(1);
    let worker = run_bull(&bench.bull, &counted);
    wait::until("Bull has ended it", HANG, async || {
        counted.is_done() && bench.cli(["ZCARD", "P:completed"]) == "1"
    })
    .await
    .unwrap();
    // It was not dead after all: what it does now changes nothing.
    let refused = bench.queue.renew(std::slice::from_ref(&held), now()).await;
    assert_eq!(refused.unwrap(), [held.lease]);
    let end = End::Failed("too late".into());
    bench.queue.finish(&held, &end).await.unwrap();
    bench.queue.release(&held, now(), now()).await.unwrap();
    assert_eq!(bench.cli(["ZCARD", "P:completed"]), "1");
    for nothing in ["P:wait", "P:active", "P:delayed", "P:failed"] {
        assert_eq!(bench.cli(["EXISTS", nothing]), "0", "{nothing}");
    }
    worker.kill().unwrap();
    counted.check("lock-gone");
}

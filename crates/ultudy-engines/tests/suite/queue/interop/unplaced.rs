//! A worker of Bull on a list with jobs that are not in their places, to which more are added.

use super::super::{
    bull_layout::{self, job},
    unplaced::{BURST, LONG, add, add_and_be_gone, burst, long_list, unplaced},
};
use super::*;

#[tokio::test]
async fn bull_runs_what_is_not_in_its_place_and_loses_none() {
    let bench = bull_layout::Bench::new().await;
    let bull = Arc::new(Bull::new(&bench.server, QUEUE.as_str()).unwrap());
    long_list(&bench).await;
    add_and_be_gone(&bench, burst(0)).await;
    let before = unplaced(&bench);
    assert!(before > 0);

    // While Bull takes jobs, others are added and put in their places.
    let more = burst(BURST);
    let last = job(60_000, Priority::High);
    let counted = Counted::new((2 * LONG + 2 * BURST) as usize + 1);
    let worker = run_bull(&bull, &counted);
    wait::until("Bull works", HANG, async || counted.has_begun())
        .await
        .unwrap();
    add(&bench.queue, &more).await;
    let ended = async || bench.cli(["EXISTS", "P:wait", "P:active"]) == "0";
    wait::until("Bull has run them", HANG, ended).await.unwrap();
    // What Bull took before it had its place is known here once another is added.
    bench.push(&[last]).await;
    assert_eq!(unplaced(&bench), 0);
    wait::until("Bull has run all", HANG, async || {
        counted.is_done() && ended().await
    })
    .await
    .unwrap();
    worker.kill().unwrap();
    assert_eq!(bench.cli(["EXISTS", "P:priority", "P:failed"]), "0");
    counted.check("unplaced");
}

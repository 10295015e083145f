//! A worker of Bull on a list with jobs that are not in their places.

use super::super::{
    bull_layout,
    unplaced::{BURST, LONG, add, add_and_be_gone, burst, long_list, unplaced},
};
use super::*;

#[tokio::test]
async fn bull_runs_what_is_not_in_its_place_and_loses_none() {
    let bench = bull_layout::Bench::new().await;
    let bull = Arc::new(Bull::new(&bench.server, QUEUE.as_str()).unwrap());
    long_list(&bench).await;
    add_and_be_gone(&bench, burst(0)).await;
    let left = unplaced(&bench);
    assert!(left > 0);

    let counted = Counted::new((2 * LONG + 2 * BURST) as usize);
    let worker = run_bull(&bull, &counted);
    let ended = async || bench.cli(["EXISTS", "P:wait", "P:active"]) == "0";
    wait::until("Bull has run them", HANG, ended).await.unwrap();
    // Bull knows nothing of places. Whoever adds next gives nobody a second time what it has run.
    assert_eq!(unplaced(&bench), left);
    add(&bench.queue, &burst(BURST)).await;
    wait::until("Bull has run all", HANG, async || {
        counted.is_done() && ended().await && unplaced(&bench) == 0
    })
    .await
    .unwrap();
    worker.kill().unwrap();
    assert_eq!(bench.cli(["EXISTS", "P:priority", "P:failed"]), "0");
    counted.check("unplaced");
}

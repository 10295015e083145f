use ultudy_store::workers::{self, Worker};
use uuid::Uuid;

use crate::{bench::Bench, fixtures::at};

fn worker(number: u128, name: &str) -> Worker {
    Worker {
        id: Uuid::from_u128(number),
        worker_id: name.into(),
        started_at: at(0),
    }
}

pub async fn a_worker_is_seen_as_long_as_it_reports_and_until_it_leaves(bench: &Bench) {
    let [one, twin, other] = [worker(1, "a"), worker(2, "a"), worker(3, "b")];
    let mut tx = bench.store.system().await.unwrap();
    for (worker, seen_at) in [(&one, 10), (&other, 10), (&twin, 15), (&one, 20)] {
        workers::report(&mut tx, worker, at(seen_at)).await.unwrap();
    }
    let seen = workers::seen(&mut tx, at(10)).await.unwrap();
    assert_eq!(seen, [one.clone(), twin.clone(), other.clone()]);
    assert_eq!(
        workers::seen(&mut tx, at(16)).await.unwrap(),
        std::slice::from_ref(&one)
    );
    // Who leaves takes along those that have long gone without a word.
    workers::leave(&mut tx, one.id, at(11)).await.unwrap();
    assert_eq!(workers::seen(&mut tx, at(0)).await.unwrap(), [twin]);
}

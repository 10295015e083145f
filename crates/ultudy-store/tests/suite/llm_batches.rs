use ultudy_domain::{job::Priority, usage::MadeFor};
use ultudy_store::{
    jobs::{self, NewJob, Start},
    llm_batches::{self, ItemState},
    llm_calls,
};

use crate::{
    bench::Bench,
    fixtures::{at, batch_item, id, job, model_call},
};

/// An item that was sent in a batch.
async fn sent(bench: &Bench) {
    let mut tx = bench.write().await;
    let item = batch_item(1, "key");
    assert!(llm_batches::gather(&mut tx, &item, at(0)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = bench.store.system().await.unwrap();
    let items = [id(1)];
    let opened = llm_batches::open(&mut tx, (id(9), &items), ("openai", "m"), at(1));
    assert_eq!(opened.await.unwrap(), 1);
    tx.commit().await.unwrap();
}

pub async fn an_item_is_one_a_generation_and_settled_once(bench: &Bench) {
    sent(bench).await;
    let mut bob = bench.bob().await;
    let again = batch_item(2, "key");
    assert!(!llm_batches::gather(&mut bob, &again, at(2)).await.unwrap());
    let found = llm_batches::find(&mut bob, "key").await.unwrap().unwrap();
    assert_eq!((found.state, found.answer), (ItemState::Sent, None));
    assert_eq!((found.tokens, found.cost_micros), (None, None));
    assert_eq!(llm_batches::body(&mut bob, id(1)).await.unwrap(), None);
    assert_eq!(
        llm_batches::settle(&mut bob, id(1), None).await.unwrap(),
        None
    );
    drop(bob);
    let mut tx = bench.write().await;
    let body = llm_batches::body(&mut tx, id(1)).await.unwrap();
    assert_eq!(body.as_deref(), Some("{}"));
    for expected in [Some(MadeFor::default()), None] {
        let settled = llm_batches::settle(&mut tx, id(1), Some("an answer")).await;
        assert_eq!(settled.unwrap(), expected);
    }
    let calls = [model_call(1, 3, Some(43))];
    llm_calls::insert_all(&mut tx, &calls, MadeFor::default())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut bob = bench.bob().await;
    let found = llm_batches::find(&mut bob, "key").await.unwrap().unwrap();
    assert_eq!((found.tokens, found.cost_micros), (Some(1_200), Some(43)));
    assert_eq!(found.state, ItemState::Answered);
    assert_eq!(
        found.answer.as_deref(),
        Some("an answer"),
        "it belongs to nobody"
    );
}

pub async fn a_batch_is_seen_to_by_one_at_a_time(bench: &Bench) {
    sent(bench).await;
    let mut tx = bench.store.system().await.unwrap();
    assert_eq!(
        llm_batches::take(&mut tx, at(0), at(20)).await.unwrap(),
        None
    );
    let taken = llm_batches::take(&mut tx, at(2), at(20))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((taken.id, taken.tries, taken.remote_id), (id(9), 1, None));
    assert_eq!(
        llm_batches::take(&mut tx, at(3), at(20)).await.unwrap(),
        None
    );
    let taken = llm_batches::take(&mut tx, at(20), at(40)).await.unwrap();
    assert_eq!(
        taken.unwrap().tries,
        2,
        "it was let go of, nobody knows how far"
    );
    llm_batches::note_sent(&mut tx, id(9), "batch_1", at(30))
        .await
        .unwrap();
    let taken = llm_batches::take(&mut tx, at(30), at(50))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (taken.tries, taken.remote_id.as_deref()),
        (1, Some("batch_1"))
    );
    assert_eq!(
        llm_batches::known(&mut tx, "openai").await.unwrap(),
        ["batch_1"]
    );
    let standing = llm_batches::standing(&mut tx).await.unwrap();
    assert_eq!(
        (standing.gathered, standing.sent, standing.others),
        (0, 1, 1)
    );
    assert_eq!(standing.oldest, Some(at(0)));
    llm_batches::end(&mut tx, id(9), at(31)).await.unwrap();
    assert_eq!(
        llm_batches::take(&mut tx, at(90), at(99)).await.unwrap(),
        None
    );
    assert_eq!(llm_batches::clear_up(&mut tx, at(31)).await.unwrap(), 0);
    assert_eq!(llm_batches::clear_up(&mut tx, at(32)).await.unwrap(), 1);
}

pub async fn who_waits_for_a_batch_is_released_once_it_is_over_or_they_are_wanted(bench: &Bench) {
    sent(bench).await;
    let mut tx = bench.write().await;
    for n in [50, 51] {
        let low = NewJob {
            priority: Priority::Low,
            ..job(n, &format!("low {n}"))
        };
        jobs::enqueue(&mut tx, &low, at(1)).await.unwrap();
        let started = jobs::start(&mut tx, id(n), id(900), "w", at(2))
            .await
            .unwrap();
        assert!(matches!(started, Start::Started(_)));
        let patient = jobs::is_patient(&mut tx, id(n), id(900)).await.unwrap();
        assert_eq!(patient, Some(true));
        let waits = jobs::await_batch(&mut tx, id(n), id(900), "key")
            .await
            .unwrap();
        assert_eq!(waits.unwrap().stage, "waiting");
    }
    tx.commit().await.unwrap();
    let unled = async || {
        let mut tx = bench.store.system().await.unwrap();
        jobs::unled(&mut tx).await.unwrap()
    };
    assert!(unled().await.is_empty(), "the batch may bring it");
    let mut tx = bench.store.system().await.unwrap();
    let items = llm_batches::items(&mut tx, id(9)).await.unwrap();
    assert!(items[0].is_wanted);
    drop(tx);
    let mut tx = bench.write().await;
    let hurried = jobs::hurry(&mut tx, id(50), Priority::High, at(3))
        .await
        .unwrap();
    let hurried = hurried.unwrap();
    assert_eq!((hurried.priority, hurried.run_at), (Priority::High, at(3)));
    let again = jobs::hurry(&mut tx, id(50), Priority::High, at(4))
        .await
        .unwrap();
    assert_eq!(again, None, "it is not patient any more");
    llm_batches::settle(&mut tx, id(1), None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(unled().await, ["key"], "one of those who wait has it made");
}

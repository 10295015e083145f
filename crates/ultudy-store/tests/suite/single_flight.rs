use ultudy_domain::job::{Job, JobStatus, JobType, Priority, QueueName};
use ultudy_engines::queue::Queue;
use ultudy_store::{
    Store, StoreError,
    generations::{self, NewGeneration},
    jobs::{self, Flight, NewJob, Start, Waiting},
    queue::TableQueue,
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, content, id, job},
};

const KEY: &str = "generation";
const QUEUE: QueueName = QueueName::LessonGeneration;

/// The owner of a job of this number.
fn owner(n: u32) -> String {
    match n {
        1 => ALICE.to_owned(),
        n => format!("owner-{n}"),
    }
}

/// Job `n` of an owner of its own, under way; its run's token is `id(n)`, too.
async fn running(store: &Store, n: u32) {
    let mut tx = store.write(&owner(n)).await.unwrap();
    let new = NewJob {
        job_type: JobType::GenerateLesson,
        ..job(n, "lesson")
    };
    jobs::enqueue(&mut tx, &new, at(0)).await.unwrap();
    let started = jobs::start(&mut tx, id(n), id(n), "worker", at(1)).await;
    assert!(matches!(started.unwrap(), Start::Started(_)));
    tx.commit().await.unwrap();
}

/// What the run of job `n` is for the generation.
async fn board(store: &Store, n: u32, token: Uuid) -> Result<Option<Flight>, StoreError> {
    let mut tx = store.write(&owner(n)).await?;
    let flight = jobs::lead_or_follow(&mut tx, id(n), token, KEY).await?;
    tx.commit().await?;
    Ok(flight)
}

async fn leads(store: &Store, n: u32) -> bool {
    match board(store, n, id(n)).await.unwrap() {
        Some(Flight::Leads) => true,
        Some(Flight::Follows(job)) => {
            assert_eq!((job.status, &*job.stage), (JobStatus::Queued, "waiting"));
            false
        }
        None => panic!("run {n} is stale"),
    }
}

/// One leader, and so many followers.
async fn flight(store: &Store, followers: u32) {
    for n in 1..=followers + 1 {
        running(store, n).await;
        assert_eq!(leads(store, n).await, n == 1);
    }
}

async fn found(store: &Store, n: u32) -> Job {
    let mut tx = store.read(&owner(n)).await.unwrap();
    jobs::find(&mut tx, id(n)).await.unwrap().unwrap()
}

async fn unled(store: &Store) -> Vec<String> {
    jobs::unled(&mut store.system_read().await.unwrap())
        .await
        .unwrap()
}

async fn release(store: &Store, at_most: u32) -> Vec<Waiting> {
    let mut tx = store.system().await.unwrap();
    let released = jobs::release_followers(&mut tx, KEY, at_most, at(60)).await;
    tx.commit().await.unwrap();
    released.unwrap()
}

async fn cancel(store: &Store, n: u32) {
    let mut tx = store.write(&owner(n)).await.unwrap();
    let cancelled = jobs::cancel(&mut tx, id(n), at(9)).await.unwrap();
    assert!(cancelled.is_some());
    tx.commit().await.unwrap();
}

async fn delivered(store: &Store) -> Vec<Uuid> {
    let leases: Vec<_> = (500..510).map(id).collect();
    let queue = TableQueue::new(store.clone());
    let claimed = queue.claim(QUEUE, "worker", &leases, at(3_600)).await;
    claimed.unwrap().iter().map(|one| one.job_id).collect()
}

pub async fn one_leads_and_who_follows_is_not_delivered(bench: &Bench) {
    let store = &bench.store;
    flight(store, 2).await;
    assert!(leads(store, 1).await, "it leads still");
    assert_eq!(delivered(store).await, [id(1)], "its lease has lapsed");
    let mut tx = store.write(&owner(2)).await.unwrap();
    let started = jobs::start(&mut tx, id(2), id(600), "worker", at(3_600)).await;
    assert_eq!(started.unwrap(), Start::NotDue);
    drop(tx);
    // Nor is a queue told of it that comes back empty.
    let mut tx = store.system_read().await.unwrap();
    let all = jobs::waiting(&mut tx, QUEUE, Priority::Normal, (at(-9), id(0)), 9).await;
    let all: Vec<_> = all.unwrap().into_iter().map(|job| job.id).collect();
    assert_eq!(all, [id(1)]);
    drop(tx);
    // As long as it leads, nobody is released.
    assert_eq!(unled(store).await, Vec::<String>::new());
    assert_eq!(release(store, 9).await, []);
    assert_eq!(
        board(store, 2, id(2)).await.unwrap(),
        None,
        "its run is over"
    );
}

pub async fn once_it_is_made_all_who_wait_go_on(bench: &Bench) {
    let store = &bench.store;
    flight(store, 3).await;
    cancel(store, 4).await;
    let mut tx = store.write(ALICE).await.unwrap();
    let generation = NewGeneration {
        key: KEY.into(),
        content: content(&["Limit"]),
        provider: "extractive".into(),
        model: "1".into(),
    };
    generations::insert(&mut tx, &generation, at(8))
        .await
        .unwrap();
    let result = serde_json::Value::Null;
    let done = jobs::complete(&mut tx, id(1), id(1), &result, at(8)).await;
    assert!(done.unwrap().is_some());
    assert_eq!(unled(store).await, Vec::<String>::new(), "not committed");
    tx.commit().await.unwrap();
    assert_eq!(unled(store).await, [KEY]);
    let first = release(store, 1).await;
    let second = release(store, 9).await;
    let owners: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|job| &job.owner_id)
        .collect();
    assert_eq!(owners, [&owner(2), &owner(3)]);
    assert_eq!(release(store, 9).await, []);
    assert_eq!(unled(store).await, Vec::<String>::new());
    assert_eq!(delivered(store).await, [id(2), id(3)]);
    assert_eq!(found(store, 2).await.attempt, 0);
}

pub async fn where_the_leader_ends_badly_one_who_waits_leads(bench: &Bench) {
    let store = &bench.store;
    flight(store, 3).await;
    cancel(store, 1).await;
    assert_eq!(unled(store).await, [KEY]);
    let promoted = release(store, 9).await;
    assert_eq!(promoted.len(), 1, "nothing is made yet");
    // From then on, though it is not delivered yet.
    assert_eq!(unled(store).await, Vec::<String>::new());
    assert_eq!(release(store, 9).await, []);
    running(store, 5).await;
    assert!(!leads(store, 5).await);
    assert_eq!(delivered(store).await, [id(2)]);
    let mut tx = store.write(&owner(2)).await.unwrap();
    let token = id(500);
    let started = jobs::start(&mut tx, id(2), token, "worker", at(3_600)).await;
    assert!(matches!(started.unwrap(), Start::Started(_)));
    tx.commit().await.unwrap();
    let flight = board(store, 2, token).await.unwrap();
    assert_eq!(flight, Some(Flight::Leads));
    // Who is asked for again begins like anybody else.
    let mut tx = store.write(ALICE).await.unwrap();
    assert!(
        jobs::requeue(&mut tx, id(1), at(70))
            .await
            .unwrap()
            .is_some()
    );
    let started = jobs::start(&mut tx, id(1), id(7), "worker", at(71)).await;
    assert!(matches!(started.unwrap(), Start::Started(_)));
    tx.commit().await.unwrap();
    let flight = board(store, 1, id(7)).await.unwrap();
    assert!(matches!(flight, Some(Flight::Follows(_))));
}

pub async fn of_many_at_once_one_leads(bench: &Bench) {
    let many = 1..=12_u32;
    for n in many.clone() {
        running(&bench.store, n).await;
    }
    let boarding: Vec<_> = many
        .map(|n| {
            let store = bench.store.clone();
            tokio::spawn(async move {
                loop {
                    match board(&store, n, id(n)).await {
                        Err(StoreError::Conflict(_)) => {}
                        flight => return flight.unwrap() == Some(Flight::Leads),
                    }
                }
            })
        })
        .collect();
    let mut leaders = 0;
    for one in boarding {
        leaders += u32::from(one.await.unwrap());
    }
    assert_eq!(leaders, 1);
}

use std::time::Duration;

use ultudy_domain::{
    job::{Job, JobStatus, JobType, Priority, QueueName},
    lesson_text::LessonText,
};
use ultudy_engines::queue::Queue;
use ultudy_store::{
    OwnersTx, Store, StoreError,
    generations::{self, NewGeneration},
    jobs::{self, Completed, Flight, NewJob, Start, Waiting},
    lessons::{self, LessonOf},
    queue::TableQueue,
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, content, failure, id, job, lesson, store_lesson, store_read_document},
};

const KEY: &str = "generation";
const QUEUE: QueueName = QueueName::LessonGeneration;
/// How long a server may take to end a transaction.
const PATIENCE: Duration = Duration::from_secs(45);

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
        document_id: id(10),
        section_id: Some(id(11)),
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

/// The leader's end, with its generation.
async fn end_well(store: &Store) {
    let mut tx = store.write(ALICE).await.unwrap();
    let generation = NewGeneration {
        key: KEY.into(),
        content: content(&["Limit"]),
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    generations::insert(&mut tx, &generation, at(8))
        .await
        .unwrap();
    let result = serde_json::Value::Null;
    let done = jobs::complete(&mut tx, id(1), id(1), &result, at(8)).await;
    assert!(done.unwrap().is_some());
    assert_eq!(unled(store).await, Vec::<String>::new(), "not committed");
    tx.commit().await.unwrap();
}

/// So many followers, once whoever held them before has let them go: a transaction that is dropped ends
/// on the server a moment later.
async fn held(tx: &mut OwnersTx, count: usize) -> Vec<Waiting> {
    let mut held = Vec::new();
    let there = ultudy_testkit::wait::until("they are held", PATIENCE, async || {
        let all = jobs::hold_followers(tx, KEY, (None, Uuid::nil()), 9).await;
        held = all.unwrap();
        held.len() == count
    });
    there.await.unwrap();
    held
}

/// A lesson on the section of each follower's document, under the name `Limit`, or `Limit (2)` where
/// that is taken; the jobs whose document is gone.
async fn complete(tx: &mut OwnersTx, followers: usize) -> (Vec<Job>, Vec<Uuid>) {
    let content = jobs::generation(tx, KEY).await.unwrap().unwrap();
    let held = held(tx, followers).await;
    let awaited = jobs::awaited(tx, &held).await.unwrap();
    let (mut all, mut gone) = (Vec::new(), Vec::new());
    for (n, (job, awaited)) in (700..).step_by(10).zip(held.into_iter().zip(awaited)) {
        let Some(awaited) = awaited else {
            gone.push(job.id);
            continue;
        };
        assert_eq!(awaited.document_id, id(10));
        assert_eq!(awaited.section.as_ref().map(|(id, _)| *id), Some(id(11)));
        let taken = awaited.names.iter().any(|name| name.name == "Limit");
        let name = if taken { "Limit (2)" } else { "Limit" };
        let mut new = lesson(n, id(10), Some(id(11)), &[name]);
        new.generation_key = KEY.into();
        all.push(Completed {
            is_saved: false,
            job,
            lesson: awaited.lesson_id.is_none().then_some((new, awaited.names)),
            result: serde_json::json!({"taken": taken}),
        });
    }
    let ended = jobs::complete_followers(tx, KEY, &content, &all, at(9)).await;
    (ended.unwrap(), gone)
}

pub async fn who_follows_is_completed_together_each_in_their_own_name(bench: &Bench) {
    let store = &bench.store;
    flight(store, 5).await;
    cancel(store, 6).await;
    for n in [2, 3, 4] {
        let mut tx = store.write(&owner(n)).await.unwrap();
        store_read_document(&mut tx, 10, None).await;
        if n >= 3 {
            let section = if n == 3 { 12 } else { 11 };
            store_lesson(&mut tx, &lesson(40, id(10), Some(id(section)), &["Limit"])).await;
        }
        tx.commit().await.unwrap();
    }
    let mut tx = store.owners().await.unwrap();
    let held = jobs::hold_followers(&mut tx, KEY, (None, Uuid::nil()), 9).await;
    assert_eq!(held.unwrap(), [], "one leads");
    let ending = (Some(id(1)), Uuid::nil());
    let held = jobs::hold_followers(&mut tx, KEY, ending, 9).await;
    assert_eq!(held.unwrap().len(), 4, "it is about to end");
    drop(tx);
    end_well(store).await;
    // A worker is killed before its commit: everybody waits as before.
    let mut tx = store.owners().await.unwrap();
    assert_eq!(complete(&mut tx, 4).await.0.len(), 3);
    drop(tx);
    assert_eq!(unled(store).await, [KEY]);
    assert_eq!(found(store, 2).await.status, JobStatus::Queued);

    let mut tx = store.owners().await.unwrap();
    let (ended, gone) = complete(&mut tx, 4).await;
    assert_eq!(
        ended.iter().map(|job| job.id).collect::<Vec<_>>(),
        [id(2), id(3), id(4)]
    );
    assert_eq!(gone, [id(5)], "its owner has no such document");
    let let_go = jobs::let_go(&mut tx, &gone, at(60)).await.unwrap();
    assert_eq!(let_go.len(), 1);
    tx.commit().await.unwrap();
    for (n, names, written) in [
        (2, vec!["Limit"], true),
        (3, vec!["Limit", "Limit (2)"], true),
        (4, vec!["Limit"], false),
    ] {
        let job = found(store, n).await;
        assert_eq!((job.status, job.progress), (JobStatus::Completed, 100));
        assert_eq!((job.attempt, job.completed_at), (0, Some(at(9))));
        assert_eq!(job.version, ended[n as usize - 2].version);
        let mut tx = store.write(&owner(n)).await.unwrap();
        let all = ultudy_store::concepts::names(&mut tx, id(10))
            .await
            .unwrap();
        assert_eq!(all.iter().map(|one| &*one.name).collect::<Vec<_>>(), names);
        let of = LessonOf::Section(id(11));
        let lesson = lessons::find(&mut tx, of).await.unwrap().unwrap();
        assert_eq!(lesson.id == id(40), !written, "an earlier one stays");
        let kept = lessons::kept(&mut tx, of).await.unwrap().unwrap();
        assert_eq!(kept.text, Some(LessonText::of(&lesson)));
    }
    assert_eq!(unled(store).await, Vec::<String>::new());
    assert_eq!(delivered(store).await, [id(5)]);
    let mut tx = store.owners().await.unwrap();
    assert_eq!(complete(&mut tx, 0).await, (vec![], vec![]), "nobody twice");
}

pub async fn a_leaders_error_counts_for_all_who_follow(bench: &Bench) {
    let store = &bench.store;
    flight(store, 3).await;
    let why = failure("busy");
    // As long as it is this run's.
    for (n, token, key) in [
        (1, id(1), Some(KEY)),
        (1, id(9), None),
        (2, id(2), None),
        (9, id(9), None),
    ] {
        let mut tx = store.owners().await.unwrap();
        let led = jobs::led_by_run(&mut tx, (owner(n).as_str(), id(n)), token).await;
        assert_eq!(led.unwrap().as_deref(), key, "{n}");
    }
    let mut tx = store.write(ALICE).await.unwrap();
    let failed = jobs::fail(&mut tx, id(1), id(1), &why, at(8)).await;
    assert!(failed.unwrap().is_some());
    tx.commit().await.unwrap();
    let mut tx = store.system_read().await.unwrap();
    assert_eq!(
        jobs::led_by(&mut tx, id(1)).await.unwrap().as_deref(),
        Some(KEY)
    );
    drop(tx);
    let fail = async |for_good: bool, of: usize| {
        let mut tx = store.owners().await.unwrap();
        let held = jobs::hold_followers(&mut tx, KEY, (None, Uuid::nil()), 9).await;
        let held = &held.unwrap()[..of];
        let counted = jobs::fail_followers(&mut tx, KEY, (&why, for_good), held, at(9)).await;
        tx.commit().await.unwrap();
        counted.unwrap()
    };
    // It would be the same for the first; two tries are left to the others, then one.
    let first = &fail(true, 1).await[0];
    assert_eq!((first.id, first.status), (id(2), JobStatus::Failed));
    assert_eq!(
        (&first.failure, first.completed_at),
        (&Some(why.clone()), Some(at(9)))
    );
    for (status, attempt, completed_at) in [
        (JobStatus::Queued, 1, None),
        (JobStatus::Failed, 2, Some(at(9))),
    ] {
        for job in fail(false, 2).await {
            assert_eq!((job.status, job.attempt), (status, attempt));
            assert_eq!(
                (job.completed_at, job.failure),
                (completed_at, Some(why.clone()))
            );
        }
    }
    assert_eq!(unled(store).await, Vec::<String>::new());
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
    end_well(store).await;
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

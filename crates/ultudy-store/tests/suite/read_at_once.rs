//! Reads in one round trip say what the same reads in a transaction say.

use std::task::Poll;

use futures_util::future::{join_all, poll_fn};
use ultudy_domain::lesson::Lesson;
use ultudy_store::{
    Page, Store, StoreError, concepts, courses,
    lessons::{self, LessonOf},
    migrate_postgres, study_sessions,
};
use ultudy_testkit::{
    pgbouncer::PgBouncer,
    postgres::{Postgres, User},
};

use crate::{
    bench::{Bench, config},
    fixtures::{ALICE, BOB, course, id, store_world},
};

const PAGE: Page = Page {
    limit: 9,
    after: None,
};

pub async fn reads_at_once_say_what_a_transaction_says(bench: &Bench) {
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        tx.commit().await.unwrap();
    }
    for owner in [ALICE, BOB, "nobody"] {
        let mut tx = bench.store.read(owner).await.unwrap();
        for of in [
            LessonOf::Section(id(11)),
            LessonOf::Section(id(111)),
            LessonOf::Document(id(10)),
        ] {
            let at_once = bench.store.read_at_once(owner, lessons::read(of)).await;
            assert_eq!(at_once.unwrap(), lessons::find(&mut tx, of).await.unwrap());
        }
        let after = Page {
            after: Some(id(1)),
            ..PAGE
        };
        for page in [PAGE, after] {
            let listed = courses::read_list(true, page);
            let at_once = bench.store.read_at_once(owner, listed).await;
            let listed = courses::list(&mut tx, true, page).await;
            assert_eq!(at_once.unwrap(), listed.unwrap());
        }
        let all = concepts::read_list(None, Some(id(10)))
            .and(study_sessions::read_latest(9))
            .and(study_sessions::read_stats());
        let ((concepts, sessions), stats) = bench.store.read_at_once(owner, all).await.unwrap();
        let listed = concepts::list(&mut tx, None, Some(id(10))).await;
        assert_eq!(concepts, listed.unwrap());
        assert_eq!(sessions, study_sessions::latest(&mut tx, 9).await.unwrap());
        assert_eq!(stats, study_sessions::stats(&mut tx).await.unwrap());
    }
    let lesson = lesson(&bench.store, ALICE).await;
    assert_eq!(lesson.unwrap().concepts[0].check_ins.len(), 1);
    assert!(self::lesson(&bench.store, BOB).await.is_none());
}

/// The lesson on Alice's section.
async fn lesson(store: &Store, owner: &str) -> Option<Lesson> {
    let read = lessons::read(LessonOf::Section(id(11)));
    store.read_at_once(owner, read).await.unwrap()
}

pub async fn any_owner_can_read_at_once_but_nobody_and_nul(bench: &Bench) {
    let owners = [
        "o'brien",
        r"back\slash\'",
        "'; DROP TABLE courses; --",
        "$1",
        "日本 🦀",
        "a\nb",
    ];
    for (n, owner) in (1..).zip(owners) {
        let mut tx = bench.store.write(owner).await.unwrap();
        courses::insert(&mut tx, &course(n)).await.unwrap();
        tx.commit().await.unwrap();
    }
    for (n, owner) in (1..).zip(owners) {
        let seen = bench
            .store
            .read_at_once(owner, courses::read_list(true, PAGE));
        assert_eq!(seen.await.unwrap(), [course(n)], "{owner:?}");
    }
    for nobody in ["", "a\0b"] {
        let refused = bench
            .store
            .read_at_once(nobody, courses::read_list(true, PAGE));
        assert!(matches!(refused.await, Err(StoreError::Owner(_))));
    }
}

/// Twenty-four clients of two owners over one server connection, of whom every third goes away
/// at some moment: nobody is answered another's rows, or an answer to another's question.
#[tokio::test]
async fn who_hangs_up_leaves_the_connection_to_the_others() {
    let server = Postgres::shared().unwrap();
    let database = server.create_database(User::Owner).unwrap();
    migrate_postgres(&server.url(User::Owner, &database))
        .await
        .unwrap();
    let bouncer = PgBouncer::start(&server, 1).unwrap();
    let store = Store::open(&config(bouncer.url(User::Member, &database)))
        .await
        .unwrap();
    for (owner, base) in [(ALICE, 0), (BOB, 100)] {
        let mut tx = store.write(owner).await.unwrap();
        store_world(&mut tx, base).await;
        tx.commit().await.unwrap();
    }
    let client = async |client: u32| {
        let (owner, own) = if client.is_multiple_of(2) {
            (ALICE, 1)
        } else {
            (BOB, 101)
        };
        for round in 0..30 {
            if (client + round).is_multiple_of(3) {
                let given_up = lesson(&store, owner);
                polled(1 + (client + round) % 7, given_up).await;
            }
            assert_eq!(lesson(&store, owner).await.is_some(), owner == ALICE);
            let seen = store.read_at_once(owner, courses::read_list(true, PAGE));
            assert_eq!(seen.await.unwrap(), [course(own)]);
            let mut tx = store.read(owner).await.unwrap();
            assert!(courses::find(&mut tx, id(own)).await.unwrap().is_some());
        }
    };
    join_all((0..24).map(client)).await;
}

/// Polls a future so often, then drops it.
async fn polled(times: u32, future: impl Future) {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let is_done = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready()));
        if is_done.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

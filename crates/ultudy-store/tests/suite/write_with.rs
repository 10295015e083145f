//! Writes that begin their transaction: they are of it, and stay or go with it.

use ultudy_domain::glossary::GlossaryEntry;
use ultudy_store::{
    StoreError, glossaries,
    jobs::{self, NewJob},
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, BOB, at, glossary_entry, id, job, store_read_document, store_world},
};

pub async fn what_begins_a_transaction_stays_or_goes_with_it(bench: &Bench) {
    let mut tx = bench.store.write(ALICE).await.unwrap();
    store_world(&mut tx, 0).await;
    tx.commit().await.unwrap();
    let kept = async || {
        let read = glossaries::read(id(10), 2);
        bench.store.read_at_once(ALICE, read).await.unwrap()
    };
    let entries = [glossary_entry("series")];
    for commits in [false, true] {
        // Prepared for the first, known to the second.
        let first = put(id(10), &entries).and(glossaries::read(id(10), 2));
        let (tx, ((), seen)) = bench.store.write_with(ALICE, first).await.unwrap();
        assert_eq!(seen.as_deref(), Some(&entries[..]), "its own changes");
        if commits {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        assert_eq!(kept().await.is_some(), commits);
    }
    // The first of them is done, the second refused: there is no such document, nor is it Bob's.
    let refused = put(id(10), &[]).and(put(id(999), &entries));
    let refused = bench.store.write_with(ALICE, refused).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let anothers = bench.store.write_with(BOB, put(id(10), &[])).await;
    assert!(matches!(anothers, Err(StoreError::Conflict(_))));
    assert_eq!(kept().await.as_deref(), Some(&entries[..]));
    for nobody in ["", "a\0b"] {
        let refused = bench.store.write_with(nobody, put(id(10), &[])).await;
        assert!(matches!(refused, Err(StoreError::Owner(_))));
    }
}

fn put(document_id: Uuid, entries: &[GlossaryEntry]) -> ultudy_store::Write<()> {
    glossaries::write(document_id, 2, entries).unwrap()
}

pub async fn a_lessons_job_is_stored_if_it_is_needed_and_only_then(bench: &Bench) {
    let mut tx = bench.store.write(ALICE).await.unwrap();
    // With a lesson on the section 11.
    store_world(&mut tx, 0).await;
    store_read_document(&mut tx, 40, None).await;
    tx.commit().await.unwrap();
    let stored = async |owner, n, document: u32, section: Option<u32>| {
        let section = section.map(id);
        let job = NewJob {
            document_id: id(document),
            section_id: section,
            ..job(n, &format!("{document} {section:?}"))
        };
        let write = jobs::write_lesson_job(&job, at(5));
        let (tx, stored) = bench.store.write_with(owner, write).await.unwrap();
        tx.commit().await.unwrap();
        stored.map(|job| job.id)
    };
    assert_eq!(stored(ALICE, 1, 10, Some(11)).await, None, "it is there");
    assert_eq!(stored(ALICE, 2, 999, None).await, None, "no such document");
    assert_eq!(stored(BOB, 3, 40, Some(41)).await, None, "Alice's document");
    assert_eq!(stored(ALICE, 4, 40, Some(41)).await, Some(id(4)));
    assert_eq!(stored(ALICE, 5, 40, Some(41)).await, None, "in flight");
    assert_eq!(
        stored(ALICE, 6, 40, None).await,
        Some(id(6)),
        "of the whole"
    );
}

pub async fn only_what_may_run_is_started_at_once(bench: &Bench) {
    let mut tx = bench.store.write(ALICE).await.unwrap();
    store_read_document(&mut tx, 1, None).await;
    jobs::enqueue(&mut tx, &job(1, "one"), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let start = async |owner, token: u32, due_by| {
        let write = jobs::write_start(id(1), id(token), "w".into(), at(6), due_by);
        let (tx, started) = bench.store.write_with(owner, write).await.unwrap();
        tx.commit().await.unwrap();
        started
    };
    assert_eq!(start(ALICE, 900, Some(at(4))).await, None, "not yet due");
    assert_eq!(start(BOB, 900, None).await, None, "not Bob's");
    // Started, and lost by two workers.
    for (token, lost) in [(901, 0), (902, 1), (903, 2)] {
        let started = start(ALICE, token, None).await.unwrap();
        assert_eq!((started.lost, &*started.stage), (lost, "starting"));
    }
    assert_eq!(start(ALICE, 904, None).await, None, "the third is the last");
}

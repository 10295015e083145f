//! Searches by meaning where there is no memory for an owner's vectors, or none just now.

use std::{path::Path, sync::Arc, time::Duration};

use ultudy_app::{
    App, Parts,
    search::{Search, search},
};
use ultudy_domain::{
    document::Sectioning,
    search::{Indexed, vector, words::Analyser},
};
use ultudy_llm::{
    Bill,
    embeddings::{Embedder as _, Hashed, Purpose},
};
use ultudy_store::{
    Store, StoreConfig, blobs,
    chunks::{self, NewChunk},
    documents::{self, NewDocument, Reading},
    embeddings::{self, PassageVectors},
    queue::TableQueue,
    sections::{self, NewSection},
};
use ultudy_testkit::wait;
use uuid::Uuid;

use crate::{
    counters::Counters,
    support::{SetClock, parts},
};

const READ: &str = "ultudy_search_codes_reads_total";
const WORDS_ONLY: &str = "ultudy_search_words_only_total";

/// By its words the first passage is found, by how it is spelt the second.
const QUERY: &str = "enzyme mitochondrien";
const PASSAGES: [&str; 3] = [
    "An enzyme speeds up a reaction.",
    "A mitochondrion is where energy comes from.",
    "Nothing of that kind is said here.",
];
const BY_WORDS: [i32; 1] = [1];
const BY_MEANING: [i32; 2] = [1, 2];

/// Vectors of the last passage: their codes take a mebibyte and a half.
const VECTORS: usize = 20_000;
const ALL: u64 = 2 << 20;
const TOO_LITTLE: u64 = 64 << 10;

/// Each owner has a document of those passages, with their vectors.
async fn filled(folder: &Path, owners: &[&str]) -> Store {
    let path = folder.join("ultudy.db");
    let store = Store::open(&StoreConfig::Sqlite { path }).await.unwrap();
    for (n, owner) in (1..).zip(owners) {
        fill(&store, n, owner).await;
    }
    store
}

async fn fill(store: &Store, n: u128, owner: &str) {
    let id = |of: u128| Uuid::from_u128(n * 100 + of);
    let at = SetClock::new();
    let at = ultudy_app::clock::Clock::now(&*at);
    let mut tx = store.write(owner).await.unwrap();
    blobs::hold(&mut tx, &format!("sha-{n}"), 44, &format!("object-{n}"), at)
        .await
        .unwrap();
    let document = NewDocument {
        id: id(0),
        title: "Biology".into(),
        course_id: None,
        chapter: None,
        material_type: None,
        sha256: format!("sha-{n}"),
        file_name: "biology.pdf".into(),
        uploaded_at: at,
    };
    documents::insert(&mut tx, &document).await.unwrap();
    let section = NewSection {
        id: id(1),
        section_number: 1,
        name: "All".into(),
        level: 1,
        description: None,
        page_start: 1,
        page_end: 3,
        markdown: PASSAGES.join("\n\n"),
        content_hash: format!("hash-{n}"),
    };
    sections::insert_all(&mut tx, id(0), &[section], at)
        .await
        .unwrap();
    let reading = Reading {
        pages: 3,
        sectioning: Sectioning::Outline,
        language: Some("en"),
        unreadable_pages: &[],
        recognised_pages: &[],
        transcribed_pages: &[],
    };
    assert!(documents::publish(&mut tx, id(0), &reading).await.unwrap());
    let passages: Vec<NewChunk> = (1..)
        .zip(PASSAGES)
        .map(|(page, text)| NewChunk {
            section_id: id(1),
            page_start: page,
            page_end: page,
            content: text.into(),
            indexed: Indexed::new(&Analyser::new(Some("en")), "All", text),
        })
        .collect();
    chunks::insert_all(&mut tx, id(0), Some("en"), &passages)
        .await
        .unwrap();
    let (embedder, bill) = (Hashed::default(), Bill::default());
    let texts = PASSAGES.map(str::to_owned).to_vec();
    let made = embedder.embed(texts, Purpose::Passage, Duration::MAX, &bill);
    let made = made.await.unwrap();
    let passages = embeddings::passages(&mut tx, id(0), 0, 9).await.unwrap();
    let vectors: Vec<PassageVectors> = passages
        .iter()
        .zip(&made)
        .zip([1, 1, VECTORS])
        .map(|((passage, vector), count)| PassageVectors {
            number: passage.number,
            count,
            vectors: vector::bytes(vector).unwrap(),
            codes: vector::code(vector).repeat(count),
        })
        .collect();
    let model = &embedder.traits().model;
    assert!(
        embeddings::put(&mut tx, id(0), model, &vectors)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

/// The application that keeps so much of vectors, and nothing yet.
fn app(folder: &Path, store: &Store, search_bytes_max: u64) -> App {
    let queue = Arc::new(TableQueue::new(store.clone()));
    App::new(Parts {
        search_bytes_max,
        ..parts(folder, (store.clone(), queue))
    })
}

/// The pages of what is found, in their order.
async fn found(app: &App, owner: &str) -> Vec<i32> {
    let asked = Search {
        query: QUERY.into(),
        course_id: None,
        offset: 0,
        limit: 9,
    };
    let found = search(app, owner, &asked).await.unwrap();
    let mut pages: Vec<i32> = found.hits.iter().map(|hit| hit.page_start).collect();
    pages.sort_unstable();
    pages
}

#[tokio::test]
async fn what_is_too_much_to_keep_is_looked_through_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), &["ada"]).await;
    for (bytes, kept, too_many) in [(ALL, 1, 0), (TOO_LITTLE, 0, 3)] {
        let counters = Counters::default();
        let _counted = metrics::set_default_local_recorder(&counters);
        let app = app(folder.path(), &store, bytes);
        for _ in 0..3 {
            assert_eq!(found(&app, "ada").await, BY_MEANING, "{bytes}");
        }
        assert_eq!(counters.of(READ, "kept"), kept, "{bytes}");
        assert_eq!(counters.of(READ, "too_many"), too_many, "{bytes}");
        assert_eq!(counters.of(WORDS_ONLY, "busy"), 0, "{bytes}");
    }
}

#[tokio::test]
async fn while_anothers_are_read_and_there_is_no_room_words_find() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), &["ada", "eve"]).await;
    let counters = Counters::default();
    let _counted = metrics::set_default_local_recorder(&counters);
    let busy = || counters.of(WORDS_ONLY, "busy");
    // Each time nothing is kept yet, and there is room for one of them.
    let met = wait::until("they meet", Duration::from_secs(60), async || {
        let before = busy();
        let app = app(folder.path(), &store, ALL);
        let (ada, eve) = tokio::join!(found(&app, "ada"), found(&app, "eve"));
        let by_words = [&ada, &eve]
            .iter()
            .filter(|pages| ***pages == BY_WORDS)
            .count() as u64;
        assert_eq!(by_words, busy() - before, "{ada:?} {eve:?}");
        for owner in ["ada", "eve"] {
            assert_eq!(
                found(&app, owner).await,
                BY_MEANING,
                "alone {owner} is answered"
            );
        }
        by_words > 0
    });
    met.await.unwrap();
}

//! That search finds what it should, and the same on both databases.

use ultudy_domain::document::DocumentChange;
use ultudy_store::{
    StoreError, TenantTx,
    chunks::{self, Within},
    courses, documents, search,
};

use crate::{
    bench::Bench,
    fixtures::{BOB, chunk, course, id, store_document, store_read_document, store_searchable},
};

const EVERYWHERE: Within = Within {
    course_id: None,
    document_id: None,
};

/// Names of the sections found, best first.
async fn found(tx: &mut TenantTx, query: &str, within: Within) -> Vec<String> {
    let ranked = search::find(tx, query, within, 10).await.unwrap();
    let names = ranked.chunks.into_iter();
    names.map(|(chunk, _)| chunk.section_name).collect()
}

/// A small course: document 100 in course 1, document 200 in none.
async fn course_of_two(bench: &Bench) -> TenantTx {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let texts = [
        ("Limits", "A sequence has a limit if it stays close to it."),
        (
            "Series",
            "A series is a sequence of sums. Its limit is its value.",
        ),
        (
            "Cauchy",
            "Every sequence that converges is a Cauchy sequence.",
        ),
    ];
    store_searchable(&mut tx, 100, Some(id(1)), &texts).await;
    let texts = [(
        "Cells",
        "A cell divides. The order of events has no limit in theory.",
    )];
    store_searchable(&mut tx, 200, None, &texts).await;
    tx
}

pub async fn all_words_come_before_some_and_rare_ones_count_more(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    let all = found(&mut tx, "limit of a sequence", EVERYWHERE).await;
    assert_eq!(all[..2], ["Limits", "Series"]);
    assert!(
        all.len() == 4 && all.contains(&"Cells".to_owned()),
        "{all:?}"
    );
    let rare = found(&mut tx, "cauchy limit", EVERYWHERE).await;
    assert_eq!(rare[0], "Cauchy");
    assert_eq!(found(&mut tx, "CONVERGE", EVERYWHERE).await, ["Cauchy"]);
    assert!(found(&mut tx, "nowhere", EVERYWHERE).await.is_empty());
}

pub async fn a_phrase_is_found_in_its_order_only(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    let phrase = found(&mut tx, "\"sequence of sums\"", EVERYWHERE).await;
    assert_eq!(phrase, ["Series"]);
    assert!(
        found(&mut tx, "\"sums of sequence\"", EVERYWHERE)
            .await
            .is_empty()
    );
}

pub async fn any_text_can_be_asked(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    let long = "limit ".repeat(2_000);
    for query in [
        "\" OR *",
        "limit AND",
        "limit NOT sequence",
        "NEAR(limit sequence)",
        "terms:limit",
        "-limit",
        "limit*",
        "'; DROP TABLE chunks; --",
        "(limit",
        "limit & | ! <->",
        "\\",
        "\u{feff}limit",
        "limit\u{301}",
        "極限 limit",
        "😀 limit",
        &long,
    ] {
        let hits = search::find(&mut tx, query, EVERYWHERE, 10).await;
        assert!(hits.is_ok(), "{query}: {hits:?}");
    }
    assert_eq!(found(&mut tx, "limit AND", EVERYWHERE).await.len(), 3);
}

pub async fn a_course_narrows_the_search_also_after_a_move(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    let within = Within {
        course_id: Some(id(1)),
        document_id: None,
    };
    assert!(found(&mut tx, "cell", within).await.is_empty());
    let change = DocumentChange {
        course_id: Some(Some(id(1))),
        ..DocumentChange::default()
    };
    documents::update(&mut tx, id(200), &change).await.unwrap();
    assert_eq!(found(&mut tx, "cell", within).await, ["Cells"]);
    let within = Within {
        course_id: None,
        document_id: Some(id(200)),
    };
    assert_eq!(found(&mut tx, "limit", within).await, ["Cells"]);
}

/// More documents than the index is asked for by name; a word in more passages than are counted, others in
/// a few.
pub async fn a_course_of_many_documents_narrows_the_search_too(bench: &Bench) {
    const DOCUMENTS: u32 = 70;
    const COMMON: usize = 60;
    let mut tx = bench.write().await;
    for n in [1, 2] {
        courses::insert(&mut tx, &course(n)).await.unwrap();
    }
    for n in 0..DOCUMENTS {
        let own = format!("A specimen{n}x with entropy, once.");
        let mut texts = vec![("Own", own.as_str())];
        texts.resize(COMMON, ("Other", "Entropy is met here, too."));
        store_searchable(&mut tx, 1000 + n * 100, Some(id(1)), &texts).await;
    }
    let texts = [
        ("Entropy", "Entropy, entropy and a specimen0x."),
        ("Small", "A specimen1x by itself."),
    ];
    store_searchable(&mut tx, 100, Some(id(2)), &texts).await;
    let of = |course: u32| Within {
        course_id: Some(id(course)),
        document_id: None,
    };
    assert_eq!(found(&mut tx, "specimen0x", of(1)).await, ["Own"]);
    assert_eq!(found(&mut tx, "specimen69x entropy", of(1)).await[0], "Own");
    let common = search::find(&mut tx, "entropy", of(1), 200).await.unwrap();
    assert_eq!(common.chunks.len(), 200);
    assert!(
        common
            .chunks
            .iter()
            .all(|(chunk, _)| chunk.document_id >= id(1000))
    );
    assert_eq!(found(&mut tx, "entropy", of(2)).await, ["Entropy"]);
    // In a course, and in a document that is not of it.
    let both = Within {
        document_id: Some(id(100)),
        ..of(1)
    };
    assert!(found(&mut tx, "entropy", both).await.is_empty());
}

pub async fn what_is_deleted_or_unread_is_not_found(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    documents::delete(&mut tx, id(100)).await.unwrap();
    assert_eq!(found(&mut tx, "limit", EVERYWHERE).await, ["Cells"]);
    let all = chunks::searchable(&mut tx).await.unwrap();
    assert_eq!(all.collection.passages, 1);
    tx.commit().await.unwrap();
    let left = bench
        .database
        .ask("SELECT CAST(count(*) AS text) FROM chunk_terms")
        .await;
    assert_eq!(left, ["1"]);
}

pub async fn nothing_of_anothers_is_found_or_counted(bench: &Bench) {
    course_of_two(bench).await.commit().await.unwrap();
    let mut tx = bench.bob().await;
    assert_eq!(tx.owner_id(), BOB);
    assert!(found(&mut tx, "limit", EVERYWHERE).await.is_empty());
    store_searchable(&mut tx, 300, None, &[("Mine", "My own limit.")]).await;
    let ranked = search::find(&mut tx, "limit", EVERYWHERE, 10)
        .await
        .unwrap();
    assert_eq!(ranked.chunks.len(), 1);
    let condition = chunks::Match(vec![vec![chunks::Key::Term("limit".into())]]);
    assert_eq!(chunks::count(&mut tx, &condition, 99).await.unwrap(), 1);
    let alices = chunks::find_many(&mut tx, &[1, 2, 3, 4]).await.unwrap();
    assert!(alices.is_empty());
}

/// More passages than are ranked hold the word; the oldest is about it.
pub async fn a_word_on_every_page_is_answered_from_its_strong_passages(bench: &Bench) {
    let mut tx = bench.write().await;
    store_searchable(&mut tx, 100, None, &[("Entropy", "What entropy is.")]).await;
    let filler: Vec<(&str, &str)> = vec![("Other", "Entropy is met here once."); 450];
    store_searchable(&mut tx, 1000, None, &filler).await;
    let names = found(&mut tx, "entropy", EVERYWHERE).await;
    assert_eq!((names[0].as_str(), names.len()), ("Entropy", 10));
}

pub async fn a_document_is_read_into_the_index_once(bench: &Bench) {
    let mut tx = course_of_two(bench).await;
    let again = [chunk(id(101), 1, "Limits", "Again.")];
    let refused = chunks::insert_all(&mut tx, id(100), None, &again).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    drop(tx);
    let mut tx = bench.write().await;
    store_document(&mut tx, 500, None).await;
    let stray = [chunk(id(501), 1, "None", "No section of that id.")];
    let refused = chunks::insert_all(&mut tx, id(500), None, &stray).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

/// As the migration leaves a document that was stored before there was an index.
pub async fn what_waits_for_the_index_is_told_to_housekeeping(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    tx.commit().await.unwrap();
    bench
        .database
        .ask(
            "INSERT INTO document_index (owner_id, document_id, pending, chunks, words)
            SELECT owner_id, id, TRUE, 0, 0 FROM documents",
        )
        .await;
    let mut system = bench.store.system().await.unwrap();
    let pending = chunks::pending(&mut system, 9).await.unwrap();
    drop(system);
    assert_eq!(pending, [("alice".to_owned(), id(10))]);
    assert!(
        !chunks::lock_pending(&mut bench.bob().await, id(10))
            .await
            .unwrap()
    );
    let mut tx = bench.write().await;
    assert_eq!(chunks::searchable(&mut tx).await.unwrap().pending, 1);
    assert!(chunks::lock_pending(&mut tx, id(10)).await.unwrap());
    let read = [chunk(id(11), 1, "Late", "Late but found.")];
    chunks::insert_all(&mut tx, id(10), Some("en"), &read)
        .await
        .unwrap();
    assert!(!chunks::lock_pending(&mut tx, id(10)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = bench.read().await;
    assert_eq!(found(&mut tx, "late", EVERYWHERE).await, ["Section 1"]);
}

/// Words that come like words of a language: the n-th is n times rarer than the first.
fn zipf(seed: &mut u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let share = ((*seed >> 33) % 10_000) as f64 / 10_000.0;
    (400_f64.powf(share)) as u64
}

/// The same documents and queries give the same hits, in the same order, with the same
/// scores.
#[tokio::test]
async fn both_databases_find_the_same() {
    let _server = ultudy_testkit::postgres::Postgres::shared().unwrap();
    let benches = [Bench::sqlite().await, Bench::postgres().await];
    for bench in &benches {
        let mut seed = 7;
        // Another owner's rows lie between.
        for n in 0..12 {
            let texts: Vec<String> = (0..30)
                .map(|_| {
                    let length = 40 + zipf(&mut seed) % 60;
                    let words = (0..length).map(|_| format!("word{}", zipf(&mut seed)));
                    words.collect::<Vec<_>>().join(" ")
                })
                .collect();
            let texts: Vec<(&str, &str)> = texts
                .iter()
                .map(|text| (text.split(' ').next().unwrap(), text.as_str()))
                .collect();
            let mut tx = if n % 3 == 2 {
                bench.bob().await
            } else {
                bench.write().await
            };
            store_searchable(&mut tx, 1000 + n * 100, None, &texts).await;
            tx.commit().await.unwrap();
        }
    }
    let [mut sqlite, mut postgres] = [benches[0].read().await, benches[1].read().await];
    for n in 0..60_u64 {
        let query = match n % 3 {
            0 => format!("word{}", 1 + n),
            1 => format!("word{} word{}", 1 + n / 2, 3 + n),
            _ => format!("word{} word{} word{} absent", 1 + n / 4, 2 + n, 300 - n),
        };
        let mut hits = Vec::new();
        for tx in [&mut sqlite, &mut postgres] {
            let ranked = search::find(tx, &query, EVERYWHERE, 50).await.unwrap();
            let told = ranked.chunks.into_iter();
            hits.push(
                told.map(|(c, score)| (c.section_id, score))
                    .collect::<Vec<_>>(),
            );
        }
        assert!(!hits[0].is_empty(), "{query}");
        assert_eq!(hits[0], hits[1], "{query}");
    }
}

//! That vectors are of one model, their owner's, and gone with their document.

use ultudy_domain::search::vector;
use ultudy_store::{
    Store, TenantTx,
    chunks::{self, Within},
    courses, documents,
    embeddings::{self, PassageVectors},
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, BOB, chunk, course, id, put_vectors, store_document, store_searchable},
};

const TEXTS: [(&str, &str); 2] = [
    ("Limits", "A sequence has a limit."),
    ("Cells", "A cell divides."),
];

/// Numbers of the document's passages.
async fn numbers(tx: &mut TenantTx, document: u32) -> Vec<i64> {
    let passages = embeddings::passages(tx, id(document), 0, 9).await.unwrap();
    passages.iter().map(|passage| passage.number).collect()
}

/// The passages that have vectors of a model.
async fn embedded(tx: &mut TenantTx, model: &str, numbers: &[i64], within: Within) -> Vec<i64> {
    let vectors = embeddings::vectors(tx, model, numbers, within).await;
    let mut found: Vec<i64> = vectors.unwrap().iter().map(|(number, _)| *number).collect();
    found.sort_unstable();
    found
}

/// All documents that wait for a model, by pages of one.
async fn waiting(store: &Store, model: &str) -> Vec<(String, Uuid)> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let mut tx = store.system().await.unwrap();
        let page = embeddings::waiting(&mut tx, model, after.as_ref(), 1).await;
        let Some(one) = page.unwrap().pop() else {
            let count = embeddings::count_waiting(&mut tx, model, 99).await.unwrap();
            assert_eq!(count, i64::try_from(all.len()).unwrap());
            return all;
        };
        after = Some(one.clone());
        all.push(one);
    }
}

pub async fn vectors_are_of_one_model_and_replaced_as_a_whole(bench: &Bench) {
    let mut tx = bench.write().await;
    store_searchable(&mut tx, 100, None, &TEXTS).await;
    let all = numbers(&mut tx, 100).await;
    let none = embeddings::stamp(&mut tx, "one").await.unwrap();
    assert_eq!(none.documents, 0);
    assert!(put_vectors(&mut tx, 100, "one", &[0.5, -0.5, 1.0]).await);
    assert!(
        !put_vectors(&mut tx, 100, "one", &[1.0, 1.0]).await,
        "it has them"
    );
    assert_eq!(embedded(&mut tx, "one", &all, Within::default()).await, all);
    let of_one = embeddings::stamp(&mut tx, "one").await.unwrap();
    let listed = embeddings::listed(&mut tx, "one").await.unwrap();
    let read: Vec<i64> = listed.iter().map(|listed| listed.number).collect();
    let codes = embeddings::codes(&mut tx, &read).await.unwrap();
    assert_eq!(codes.len(), 1);
    assert_eq!(listed[0].bytes, 32, "two passages, a code of one word each");
    assert_eq!((codes[0].0, codes[0].1.document_id), (read[0], id(100)));
    let code = vector::code(&[0.5, -0.5, 1.0]);
    let each: Vec<_> = codes[0].1.iter().collect();
    assert_eq!(each, [(all[0], &code[..]), (all[1], &code[..])]);
    let vectors = embeddings::vectors(&mut tx, "one", &all[..1], Within::default()).await;
    let bytes = vector::bytes(&[0.5, -0.5, 1.0]).unwrap();
    assert_eq!(vectors.unwrap(), [(all[0], bytes)]);

    assert!(put_vectors(&mut tx, 100, "two", &[1.0, 1.0]).await);
    assert!(
        embedded(&mut tx, "one", &all, Within::default())
            .await
            .is_empty()
    );
    assert_eq!(embedded(&mut tx, "two", &all, Within::default()).await, all);
    assert_eq!(embeddings::stamp(&mut tx, "one").await.unwrap(), none);
    let of_two = embeddings::stamp(&mut tx, "two").await.unwrap();
    assert_ne!(of_two, of_one);
    // Others of the same model have another stamp.
    assert!(put_vectors(&mut tx, 100, "one", &[0.5, -0.5, 1.0]).await);
    assert_ne!(embeddings::stamp(&mut tx, "one").await.unwrap(), of_one);
    assert!(embeddings::codes(&mut tx, &read).await.unwrap().is_empty());
}

pub async fn what_waits_for_a_model_is_told_to_housekeeping(bench: &Bench) {
    for (owner, n) in [(ALICE, 100), (ALICE, 200), (BOB, 100), (BOB, 300)] {
        let mut tx = bench.store.write(owner).await.unwrap();
        store_searchable(&mut tx, n, None, &TEXTS).await;
        tx.commit().await.unwrap();
    }
    for (owner, n, model) in [(ALICE, 200, "one"), (BOB, 100, "two")] {
        let mut tx = bench.store.write(owner).await.unwrap();
        assert!(put_vectors(&mut tx, n, model, &[1.0]).await);
        tx.commit().await.unwrap();
    }
    let of = |owner: &str, n| (owner.to_owned(), id(n));
    let wanted = [of(ALICE, 100), of(BOB, 100), of(BOB, 300)];
    assert_eq!(waiting(&bench.store, "one").await, wanted);
    let wanted = [of(ALICE, 100), of(ALICE, 200), of(BOB, 300)];
    assert_eq!(waiting(&bench.store, "two").await, wanted);
}

pub async fn vectors_are_found_where_their_document_is(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    store_searchable(&mut tx, 100, Some(id(1)), &TEXTS).await;
    store_searchable(&mut tx, 200, None, &TEXTS).await;
    let (first, second) = (numbers(&mut tx, 100).await, numbers(&mut tx, 200).await);
    let all = [first.clone(), second.clone()].concat();
    for document in [100, 200] {
        assert!(put_vectors(&mut tx, document, "one", &[1.0]).await);
    }
    let of_course = Within {
        course_id: Some(id(1)),
        document_id: None,
    };
    let of_document = Within {
        course_id: None,
        document_id: Some(id(200)),
    };
    assert_eq!(embedded(&mut tx, "one", &all, of_course).await, first);
    assert_eq!(embedded(&mut tx, "one", &all, of_document).await, second);
    tx.commit().await.unwrap();

    let mut tx = bench.store.read(BOB).await.unwrap();
    assert!(
        embedded(&mut tx, "one", &all, Within::default())
            .await
            .is_empty()
    );
    assert_eq!(
        embeddings::stamp(&mut tx, "one").await.unwrap().documents,
        0
    );
    drop(tx);

    let mut tx = bench.write().await;
    documents::delete(&mut tx, id(100)).await.unwrap();
    assert_eq!(
        embedded(&mut tx, "one", &all, Within::default()).await,
        second
    );
    assert_eq!(embeddings::listed(&mut tx, "one").await.unwrap().len(), 1);
}

pub async fn only_what_is_in_the_index_is_embedded(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 100, None).await;
    let vectors = PassageVectors {
        number: 1,
        count: 0,
        vectors: Vec::new(),
        codes: Vec::new(),
    };
    let put = embeddings::put(&mut tx, id(100), "one", &[vectors]).await;
    assert!(!put.unwrap(), "a document that went meanwhile");
    store_searchable(&mut tx, 200, None, &TEXTS).await;
    // One whose text says nothing has no vectors, and waits no longer.
    assert!(embeddings::put(&mut tx, id(200), "one", &[]).await.unwrap());
    let stamp = embeddings::stamp(&mut tx, "one").await.unwrap();
    assert_eq!(stamp.documents, 1);
    let twice = [chunk(id(201), 1, "Limits", "A limit.")];
    assert!(
        chunks::insert_all(&mut tx, id(200), None, &twice)
            .await
            .is_err()
    );
}

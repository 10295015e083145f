use ultudy_store::{StoreError, glossaries};

use crate::{
    bench::Bench,
    fixtures::{glossary_entry, id, store_document},
};

pub async fn a_glossary_is_kept_for_its_version(bench: &Bench) {
    let entries = [glossary_entry("limit"), glossary_entry("series")];
    let mut tx = bench.write().await;
    store_document(&mut tx, 1, None).await;
    assert_eq!(glossaries::find(&mut tx, id(1), 3).await.unwrap(), None);
    glossaries::put(&mut tx, id(1), 3, &entries).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = bench.write().await;
    let found = glossaries::find(&mut tx, id(1), 3).await.unwrap();
    assert_eq!(found.as_deref(), Some(&entries[..]));
    assert_eq!(glossaries::find(&mut tx, id(1), 4).await.unwrap(), None);
    // A book that defines nothing is not read again for each lesson.
    glossaries::put(&mut tx, id(1), 4, &[]).await.unwrap();
    let found = glossaries::find(&mut tx, id(1), 4).await.unwrap();
    assert_eq!(found, Some(Vec::new()));
    assert_eq!(glossaries::find(&mut tx, id(1), 3).await.unwrap(), None);
    tx.commit().await.unwrap();

    let mut tx = bench.bob().await;
    assert_eq!(glossaries::find(&mut tx, id(1), 4).await.unwrap(), None);
}

pub async fn a_glossary_needs_its_document(bench: &Bench) {
    let mut tx = bench.write().await;
    let refused = glossaries::put(&mut tx, id(1), 3, &[]).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

use futures_util::future::join_all;
use ultudy_store::{blobs, documents};

use crate::{
    bench::Bench,
    fixtures::{at, document, id},
};

pub async fn one_content_is_kept_once_until_its_last_holder_goes(bench: &Bench) {
    let mut tx = bench.write().await;
    let first = blobs::hold(&mut tx, "sha", 44, "object-1", at(0)).await;
    assert_eq!(first.unwrap(), "object-1");
    tx.commit().await.unwrap();
    // Of two owners: the content is the same, and neither learns of the other.
    let mut tx = bench.bob().await;
    let second = blobs::hold(&mut tx, "sha", 44, "object-2", at(1)).await;
    assert_eq!(second.unwrap(), "object-1");
    assert_eq!(blobs::release(&mut tx, "sha").await.unwrap(), None);
    let last = blobs::release(&mut tx, "sha").await.unwrap();
    assert_eq!(last.as_deref(), Some("object-1"));
    assert_eq!(blobs::release(&mut tx, "sha").await.unwrap(), None);
    let anew = blobs::hold(&mut tx, "sha", 44, "object-3", at(2)).await;
    assert_eq!(anew.unwrap(), "object-3");
}

pub async fn contents_that_are_held_are_found_all_at_once(bench: &Bench) {
    let mut tx = bench.write().await;
    for n in 0..3 {
        let (sha256, key) = (format!("sha-{n}"), format!("object-{n}"));
        blobs::hold(&mut tx, &sha256, 44, &key, at(0))
            .await
            .unwrap();
    }
    blobs::release(&mut tx, "sha-1").await.unwrap();
    tx.commit().await.unwrap();
    // Whoever brings a content is told of it by its hash, whoever holds it.
    let mut tx = bench.bob().await;
    let contents = ["sha-0", "sha-1", "sha-2", "'; \"", "sha-0"];
    let mut held = blobs::keys_of(&mut tx, &contents).await.unwrap();
    held.sort();
    let expected = [("sha-0", "object-0"), ("sha-2", "object-2")];
    assert_eq!(held, expected.map(|(of, key)| (of.into(), key.into())));
    assert_eq!(blobs::keys_of(&mut tx, &[]).await.unwrap(), []);
}

/// Holders come and go at once. Whoever is told to delete an object is the last to know
/// it, and nobody holds an object that somebody was told to delete.
pub async fn holders_that_come_and_go_at_once_never_lose_the_object(bench: &Bench) {
    let upload = async |n: u32| {
        let mut tx = bench.write().await;
        let mut new = document(n, None);
        new.sha256 = "sha".into();
        let own = format!("object-{n}");
        let key = blobs::hold(&mut tx, "sha", 44, &own, at(0)).await.unwrap();
        documents::insert(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = bench.write().await;
        let held = documents::file(&mut tx, id(n)).await.unwrap().unwrap();
        assert_eq!(held.object_key, key, "the object changed while it was held");
        let deleted = documents::delete(&mut tx, id(n)).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        deleted.released_objects
    };
    let released = join_all((0..24).map(upload)).await;
    let mut released: Vec<_> = released.into_iter().flatten().collect();
    let count = released.len();
    released.sort();
    released.dedup();
    assert_eq!(released.len(), count, "one object was released twice");
    assert!(count > 0);
    assert_eq!(
        bench.database.tables_with_rows().await,
        Vec::<String>::new()
    );
}

use ultudy_store::documents;

use crate::{
    bench::Bench,
    fixtures::{id, store_world},
};

pub async fn deleting_leaves_nothing_of_it(bench: &Bench) {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    let deleted = documents::delete(&mut tx, id(10)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(deleted.released_object.as_deref(), Some("object-10"));
    assert_eq!(deleted.sections, 2);
}

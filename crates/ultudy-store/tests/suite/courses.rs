use ultudy_store::courses;

use crate::{
    bench::Bench,
    fixtures::{course, id},
};

pub async fn what_is_stored_reads_back(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    tx.commit().await.unwrap();

    let found = courses::find(&mut bench.read().await, id(1)).await.unwrap();
    assert_eq!(found, Some(course(1)));
}

use ultudy_store::lessons::{self, LessonOf};

use crate::{
    bench::Bench,
    fixtures::{id, store_world},
};

pub async fn a_lesson_reads_back_with_the_owners_ids(bench: &Bench) {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    let lesson = lessons::find(&mut tx, LessonOf::Section(id(11)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(lesson.concepts[0].id, id(21));
    assert_eq!(lesson.check_ins[0].id, id(22));
}

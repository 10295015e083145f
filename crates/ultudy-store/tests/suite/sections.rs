use ultudy_store::sections;

use crate::{
    bench::Bench,
    fixtures::{at, course, id, lesson, section, store_lesson, store_read_document},
};

pub async fn sections_come_in_order_with_their_texts(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let listed = sections::list(&mut tx, id(10)).await.unwrap();
    let numbers: Vec<_> = listed.iter().map(|s| (s.id, s.section_number)).collect();
    assert_eq!(numbers, [(id(11), 1), (id(12), 2)]);
    assert_eq!(listed[0].created_at, at(2));

    let texts = sections::texts(&mut tx, id(10)).await.unwrap();
    assert_eq!(texts[1].markdown, "Text of section 2.");
    assert_eq!(texts[1].section, listed[1]);
    let one = sections::find(&mut tx, id(12)).await.unwrap();
    assert_eq!(one.as_ref(), texts.get(1));
}

pub async fn a_course_gives_its_documents_sections(bench: &Bench) {
    let mut tx = bench.write().await;
    ultudy_store::courses::insert(&mut tx, &course(1))
        .await
        .unwrap();
    store_read_document(&mut tx, 10, Some(id(1))).await;
    store_read_document(&mut tx, 20, Some(id(1))).await;
    store_read_document(&mut tx, 30, None).await;
    let of_course = sections::of_course(&mut tx, id(1)).await.unwrap();
    let mut one_by_one = sections::list(&mut tx, id(10)).await.unwrap();
    one_by_one.extend(sections::list(&mut tx, id(20)).await.unwrap());
    assert_eq!(of_course, one_by_one);
}

pub async fn a_section_comes_with_the_one_after_it(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let listed = sections::list(&mut tx, id(10)).await.unwrap();
    let from_first = sections::with_next(&mut tx, id(11)).await.unwrap();
    assert_eq!(from_first, listed);
    let from_last = sections::with_next(&mut tx, id(12)).await.unwrap();
    assert_eq!(from_last, listed[1..]);
    assert_eq!(sections::with_next(&mut tx, id(99)).await.unwrap(), []);
}

pub async fn a_section_knows_whether_its_lesson_exists(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let lesson = lesson(20, id(10), Some(id(11)), &["Limit"]);
    store_lesson(&mut tx, &lesson).await;
    let listed = sections::list(&mut tx, id(10)).await.unwrap();
    let generated: Vec<_> = listed.iter().map(|s| s.concepts_generated).collect();
    assert_eq!(generated, [true, false]);
}

pub async fn two_sections_cannot_have_one_place(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let twin = [section(13, 1)];
    let refused = sections::insert_all(&mut tx, id(10), &twin, at(2)).await;
    assert!(matches!(
        refused,
        Err(ultudy_store::StoreError::Conflict(_))
    ));
}

use ultudy_domain::course::CourseChange;
use ultudy_store::{Page, StoreError, courses, study_sessions};

use crate::{
    bench::Bench,
    fixtures::{at, course, id, session, store_document},
};

pub async fn what_is_stored_reads_back(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    tx.commit().await.unwrap();

    let found = courses::find(&mut bench.read().await, id(1)).await;
    assert_eq!(found.unwrap(), Some(course(1)));
}

pub async fn the_list_is_in_order_page_by_page(bench: &Bench) {
    let mut tx = bench.write().await;
    for n in [3, 1, 2] {
        courses::insert(&mut tx, &course(n)).await.unwrap();
    }
    let mut page = Page {
        limit: 2,
        after: None,
    };
    let first = courses::list(&mut tx, false, page).await.unwrap();
    assert_eq!(first, [course(1), course(2)]);
    page.after = Some(id(2));
    let second = courses::list(&mut tx, false, page).await.unwrap();
    assert_eq!(second, [course(3)]);
}

pub async fn an_archived_course_is_listed_only_when_asked_for(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let archive = CourseChange {
        archived: Some(true),
        ..CourseChange::default()
    };
    let archived = courses::update(&mut tx, id(1), &archive, at(9)).await;
    let archived = archived.unwrap().unwrap();
    assert!(archived.archived);
    assert_eq!(archived.archived_at, Some(at(9)));
    assert_eq!(courses::list(&mut tx, false, Page::ALL).await.unwrap(), []);
    let all = courses::list(&mut tx, true, Page::ALL).await.unwrap();
    assert_eq!(all, [archived]);

    // Archived again, it keeps the time; brought back, it has none.
    let again = courses::update(&mut tx, id(1), &archive, at(10)).await;
    assert_eq!(again.unwrap().unwrap().archived_at, Some(at(9)));
    let bring_back = CourseChange {
        archived: Some(false),
        ..CourseChange::default()
    };
    let back = courses::update(&mut tx, id(1), &bring_back, at(11)).await;
    assert_eq!(back.unwrap().unwrap().archived_at, None);
}

pub async fn a_change_touches_only_what_it_names(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let change = CourseChange {
        name: Some("Analysis".into()),
        exam_date: Some(None),
        ..CourseChange::default()
    };
    let mut expected = course(1);
    expected.name = "Analysis".into();
    expected.exam_date = None;
    expected.updated_at = at(9);
    let changed = courses::update(&mut tx, id(1), &change, at(9)).await;
    assert_eq!(changed.unwrap(), Some(expected));
    let nobody = courses::update(&mut tx, id(2), &change, at(9)).await;
    assert_eq!(nobody.unwrap(), None);
}

pub async fn a_course_with_a_document_cannot_go(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    store_document(&mut tx, 10, Some(id(1))).await;
    tx.commit().await.unwrap();
    let refused = courses::delete(&mut bench.write().await, id(1)).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

pub async fn a_deleted_course_leaves_its_study_sessions(bench: &Bench) {
    let mut tx = bench.write().await;
    courses::insert(&mut tx, &course(1)).await.unwrap();
    let mut session = session(2, 0);
    session.course_id = Some(id(1));
    study_sessions::insert(&mut tx, &session).await.unwrap();
    assert!(courses::delete(&mut tx, id(1)).await.unwrap());
    assert!(!courses::delete(&mut tx, id(1)).await.unwrap());
    let left = study_sessions::find(&mut tx, id(2)).await.unwrap();
    assert_eq!(left.unwrap().course_id, None);
}

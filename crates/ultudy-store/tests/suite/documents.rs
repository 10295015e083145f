use ultudy_domain::document::{Document, DocumentChange, MaterialType, Sectioning};
use ultudy_store::{
    Page,
    documents::{self, DeletedDocument, DocumentFile, Reading},
    jobs, sections, study_sessions,
};

use crate::{
    bench::Bench,
    fixtures::{
        at, course, document, id, reading, section, store_document, store_read_document,
        store_world,
    },
};

pub async fn a_document_is_invisible_until_it_is_published(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 10, None).await;
    sections::insert_all(&mut tx, id(10), &[section(11, 1)], at(2))
        .await
        .unwrap();
    assert_eq!(documents::find(&mut tx, id(10)).await.unwrap(), None);
    let listed = documents::list(&mut tx, None, Page::ALL).await;
    assert_eq!(listed.unwrap(), []);
    assert_eq!(sections::list(&mut tx, id(10)).await.unwrap(), []);
    assert_eq!(sections::find(&mut tx, id(11)).await.unwrap(), None);
    let change = DocumentChange::default();
    let changed = documents::update(&mut tx, id(10), &change).await;
    assert_eq!(changed.unwrap(), None);

    let published = documents::publish(
        &mut tx,
        id(10),
        &Reading {
            unreadable_pages: &[3, 4],
            recognised_pages: &[1],
            transcribed_pages: &[2, 5],
            language: Some("de"),
            ..reading(12, Sectioning::EqualParts)
        },
    )
    .await;
    assert!(published.unwrap());
    let new = document(10, None);
    let expected = Document {
        id: new.id,
        title: new.title,
        pages: 12,
        uploaded_at: new.uploaded_at,
        material_type: None,
        chapter: new.chapter,
        user_tags: vec![],
        course_id: None,
        sectioning: Sectioning::EqualParts,
        language: Some("de".into()),
        unreadable_pages: vec![3, 4],
        recognised_pages: vec![1],
        transcribed_pages: vec![2, 5],
    };
    let found = documents::find(&mut tx, id(10)).await.unwrap();
    assert_eq!(found, Some(expected));
    assert_eq!(sections::list(&mut tx, id(10)).await.unwrap().len(), 1);
}

pub async fn publishing_what_is_gone_says_so(bench: &Bench) {
    let mut tx = bench.write().await;
    let published = documents::publish(&mut tx, id(10), &reading(12, Sectioning::Outline)).await;
    assert!(!published.unwrap());
}

pub async fn the_list_is_by_course_in_order_page_by_page(bench: &Bench) {
    let mut tx = bench.write().await;
    ultudy_store::courses::insert(&mut tx, &course(1))
        .await
        .unwrap();
    for (n, course_id) in [(30, Some(id(1))), (20, None), (10, Some(id(1)))] {
        store_read_document(&mut tx, n, course_id).await;
    }
    let mut list = async |course_id, limit, after| {
        let page = Page { limit, after };
        let listed = documents::list(&mut tx, course_id, page).await.unwrap();
        listed.into_iter().map(|d| d.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None, 9, None).await, [10, 20, 30].map(id));
    assert_eq!(list(Some(id(1)), 9, None).await, [10, 30].map(id));
    assert_eq!(list(None, 1, Some(id(10))).await, [id(20)]);
    let ids = documents::ids_of_course(&mut tx, id(1)).await.unwrap();
    assert_eq!(ids, [10, 30].map(id));
}

pub async fn a_change_touches_only_what_it_names(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let before = documents::find(&mut tx, id(10)).await.unwrap().unwrap();
    let change = DocumentChange {
        title: Some("Neu: „Grenzwerte“ \\ 'x'".into()),
        material_type: Some(Some(MaterialType::Exam)),
        chapter: Some(None),
        user_tags: Some(vec!["a".into(), "b \"c\"".into()]),
        course_id: None,
    };
    let expected = Document {
        title: "Neu: „Grenzwerte“ \\ 'x'".into(),
        material_type: Some(MaterialType::Exam),
        chapter: None,
        user_tags: vec!["a".into(), "b \"c\"".into()],
        ..before
    };
    let changed = documents::update(&mut tx, id(10), &change).await;
    assert_eq!(changed.unwrap().as_ref(), Some(&expected));
    let nothing = DocumentChange::default();
    let same = documents::update(&mut tx, id(10), &nothing).await;
    assert_eq!(same.unwrap(), Some(expected));
}

pub async fn the_file_is_found_before_and_after_publishing(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 10, None).await;
    let expected = DocumentFile {
        sha256: "sha-10".into(),
        object_key: "object-10".into(),
        size: 44,
        file_name: "chapter one.pdf".into(),
    };
    let file = documents::file(&mut tx, id(10)).await.unwrap();
    assert_eq!(file, Some(expected));
}

/// Every table is looked at, also those that later migrations add.
pub async fn deleting_leaves_nothing_of_it(bench: &Bench) {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    tx.commit().await.unwrap();
    let all = [
        "answers",
        "blobs",
        "check_ins",
        "chunk_terms",
        "chunk_vectors",
        "chunks",
        "concepts",
        "courses",
        "document_embeddings",
        "document_index",
        "documents",
        "figures",
        "generations",
        "glossaries",
        "jobs",
        "lessons",
        "llm_calls",
        "llm_usage",
        "sections",
        "study_sessions",
    ];
    assert_eq!(bench.database.tables_with_rows().await, all);

    let mut tx = bench.write().await;
    let deleted = documents::delete(&mut tx, id(10)).await.unwrap();
    tx.commit().await.unwrap();

    let expected = DeletedDocument {
        sections: 2,
        lessons: 1,
        concepts: 1,
        check_ins: 1,
        released_objects: vec!["object-10-1".into(), "object-10".into()],
    };
    assert_eq!(deleted, Some(expected));
    // What a generator made is nobody's, what it cost stays spent; the rest is not the document's.
    let left = [
        "courses",
        "generations",
        "jobs",
        "llm_calls",
        "llm_usage",
        "study_sessions",
    ];
    assert_eq!(bench.database.tables_with_rows().await, left);
    let mut tx = bench.read().await;
    let session = study_sessions::find(&mut tx, id(31)).await.unwrap();
    assert_eq!(session.unwrap().document_id, None);
    assert!(jobs::find(&mut tx, id(32)).await.unwrap().is_some());
}

pub async fn deleting_twice_says_so(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 10, None).await;
    let first = documents::delete(&mut tx, id(10)).await.unwrap();
    assert!(first.is_some());
    assert_eq!(documents::delete(&mut tx, id(10)).await.unwrap(), None);
}

use ultudy_domain::{
    check_in::Question, course::CourseChange, document::DocumentChange, mastery::Mastery,
};
use ultudy_store::{
    Page, StoreError, TenantTx,
    answers::{self, Answer},
    check_ins::{self, QuestionRef},
    concepts, courses, documents, figures, glossaries,
    jobs::{self, JobFilter},
    lessons::{self, LessonOf},
    practice, sections, study_sessions,
};

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, content, course, document, failure, id, lesson, question, store_world},
};

/// Bob knows all of Alice's ids, and has a world of his own.
async fn alices_and_bobs_worlds(bench: &Bench) -> TenantTx {
    let mut tx = bench.write().await;
    store_world(&mut tx, 0).await;
    tx.commit().await.unwrap();
    let mut tx = bench.bob().await;
    store_world(&mut tx, 100).await;
    tx
}

pub async fn nothing_of_anothers_can_be_read(bench: &Bench) {
    let mut tx = alices_and_bobs_worlds(bench).await;
    let tx = &mut tx;
    assert_eq!(courses::find(tx, id(1)).await.unwrap(), None);
    assert_eq!(documents::find(tx, id(10)).await.unwrap(), None);
    assert_eq!(documents::file(tx, id(10)).await.unwrap(), None);
    let of_course = documents::ids_of_course(tx, id(1)).await.unwrap();
    assert!(of_course.is_empty());
    assert_eq!(documents::lesson_variant(tx, id(10)).await.unwrap(), 0);
    assert_eq!(figures::file(tx, id(10), 1).await.unwrap(), None);
    assert_eq!(figures::sizes(tx, id(10)).await.unwrap(), []);
    assert_eq!(glossaries::find(tx, id(10), 1).await.unwrap(), None);
    assert_eq!(sections::list(tx, id(10)).await.unwrap(), []);
    assert_eq!(sections::texts(tx, id(10)).await.unwrap(), []);
    assert_eq!(sections::find(tx, id(11)).await.unwrap(), None);
    for of in [LessonOf::Section(id(11)), LessonOf::Document(id(10))] {
        assert_eq!(lessons::find(tx, of).await.unwrap(), None);
    }
    assert_eq!(concepts::find(tx, id(21)).await.unwrap(), None);
    assert_eq!(concepts::lock(tx, id(21)).await.unwrap(), None);
    assert_eq!(concepts::names(tx, id(10)).await.unwrap(), []);
    assert_eq!(check_ins::find(tx, id(22)).await.unwrap(), None);
    let by = QuestionRef {
        concept_id: Some(id(21)),
        question: question("What is Limit?").question,
        ..QuestionRef::default()
    };
    assert_eq!(check_ins::search(tx, &by).await.unwrap(), []);
    let scope = practice::Scope::default();
    let asked = practice::questions(tx, &scope, 9).await.unwrap();
    assert!(asked.iter().all(|one| one.concept.id == id(121)));
    assert!(
        practice::unlearnt(tx, &scope, 9)
            .await
            .unwrap()
            .iter()
            .all(|s| *s == id(112))
    );
    assert_eq!(study_sessions::find(tx, id(31)).await.unwrap(), None);
    assert_eq!(jobs::find(tx, id(32)).await.unwrap(), None);
}

pub async fn lists_and_sums_hold_only_the_owners(bench: &Bench) {
    let mut tx = alices_and_bobs_worlds(bench).await;
    let tx = &mut tx;
    let courses = courses::list(tx, true, Page::ALL).await.unwrap();
    assert_eq!(courses, [course(101)]);
    let documents = documents::list(tx, None, Page::ALL).await.unwrap();
    assert_eq!(
        documents.iter().map(|d| d.id).collect::<Vec<_>>(),
        [id(110)]
    );
    let concepts = concepts::list(tx, None, None).await.unwrap();
    assert_eq!(concepts.iter().map(|c| c.id).collect::<Vec<_>>(), [id(121)]);
    let by = QuestionRef {
        concept_name: "Limit".into(),
        question: "What is Limit?".into(),
        ..QuestionRef::default()
    };
    let questions = check_ins::search(tx, &by).await.unwrap();
    assert_eq!(
        questions.iter().map(Question::id).collect::<Vec<_>>(),
        [id(122)]
    );
    let sessions = study_sessions::latest(tx, 9).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(study_sessions::stats(tx).await.unwrap().total_sessions, 1);
    let listed = jobs::list(tx, &JobFilter::default(), Page::ALL)
        .await
        .unwrap();
    let many = jobs::find_many(tx, &[id(32), id(132)]).await.unwrap();
    let in_flight = jobs::in_flight(tx, "upload").await.unwrap().unwrap();
    assert_eq!((listed.len(), many.len()), (1, 1));
    assert!(listed == many && many[0] == in_flight && in_flight.id == id(132));
}

pub async fn nothing_of_anothers_can_be_changed(bench: &Bench) {
    let mut tx = alices_and_bobs_worlds(bench).await;
    let tx = &mut tx;
    let change = CourseChange::default();
    assert_eq!(
        courses::update(tx, id(1), &change, at(9)).await.unwrap(),
        None
    );
    assert!(!courses::delete(tx, id(1)).await.unwrap());
    let change = DocumentChange::default();
    assert_eq!(documents::update(tx, id(10), &change).await.unwrap(), None);
    assert_eq!(documents::delete(tx, id(10)).await.unwrap(), None);
    assert!(!lessons::delete(tx, id(20)).await.unwrap());
    concepts::set_mastery(tx, id(21), &Mastery::NEW.after(true), at(9))
        .await
        .unwrap();
    assert!(!study_sessions::track(tx, id(31), true).await.unwrap());
    assert_eq!(
        study_sessions::complete(tx, id(31), 1, at(9))
            .await
            .unwrap(),
        None
    );
    assert_eq!(jobs::cancel(tx, id(32), at(9)).await.unwrap(), None);
    assert_eq!(
        jobs::cancel_of_document(tx, id(10), at(9)).await.unwrap(),
        []
    );
    let started = jobs::start(tx, id(32), id(900), "worker", at(9)).await;
    assert_eq!(started.unwrap(), jobs::Start::NotDue);
    let why = failure("busy");
    assert_eq!(
        jobs::fail(tx, id(32), id(900), &why, at(9)).await.unwrap(),
        None
    );
    assert_eq!(jobs::requeue(tx, id(32), at(9)).await.unwrap(), None);

    // All of Alice's is as it was.
    let mut tx = bench.read().await;
    let concept = concepts::find(&mut tx, id(21)).await.unwrap().unwrap();
    assert_eq!(concept.mastery, Mastery::NEW);
    assert!(
        lessons::find(&mut tx, LessonOf::Section(id(11)))
            .await
            .unwrap()
            .is_some()
    );
}

/// Also where a use case forgets to check that an id is its owner's.
pub async fn no_row_can_refer_to_anothers(bench: &Bench) {
    let refused = |result: ultudy_store::Result<()>| {
        assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
    };
    alices_and_bobs_worlds(bench).await.commit().await.unwrap();
    let mut stray = document(150, Some(id(1)));
    stray.sha256 = "sha-110".into();
    refused(documents::insert(&mut bench.bob().await, &stray).await);
    let sections = [crate::fixtures::section(150, 9)];
    refused(sections::insert_all(&mut bench.bob().await, id(10), &sections, at(9)).await);
    let mut new = lesson(150, id(10), Some(id(11)), &["Limit"]);
    new.generation_key = "key-20".into();
    let texts = content(&["Limit"]);
    refused(lessons::insert(&mut bench.bob().await, &new, &texts, at(9)).await);
    let answer = Answer {
        id: id(150),
        check_in_id: id(22),
        concept_id: id(21),
        answer: "A".into(),
        correct: true,
        score: 100,
        answered_at: at(9),
    };
    refused(answers::insert(&mut bench.bob().await, &answer).await);
    let mut session = crate::fixtures::session(150, 9);
    session.document_id = Some(id(10));
    refused(study_sessions::insert(&mut bench.bob().await, &session).await);
}

pub async fn any_text_can_be_an_owner_but_nothing_and_nul(bench: &Bench) {
    let long = "x".repeat(100_000);
    let owners = [
        "auth0|5f7c",
        "o'brien",
        "'; DROP TABLE courses; --",
        r"back\slash\'",
        "\\",
        "'",
        "$1",
        "日本 🦀",
        "new\nline",
        " ",
        &long,
    ];
    for (n, owner) in (1..).zip(owners) {
        let mut tx = bench.store.write(owner).await.unwrap();
        assert_eq!(tx.owner_id(), owner);
        courses::insert(&mut tx, &course(n)).await.unwrap();
        tx.commit().await.unwrap();
    }
    for (n, owner) in (1..).zip(owners) {
        let mut tx = bench.store.read(owner).await.unwrap();
        let seen = courses::list(&mut tx, true, Page::ALL).await.unwrap();
        assert_eq!(
            seen,
            [course(n)],
            "{owner:?} sees other rows than their own"
        );
    }
    for nobody in ["", "a\0b", "\0"] {
        let refused = bench.store.write(nobody).await;
        assert!(matches!(refused, Err(StoreError::Owner(_))), "{nobody:?}");
    }
    assert!(bench.store.read(ALICE).await.is_ok());
}

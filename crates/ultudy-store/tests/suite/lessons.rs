use ultudy_domain::{
    check_in::{Question, TextCheckIn, TextCheckInContent},
    mastery::Mastery,
};
use ultudy_store::{
    StoreError, TenantTx,
    check_ins::{self, QuestionRef},
    concepts, documents,
    generations::{self, NewGeneration},
    jobs::{self, NewJob},
    lessons::{self, Asked, LessonOf, Source},
    sections,
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{at, content, id, job, lesson, store_lesson, store_read_document},
};

const OF_SECTION: fn() -> LessonOf = || LessonOf::Section(id(11));

pub async fn a_lesson_has_the_generations_texts_under_the_owners_ids(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(
        &mut tx,
        &lesson(30, id(10), Some(id(12)), &["Limit", "Series"]),
    )
    .await;
    // The same generation for another section, where one of its names is taken.
    let mut new = lesson(20, id(10), Some(id(11)), &["Limits", "Series (2)"]);
    new.generation_key = "key-30".into();
    lessons::insert(&mut tx, &new, &content(&["Limit", "Series"]), at(5))
        .await
        .unwrap();

    let found = lessons::find(&mut tx, OF_SECTION()).await.unwrap().unwrap();
    let generated = content(&["Limit", "Series"]);
    assert_eq!((found.id, found.created_at), (id(20), at(5)));
    assert_eq!(found.topic, generated.topic);
    assert_eq!(found.examples, generated.examples);
    assert_eq!(found.chapter.as_deref(), Some("One"));
    let names: Vec<_> = found.concepts.iter().map(|c| (c.id, &*c.name)).collect();
    assert_eq!(names, [(id(21), "Limits"), (id(23), "Series (2)")]);
    assert_eq!(found.concepts[1].explanation, "What Series is.");
    let questions: Vec<_> = found
        .check_ins
        .iter()
        .map(|c| (c.id, c.concept_id))
        .collect();
    assert_eq!(questions, [(id(22), id(21)), (id(24), id(23))]);
    assert_eq!(found.concepts[0].check_ins[0], found.check_ins[0]);
}

pub async fn a_lesson_is_known_by_its_id_and_its_concepts_by_their_states(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let whole = LessonOf::Document(id(10));
    assert_eq!(lessons::id(&mut tx, OF_SECTION()).await.unwrap(), None);
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    assert_eq!(
        lessons::id(&mut tx, OF_SECTION()).await.unwrap(),
        Some(id(20))
    );
    assert_eq!(lessons::id(&mut tx, whole).await.unwrap(), None);
    store_lesson(&mut tx, &lesson(30, id(10), None, &["Overview"])).await;
    assert_eq!(lessons::id(&mut tx, whole).await.unwrap(), Some(id(30)));

    let mastery = Mastery::NEW.after(true);
    concepts::set_mastery(&mut tx, id(21), &mastery, at(6))
        .await
        .unwrap();
    let states = concepts::states(&mut tx, id(20)).await.unwrap();
    assert_eq!(states, [(id(21), mastery.state)]);
}

pub async fn of_a_lesson_that_is_asked_for_one_statement_tells_what_is_there(bench: &Bench) {
    let mut tx = bench.write().await;
    for document in [10, 20] {
        store_read_document(&mut tx, document, None).await;
    }
    let key = || "a key".to_owned();
    let of_nothing = lessons::read_asked(id(99), None, key());
    assert_eq!(of_nothing.run(&mut tx).await.unwrap(), None);
    // Another document's section.
    for (section, named) in [
        (None, None),
        (Some(id(21)), None),
        (Some(id(11)), Some(id(11))),
    ] {
        let source = source(&mut tx, section).await;
        let name = match named {
            Some(id) => sections::find(&mut tx, id).await.unwrap(),
            None => None,
        };
        assert_eq!(source.section_name, name.map(|text| text.section.name));
        assert_eq!(source.chapter.as_deref(), Some("One"));
        assert_eq!((source.latest_job, source.job_in_flight), (None, None));
    }
    for n in [1, 2] {
        let new = NewJob {
            document_id: id(10),
            ..job(n, "a key")
        };
        jobs::enqueue(&mut tx, &new, at(i64::from(n)))
            .await
            .unwrap();
        let found = source(&mut tx, Some(id(11))).await;
        assert_eq!(
            (found.latest_job, found.job_in_flight),
            (Some(id(n)), Some(id(n)))
        );
        jobs::cancel(&mut tx, id(n), at(9)).await.unwrap();
    }
    let found = source(&mut tx, Some(id(11))).await;
    assert_eq!((found.latest_job, found.job_in_flight), (Some(id(2)), None));

    for (n, of) in [(30, OF_SECTION()), (40, LessonOf::Document(id(10)))] {
        let section_id = match of {
            LessonOf::Section(id) => Some(id),
            LessonOf::Document(_) => None,
        };
        store_lesson(
            &mut tx,
            &lesson(n, id(10), section_id, &[&format!("Limit {n}")]),
        )
        .await;
        let kept = lessons::kept(&mut tx, of).await.unwrap().unwrap();
        let found = lessons::read_asked(id(10), section_id, key()).run(&mut tx);
        assert_eq!(found.await.unwrap(), Some(Asked::Lesson(kept)));
    }
    // Whose it is, the lesson says.
    let found = lessons::read_asked(id(20), Some(id(11)), key()).run(&mut tx);
    let Some(Asked::Lesson(kept)) = found.await.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(kept.document_id, id(10));
}

/// Of the lesson on the document or a section of it, which is not there.
async fn source(tx: &mut TenantTx, section_id: Option<Uuid>) -> Source {
    let found = lessons::read_asked(id(10), section_id, "a key".into()).run(tx);
    match found.await.unwrap() {
        Some(Asked::Source(source)) => source,
        other => panic!("{other:?}"),
    }
}

pub async fn a_section_has_one_lesson_and_a_document_one(bench: &Bench) {
    for section_id in [Some(id(11)), None] {
        let mut tx = bench.write().await;
        store_read_document(&mut tx, 10, None).await;
        store_lesson(&mut tx, &lesson(20, id(10), section_id, &["Limit"])).await;
        let mut second = lesson(30, id(10), section_id, &["Series"]);
        second.generation_key = "key-20".into();
        let refused = lessons::insert(&mut tx, &second, &content(&["Series"]), at(5)).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(_))),
            "{refused:?}"
        );
    }
}

pub async fn a_document_has_a_lesson_beside_its_sections(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    let whole = LessonOf::Document(id(10));
    assert_eq!(lessons::find(&mut tx, whole).await.unwrap(), None);
    store_lesson(&mut tx, &lesson(30, id(10), None, &["Overview"])).await;
    let found = lessons::find(&mut tx, whole).await.unwrap().unwrap();
    assert_eq!((found.id, found.section_id), (id(30), None));
    let of_section = lessons::find(&mut tx, OF_SECTION()).await.unwrap();
    assert_eq!(of_section.unwrap().id, id(20));
}

pub async fn asked_for_again_a_concept_keeps_its_id_and_mastery(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    let mastery = Mastery::NEW.after(true);
    concepts::set_mastery(&mut tx, id(21), &mastery, at(6))
        .await
        .unwrap();
    assert!(lessons::delete(&mut tx, id(20)).await.unwrap());
    assert_eq!(lessons::find(&mut tx, OF_SECTION()).await.unwrap(), None);
    assert_eq!(concepts::list(&mut tx, None, None).await.unwrap(), []);

    store_lesson(
        &mut tx,
        &lesson(30, id(10), Some(id(11)), &["Series", "LIMIT"]),
    )
    .await;
    let listed = concepts::list(&mut tx, None, None).await.unwrap();
    let limit = &listed[1];
    assert_eq!((limit.id, &*limit.name), (id(21), "LIMIT"));
    assert_eq!(
        (limit.mastery, limit.last_reviewed_at),
        (mastery, Some(at(6)))
    );
    assert_eq!(limit.concept_number, 2);
}

pub async fn a_name_that_another_lesson_holds_is_a_conflict(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    let mut other = lesson(30, id(10), Some(id(12)), &["limit"]);
    other.generation_key = "key-20".into();
    let refused = lessons::insert(&mut tx, &other, &content(&["limit"]), at(5)).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

pub async fn lessons_stored_at_once_find_names_of_their_own(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    tx.commit().await.unwrap();
    let store = async |n: u32, section: u32| {
        let mut tx = bench.write().await;
        let taken = concepts::names(&mut tx, id(10)).await.unwrap();
        let name = if taken.is_empty() {
            "Limit"
        } else {
            "Limit (2)"
        };
        store_lesson(&mut tx, &lesson(n, id(10), Some(id(section)), &[name])).await;
        tx.commit().await.unwrap();
    };
    tokio::join!(store(20, 11), store(30, 12));
    let names = concepts::names(&mut bench.write().await, id(10)).await;
    let names: Vec<_> = names.unwrap().into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["Limit", "Limit (2)"]);
}

pub async fn deleting_raises_the_variant_of_what_it_taught(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    store_lesson(&mut tx, &lesson(30, id(10), None, &["Overview"])).await;

    assert!(lessons::delete(&mut tx, id(20)).await.unwrap());
    assert!(!lessons::delete(&mut tx, id(20)).await.unwrap());
    let section = sections::find(&mut tx, id(11)).await.unwrap();
    assert_eq!(section.unwrap().lesson_variant, 1);
    let whole = documents::lesson_variant(&mut tx, id(10)).await;
    assert_eq!(whole.unwrap(), 0);

    assert!(lessons::delete(&mut tx, id(30)).await.unwrap());
    let whole = documents::lesson_variant(&mut tx, id(10)).await;
    assert_eq!(whole.unwrap(), 1);
}

pub async fn the_first_generation_of_a_key_stands(bench: &Bench) {
    let mut tx = bench.write().await;
    let generation = |name: &str| NewGeneration {
        key: "key".into(),
        content: content(&[name]),
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    assert_eq!(generations::find(&mut tx, "key").await.unwrap(), None);
    for name in ["First", "Second"] {
        let stands = generations::insert(&mut tx, &generation(name), at(1)).await;
        assert_eq!(stands.unwrap(), content(&["First"]));
    }
    // Nobody's: Bob's key is the same.
    tx.commit().await.unwrap();
    let found = generations::find(&mut bench.bob().await, "key").await;
    assert_eq!(found.unwrap(), Some(content(&["First"])));
}

pub async fn questions_in_own_words_stand_apart_and_are_found(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    let mut new = lesson(20, id(10), Some(id(11)), &["Limit"]);
    let content = TextCheckInContent {
        question: "What is a limit?".into(),
        expected_answer: "What a sequence comes close to.".into(),
        key_points: vec!["close".into()],
        pages: [1, 1],
    };
    new.concepts[0].text_check_ins = vec![(id(29), content.clone())];
    store_lesson(&mut tx, &new).await;
    let expected = TextCheckIn {
        id: id(29),
        concept_id: id(21),
        content,
    };
    let of = LessonOf::Section(id(11));
    let found = lessons::find(&mut tx, of).await.unwrap().unwrap();
    assert_eq!(found.check_ins.len(), 1);
    let all = std::slice::from_ref(&expected);
    assert_eq!(found.text_check_ins, all);
    assert_eq!(found.concepts[0].text_check_ins, all);
    let by = QuestionRef {
        concept_name: "limit".into(),
        question: "what is a LIMIT?".into(),
        ..QuestionRef::default()
    };
    let asked = check_ins::search(&mut tx, &by).await.unwrap();
    assert_eq!(asked, [Question::Text(expected)]);
}

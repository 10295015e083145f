use ultudy_domain::{
    check_in::{CheckIn, Question},
    mastery::Mastery,
};
use ultudy_store::{
    TenantTx, check_ins,
    check_ins::QuestionRef,
    concepts::{self, ConceptName},
    lessons,
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{at, course, id, lesson, question, store_lesson, store_read_document},
};

fn by_name(concept: &str, question: &str) -> QuestionRef {
    QuestionRef {
        concept_name: concept.into(),
        question: question.into(),
        ..QuestionRef::default()
    }
}

async fn ids(tx: &mut TenantTx, by: &QuestionRef) -> Vec<Uuid> {
    let found = check_ins::search(tx, by).await.unwrap();
    found.into_iter().map(|found| found.id()).collect()
}

pub async fn a_question_is_found_by_what_it_says(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Größe"])).await;
    let expected = Question::Choice(CheckIn {
        id: id(22),
        concept_id: id(21),
        content: question("What is Größe?"),
    });
    let found = check_ins::find(&mut tx, id(22)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&expected));
    let by = by_name("GRÖßE", "  what IS\n größe? ");
    assert_eq!(check_ins::search(&mut tx, &by).await.unwrap(), [expected]);
    assert!(
        ids(&mut tx, &by_name("Größe", "What else?"))
            .await
            .is_empty()
    );
    assert!(
        ids(&mut tx, &by_name("Other", "What is Größe?"))
            .await
            .is_empty()
    );
}

pub async fn ids_narrow_the_search_and_beat_the_name(bench: &Bench) {
    let mut tx = bench.write().await;
    ultudy_store::courses::insert(&mut tx, &course(1))
        .await
        .unwrap();
    store_read_document(&mut tx, 10, Some(id(1))).await;
    store_read_document(&mut tx, 30, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    store_lesson(&mut tx, &lesson(40, id(30), Some(id(31)), &["Limit"])).await;
    let by = by_name("Limit", "What is Limit?");
    assert_eq!(ids(&mut tx, &by).await, [id(42), id(22)]);
    let of_document = QuestionRef {
        document_id: Some(id(10)),
        ..by.clone()
    };
    assert_eq!(ids(&mut tx, &of_document).await, [id(22)]);
    let of_course = QuestionRef {
        course_id: Some(id(1)),
        ..by.clone()
    };
    // Only first: the document may have been moved since its lesson was read.
    assert_eq!(ids(&mut tx, &of_course).await, [id(22), id(42)]);
    let of_concept = QuestionRef {
        concept_id: Some(id(41)),
        concept_name: "renamed since".into(),
        ..by
    };
    assert_eq!(ids(&mut tx, &of_concept).await, [id(42)]);
}

pub async fn questions_of_earlier_lessons_stay_after_those_of_now(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    lessons::delete(&mut tx, id(20)).await.unwrap();
    let by = by_name("Limit", "What is Limit?");
    assert_eq!(ids(&mut tx, &by).await, [id(22)]);
    // Older by its id, and yet first: it is what the student sees now.
    let mut again = lesson(15, id(10), Some(id(11)), &["Limit"]);
    again.concepts[0].check_ins[0].0 = id(19);
    store_lesson(&mut tx, &again).await;
    assert_eq!(ids(&mut tx, &by).await, [id(19), id(22)]);
}

pub async fn concepts_come_in_order_and_keep_their_mastery(bench: &Bench) {
    let mut tx = bench.write().await;
    ultudy_store::courses::insert(&mut tx, &course(1))
        .await
        .unwrap();
    store_read_document(&mut tx, 10, Some(id(1))).await;
    store_read_document(&mut tx, 30, None).await;
    store_lesson(&mut tx, &lesson(60, id(10), Some(id(12)), &["D"])).await;
    store_lesson(&mut tx, &lesson(70, id(10), Some(id(11)), &["C", "B"])).await;
    store_lesson(&mut tx, &lesson(80, id(30), Some(id(31)), &["A"])).await;
    let mastery = Mastery::NEW.after(true).after(false);
    concepts::set_mastery(&mut tx, id(61), &mastery, at(8))
        .await
        .unwrap();

    let mut names = async |course_id, document_id| {
        let listed = concepts::list(&mut tx, course_id, document_id)
            .await
            .unwrap();
        listed.into_iter().map(|c| c.name).collect::<Vec<_>>()
    };
    assert_eq!(names(None, None).await, ["C", "B", "D", "A"]);
    assert_eq!(names(Some(id(1)), None).await, ["C", "B", "D"]);
    assert_eq!(names(None, Some(id(30))).await, ["A"]);

    let d = concepts::lock(&mut tx, id(61)).await.unwrap();
    assert_eq!(d, concepts::find(&mut tx, id(61)).await.unwrap());
    let d = d.unwrap();
    assert_eq!((d.mastery, d.course_id), (mastery, Some(id(1))));
    let taken = concepts::names(&mut tx, id(30)).await.unwrap();
    let expected = ConceptName {
        id: taken[0].id,
        lesson_id: taken[0].lesson_id,
        name: "A".into(),
        section_id: Some(id(31)),
    };
    assert_eq!(taken, [expected]);
}

/// Two answers at once: the second sees what the first made of the counters.
pub async fn answers_at_the_same_time_count_one_by_one(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    store_lesson(&mut tx, &lesson(20, id(10), Some(id(11)), &["Limit"])).await;
    tx.commit().await.unwrap();
    let answer = async || {
        let mut tx = bench.write().await;
        let concept = concepts::lock(&mut tx, id(21)).await.unwrap().unwrap();
        let mastery = concept.mastery.after(true);
        concepts::set_mastery(&mut tx, id(21), &mastery, at(8))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    futures_util::future::join_all((0..12).map(|_| answer())).await;
    let concept = concepts::find(&mut bench.read().await, id(21))
        .await
        .unwrap();
    assert_eq!(concept.unwrap().mastery.total_attempts, 12);
}

//! Everything that the store does for an owner, done by Bob under ids that Alice has, too.

use ultudy_domain::{
    course::CourseChange,
    document::DocumentChange,
    job::Priority,
    lesson_text::LessonText,
    mastery::Mastery,
    usage::{Budget, MadeFor, Period, Whose},
};
use ultudy_store::{
    Page, Store, TenantTx,
    answers::{self, Answer},
    api_tokens, auth_sessions, budgets, check_ins,
    check_ins::QuestionRef,
    chunks, concepts, courses, documents, embeddings, figures, glossaries,
    imported::{self, Noun},
    jobs::{self, JobFilter, NewJob},
    lessons::{self, LessonOf},
    llm_batches, llm_calls, one_time_links, practice, preferences, search, sections,
    study_sessions, usage, users,
};

use uuid::Uuid;

use crate::fixtures::{
    ALICE, BOB, at, auth_session, content, failure, glossary_entry, id, job, lesson, model_call,
    reading,
};

/// Each in a transaction of its own, which is rolled back.
macro_rules! call {
    ($store:expr, $tx:ident: $($call:expr),* $(,)?) => {$({
        let mut owned = $store.write(BOB).await.unwrap();
        let $tx = &mut owned;
        // Refusals are answers, too; what was answered is heard by the tap.
        drop($call.await);
    })*};
}

pub async fn all(store: &Store) {
    courses_and_documents(store).await;
    studies(store).await;
    runs(store).await;
    accounts(store).await;
}

async fn courses_and_documents(store: &Store) {
    let page = Page {
        limit: 9,
        after: None,
    };
    let within = chunks::Within::default();
    let of_course = chunks::Within {
        course_id: Some(id(1)),
        ..within
    };
    let limits = chunks::Match(vec![vec![chunks::Key::Term("limit".into())]]);
    call! { store, tx:
        courses::find(tx, id(1)),
        courses::is_there(tx, id(1)),
        courses::list(tx, true, page),
        courses::list(tx, false, page),
        courses::update(tx, id(1), &CourseChange::default(), at(9)),
        courses::delete(tx, id(1)),
        documents::publish(tx, id(10), &reading(9, ultudy_domain::document::Sectioning::Outline)),
        documents::find(tx, id(10)),
        documents::is_there(tx, id(10)),
        documents::list(tx, None, page),
        documents::file(tx, id(10)),
        documents::update(tx, id(10), &DocumentChange::default()),
        documents::ids_of_course(tx, id(1)),
        documents::ids(tx),
        documents::lesson_variant(tx, id(10)),
        documents::delete(tx, id(10)),
        figures::sizes(tx, id(10)),
        figures::file(tx, id(10), 1),
        glossaries::find(tx, id(10), 1),
        glossaries::put(tx, id(10), 1, &[glossary_entry("limit")]),
        imported::ids(tx, Noun::Courses),
        imported::ids(tx, Noun::Documents),
        imported::ids(tx, Noun::Sections),
        imported::ids(tx, Noun::Lessons),
        imported::ids(tx, Noun::Concepts),
        imported::ids(tx, Noun::StudySessions),
        imported::concept_names(tx),
        sections::list(tx, id(10)),
        sections::of_course(tx, id(1)),
        sections::find(tx, id(11)),
        sections::with_next(tx, id(11)),
        sections::texts(tx, id(10)),
        chunks::searchable(tx),
        chunks::find_many(tx, &[1, 2]),
        chunks::lock_pending(tx, id(60)),
        embeddings::passages(tx, id(10), 0, 9),
        embeddings::stamp(tx, "model"),
        embeddings::listed(tx, "model"),
        embeddings::codes(tx, &[1, 2, 3, 4]),
        embeddings::vectors(tx, "model", &[1, 2], within),
        embeddings::put(tx, id(10), "another", &[]),
        search::find(tx, "limit sequence", within, 9),
        search::find(tx, "limit", of_course, 9),
        chunks::candidates_of_course(tx, &limits, id(1), (9, 9)),
    }
}

async fn studies(store: &Store) {
    let by = QuestionRef {
        concept_name: "Limit".into(),
        question: "What is Limit?".into(),
        ..QuestionRef::default()
    };
    let scope = practice::Scope::default();
    let all = Budget {
        whose: Whose::User,
        period: Period::Month,
        limit_micros: 9,
    };
    let answer = Answer {
        id: id(30),
        check_in_id: id(22),
        concept_id: id(21),
        answer: "Answer A".into(),
        correct: true,
        score: 100,
        answered_at: at(4),
    };
    call! { store, tx:
        lessons::id(tx, LessonOf::Section(id(11))),
        lessons::read_asked(id(10), Some(id(11)), "key 0".into()).run(tx),
        // Only Alice has a lesson on it, and a job of this key.
        lessons::read_asked(id(10), Some(id(12)), "key 50".into()).run(tx),
        lessons::read_asked(id(10), None, "key 0".into()).run(tx),
        lessons::kept(tx, LessonOf::Section(id(11))),
        lessons::keep(tx, id(20), &LessonText::kept("\"a\":1\n\"b\":2".into()).unwrap()),
        lessons::find(tx, LessonOf::Section(id(11))),
        lessons::find(tx, LessonOf::Document(id(10))),
        lessons::delete(tx, id(20)),
        store_anew(tx),
        lessons::delete(tx, id(70)),
        concepts::find(tx, id(21)),
        concepts::names(tx, id(10)),
        concepts::states(tx, id(20)),
        concepts::list(tx, None, None),
        concepts::lock(tx, id(21)),
        concepts::set_mastery(tx, id(21), &Mastery::NEW.after(true), at(9)),
        check_ins::find(tx, id(22)),
        check_ins::search(tx, &by),
        answers::insert(tx, &answer),
        practice::questions(tx, &scope, 9),
        practice::unlearnt(tx, &scope, 9),
        study_sessions::find(tx, id(31)),
        study_sessions::track(tx, id(31), true),
        study_sessions::complete(tx, id(31), 1, at(9)),
        study_sessions::latest(tx, 9),
        study_sessions::stats(tx),
        llm_calls::insert_all(tx, &[model_call(41, 8, None)], MadeFor::default()),
        llm_calls::write_reused("key-20".into(), at(9)).run(tx),
        llm_batches::body(tx, id(40)),
        llm_batches::drop_gathered(tx, id(40)),
        llm_batches::settle(tx, id(42), Some("an answer")),
        preferences::find(tx),
        usage::by_day(tx, at(0).date_naive()),
        usage::by_course(tx, at(0), 9),
        usage::by_lesson(tx, at(0), 9),
        budgets::standings(tx, &[all], at(9)),
    }
}

/// A lesson that takes over the concept of the one before.
async fn store_anew(tx: &mut TenantTx) -> ultudy_store::Result<()> {
    lessons::delete(tx, id(20)).await?;
    let mut anew = lesson(900, id(10), Some(id(11)), &["Limit"]);
    anew.generation_key = "key-20".into();
    lessons::insert(tx, &anew, &content(&["Limit"]), at(9)).await
}

async fn runs(store: &Store) {
    let why = failure("busy");
    let result = serde_json::Value::Null;
    let lesson_job = NewJob {
        document_id: id(10),
        // Bob has no lesson on it.
        section_id: Some(id(12)),
        ..job(400, "a lesson's key")
    };
    let all = [200, 201, 202, 203, 300, 301, 302, 303].map(id);
    call! { store, tx:
        jobs::enqueue(tx, &job(400, "a new key"), at(9)),
        jobs::enqueue(tx, &job(400, "key 0"), at(9)),
        jobs::write_lesson_job(&lesson_job, at(9)).run(tx),
        jobs::find_many(tx, &all),
        // Only Alice has a job of this key.
        jobs::latest_id(tx, id(1), "key 50"),
        jobs::list(tx, &JobFilter::default(), Page::ALL),
        jobs::cancel_of_document(tx, id(1), at(9)),
    }
    // Alice's, then Bob's own: the id of a job is nobody else's.
    for base in [200, 300] {
        let [waiting, running, failing, cancelled, awaiting] =
            [0, 1, 2, 3, 4].map(|n| id(base + n));
        let write = (&why, true);
        call! { store, tx:
            jobs::read_place(awaiting).run(tx),
            jobs::read_names(awaiting).run(tx),
            jobs::write_completed(awaiting, "awaited", result.clone(), at(9)).run(tx),
            jobs::write_failed(awaiting, "awaited", write, at(9)).run(tx),
            jobs::find(tx, waiting),
            jobs::deliverable(tx, waiting),
            jobs::start(tx, waiting, id(900), "w", at(9)),
            jobs::start(tx, failing, id(900), "w", at(9)),
            jobs::set_progress(tx, running, id(900), 50, "half"),
            jobs::lead_or_follow(tx, running, id(900), "a key"),
            jobs::read_led_by_run(running, id(900)).run(tx),
            jobs::is_patient(tx, running, id(900)),
            jobs::await_batch(tx, running, id(900), "another key"),
            jobs::hurry(tx, id(base + 6), Priority::High, at(9)),
            follow_own(tx, running),
            jobs::complete(tx, running, id(900), &result, at(9)),
            jobs::retry_later(tx, running, id(900), &why, at(9)),
            jobs::fail(tx, running, id(900), &why, at(9)),
            jobs::hand_back(tx, running, id(900), at(9)),
            jobs::put_off_since(tx, running, id(900)),
            jobs::put_off(tx, running, id(900), None, at(9)),
            jobs::end_elsewhere(tx, running, Ok(&result), at(9)),
            jobs::cancel(tx, waiting, at(9)),
            jobs::requeue(tx, cancelled, at(9)),
        }
    }
}

/// Bob's own running job leads, and this one needs the same.
async fn follow_own(tx: &mut TenantTx, follower: Uuid) -> ultudy_store::Result<()> {
    jobs::lead_or_follow(tx, id(301), id(900), "a key").await?;
    jobs::lead_or_follow(tx, follower, id(900), "a key").await?;
    Ok(())
}

async fn accounts(store: &Store) {
    let alices_link = format!("link-{ALICE}");
    call! { store, tx:
        users::find(tx),
        users::set_password(tx, "another hash"),
        auth_sessions::insert(tx, &auth_session(7, 5_000), "another token"),
        auth_sessions::touch(tx, id(1), at(9), at(99)),
        auth_sessions::list(tx, at(9)),
        auth_sessions::delete(tx, id(1)),
        auth_sessions::delete_others(tx, None),
        api_tokens::touch(tx, id(2), at(9)),
        api_tokens::list(tx),
        api_tokens::delete(tx, id(2)),
        api_tokens::delete_all(tx),
        one_time_links::delete_all(tx),
        delete_user(tx),
        one_time_links::put_reset(tx, "another link", at(0), at(1_000)),
        one_time_links::use_up(tx, &alices_link, at(9)),
    }
}

/// All that is to be done for it, in one transaction.
async fn delete_user(tx: &mut TenantTx) -> ultudy_store::Result<()> {
    for document in documents::ids(tx).await? {
        documents::delete(tx, document).await?;
    }
    users::delete(tx).await
}

//! The study loop: a PDF in, sections, a lesson, check-ins, mastery, progress.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    api::{Api, text},
    pdf,
};

#[tokio::test]
async fn a_pdf_becomes_a_lesson_and_answers_become_mastery() {
    studies(&Api::local().await).await;
}

/// The loop, once, from an empty server.
pub async fn studies(api: &Api) {
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;

    let listed = api
        .get(&format!("/api/documents?course_id={course_id}"))
        .await
        .body;
    assert_eq!(listed["documents"][0]["pages"], 3);
    assert_eq!(listed["documents"][0]["title"], "notes");
    let sections = api.sections(&document_id).await;
    let before = api
        .get(&format!("/api/sections/{}", sections[0]))
        .await
        .body;
    assert_eq!(before["concepts_generated"], false);
    assert!(text(&before["markdown"]).contains("mitochondrion"));

    let lesson = api.lesson(&document_id, Some(&sections[0])).await;
    assert_lesson_is_sound(&lesson, 3);
    let after = api
        .get(&format!("/api/sections/{}", sections[0]))
        .await
        .body;
    assert_eq!(after["concepts_generated"], true);

    answer_all_right_twice(api, &lesson).await;
    let overview = api.get("/api/progress/overview").await.body;
    let chapter = &overview["content_mastery"]["by_chapter"]["One"];
    assert_eq!(chapter["percentage"], 100, "{overview}");
    assert_eq!(
        chapter["concepts"].as_array().map(Vec::len),
        lesson["concepts"].as_array().map(Vec::len)
    );
    assert_eq!(
        overview["content_mastery"]["by_course"][&course_id]["course_name"],
        "Biology"
    );
}

/// What DESIGN's lesson shape and the original front end ask of a lesson.
fn assert_lesson_is_sound(lesson: &Value, pages: u64) {
    assert!(!text(&lesson["summary"]).is_empty() && !text(&lesson["topic"]).is_empty());
    let concepts = lesson["concepts"].as_array().expect("concepts");
    assert!(!concepts.is_empty());
    for concept in concepts {
        let [first, last] = [0, 1].map(|end| concept["pages"][end].as_u64().expect("a page"));
        assert!(1 <= first && first <= last && last <= pages, "{concept}");
        let check_ins = concept["check_ins"].as_array().expect("check-ins");
        assert!(!check_ins.is_empty(), "{concept}");
        for check_in in check_ins {
            let options = check_in["options"].as_array().expect("options");
            assert_eq!(options.len(), 4);
            assert_eq!(
                options
                    .iter()
                    .filter(|option| option["correct"] == true)
                    .count(),
                1
            );
            assert!(
                options
                    .iter()
                    .all(|option| !text(&option["explanation"]).is_empty())
            );
        }
    }
    assert_eq!(lesson["checkins"], lesson["check_ins"]);
}

async fn answer_all_right_twice(api: &Api, lesson: &Value) {
    for concept in lesson["concepts"].as_array().expect("concepts") {
        let check_in = &concept["check_ins"][0];
        for _ in 0..2 {
            let answer =
                json!({"check_in_id": check_in["id"], "answer": check_in["expected_answer"]});
            let graded = api.post("/api/check-ins/submit", answer).await;
            assert_eq!(graded.body["correct"], true, "{graded:?}");
        }
    }
}

#[tokio::test]
async fn what_the_browser_says_is_right_counts_for_nothing() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let lesson = api.lesson(&document_id, Some(&section)).await;
    let concept = &lesson["concepts"][0];
    let check_in = &concept["check_ins"][0];
    let options = check_in["options"].as_array().expect("options");
    let wrong = options
        .iter()
        .find(|option| option["correct"] == false)
        .expect("a wrong option");

    let lie = json!({
        "concept_id": concept["id"], "concept_name": concept["name"], "course_id": course_id,
        "document_id": document_id, "question": check_in["question"],
        "user_answer": wrong["text"], "expected_answer": wrong["text"],
        "context": "", "evaluation_mode": "mcq",
        "mcq": {"selected_letter": wrong["letter"], "correct_letter": wrong["letter"],
                "selected_text": wrong["text"], "correct_text": wrong["text"]},
    });
    let graded = api.post("/api/check-ins/submit", lie.clone()).await;
    assert_eq!(graded.status, StatusCode::OK, "{graded:?}");
    assert_eq!(graded.body["correct"], false);
    assert_eq!(graded.body["mastery_update"]["new_state"], "introduced");
    assert!(!text(&graded.body["feedback"]).is_empty());

    let mut unknown = lie;
    unknown["question"] = "What was never asked?".into();
    let refused = api.post("/api/check-ins/submit", unknown).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let overview = api.get("/api/progress/overview").await.body;
    assert_eq!(
        overview["weak_areas"][0]["total_attempts"], 1,
        "nothing moved by the unknown question"
    );
}

#[tokio::test]
async fn a_deleted_lesson_comes_back_as_another_version_and_the_old_one_stays_gradable() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let old = api.lesson(&document_id, Some(&section)).await;
    let concept = &old["concepts"][0];
    let check_in = &concept["check_ins"][0];
    let submit = json!({
        "concept_name": concept["name"], "document_id": document_id, "question": check_in["question"],
        "user_answer": check_in["expected_answer"], "evaluation_mode": "mcq",
    });
    assert_eq!(
        api.post("/api/check-ins/submit", submit.clone()).await.body["correct"],
        true
    );

    let deleted = api
        .delete(&format!("/api/lessons/{}", text(&old["id"])))
        .await;
    assert_eq!(deleted.body["success"], true);
    assert_eq!(
        api.get(&format!("/api/lessons?section_id={section}"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let new = api.lesson(&document_id, Some(&section)).await;
    assert_ne!(new["id"], old["id"]);

    let again = api.post("/api/check-ins/submit", submit).await;
    assert_eq!(again.body["correct"], true, "{again:?}");
    assert_eq!(
        again.body["mastery_update"]["total_attempts"], 2,
        "the concept kept its history"
    );
}

#[tokio::test]
async fn the_whole_document_has_a_lesson_of_its_own() {
    let api = Api::local().await;
    let course_id = api.course("Biology").await;
    let document_id = api.document(pdf::biology(), &course_id).await;
    let section = api.sections(&document_id).await.remove(0);
    let of_section = api.lesson(&document_id, Some(&section)).await;
    let overview = api.lesson(&document_id, None).await;
    assert_lesson_is_sound(&overview, 3);
    assert_eq!(overview["section_id"], Value::Null);
    let names = |lesson: &Value| -> Vec<String> {
        let concepts = lesson["concepts"].as_array().expect("concepts").iter();
        concepts
            .map(|concept| text(&concept["name"]).to_lowercase())
            .collect()
    };
    let taken = names(&of_section);
    assert!(
        names(&overview).iter().all(|name| !taken.contains(name)),
        "names are unique in the document"
    );
}

#[tokio::test]
async fn a_study_session_counts_and_ends_once() {
    let api = Api::local().await;
    let started = api
        .post(
            "/api/study-sessions/start",
            json!({"session_type": "lesson"}),
        )
        .await;
    assert_eq!(started.status, StatusCode::CREATED);
    let path = format!("/api/study-sessions/{}", text(&started.body["session_id"]));
    for correct in [true, false] {
        let tracked = api
            .post(
                &format!("{path}/track-checkin"),
                json!({"correct": correct}),
            )
            .await;
        assert_eq!(tracked.body["success"], true);
    }
    // The original front end sends the content type and no body.
    let complete = || {
        let request = api.request(reqwest::Method::POST, &format!("{path}/complete"));
        crate::api::send(request.header("content-type", "application/json"))
    };
    let ended = complete().await;
    assert_eq!(
        (
            &ended.body["total_check_ins"],
            &ended.body["correct_check_ins"]
        ),
        (&2.into(), &1.into())
    );
    assert_eq!(complete().await.status, StatusCode::CONFLICT);
    let late = api
        .post(&format!("{path}/track-checkin"), json!({"correct": true}))
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let stats = &api.get("/api/progress/overview").await.body["stats"];
    assert_eq!(stats["total_sessions"], 1);
}

#[tokio::test]
async fn the_sample_course_is_there_once_and_stays_away_when_deleted() {
    let mut api = Api::start(&[("SAMPLE_COURSE", "true")], None).await;
    let sample =
        ultudy_testkit::wait::for_some("the sample is read", crate::api::PATIENCE, async || {
            let documents = api.get("/api/documents").await.body;
            documents["documents"]
                .as_array()
                .and_then(|list| list.first().cloned())
        });
    let sample = sample.await.expect("the sample course loads");
    assert!(
        sample["pages"].as_u64().is_some_and(|pages| pages >= 12),
        "{sample}"
    );
    assert_eq!(sample["sectioning"], "outline");
    let sections = api.sections(&text(&sample["id"])).await;
    let lesson = api.lesson(&text(&sample["id"]), Some(&sections[1])).await;
    assert_lesson_is_sound(&lesson, 100);

    let course_id = text(&sample["course_id"]);
    assert_eq!(
        api.delete(&format!("/api/courses/{course_id}")).await.body["success"],
        true
    );
    api.server.restart().await.expect("the server restarts");
    assert_eq!(api.get("/api/courses").await.body["courses"], json!([]));
}

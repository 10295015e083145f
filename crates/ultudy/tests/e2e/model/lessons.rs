use super::*;
use ultudy_testkit::llm::Answer;

#[tokio::test]
async fn a_lesson_comes_from_the_model_and_is_studied_as_any_other() {
    let class = Class::start(1, &[]).await;
    let job_id = class.ask(0).await;
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    let lesson = class.lesson(0).await;
    assert_eq!(lesson["summary"], "Written by the model.");
    let concept = &lesson["concepts"][0];
    assert_eq!(concept["pages"], json!([1, 1]), "{concept}");
    // Graded by the server, and the options are not where the model put them for every question.
    let asked = lesson["check_ins"].as_array().expect("questions");
    let mut places = Vec::new();
    for check_in in asked {
        let options = check_in["options"].as_array().expect("options");
        let right = options.iter().position(|option| option["correct"] == true);
        let right = right.expect("one is right");
        let answer = json!({"check_in_id": check_in["id"], "answer": options[right]["text"]});
        let graded = class.api.post("/api/check-ins/submit", answer).await;
        assert_eq!(graded.body["correct"], true, "{graded:?}");
        places.push(right);
    }
    assert!(places.iter().any(|place| *place != places[0]), "{places:?}");
    // The same again is not asked again.
    assert_eq!(class.llm.counts().made, 1);
    class.assert_key_unsaid();
}

#[tokio::test]
async fn another_version_is_asked_for_anew_and_says_so() {
    let class = Class::start(1, &[]).await;
    class.api.ended(&class.ask(0).await).await;
    let id = text(&class.lesson(0).await["id"]);
    class.api.delete(&format!("/api/lessons/{id}")).await;
    class.api.ended(&class.ask(0).await).await;
    assert_eq!(class.llm.counts().made, 2);
    let asked = class.llm.last().expect("a call").body;
    let material = text(&asked["messages"][1]["content"]);
    let material: Value = serde_json::from_str(&material).expect("JSON");
    assert_eq!(material["variant"], 1, "{material}");
}

/// What a request waits for is made without the model.
#[tokio::test]
async fn practice_and_lessons_on_a_topic_ask_no_model() {
    let class = Class::start(1, &[]).await;
    class.llm.answers(Answer::HeldLesson);
    let scope = json!({"document_id": class.document_id, "n": 5});
    let set = class.api.post("/api/practice/mcq", scope).await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    let topic = json!({"query": "enzyme"});
    let lesson = class.api.post("/api/study/lesson", topic).await;
    assert_eq!(lesson.status, StatusCode::OK, "{lesson:?}");
    assert_eq!(class.llm.counts().made, 0);
}

#[tokio::test]
async fn the_model_writes_in_the_language_that_is_asked_for() {
    let class = Class::start(1, &[]).await;
    let body = json!({
        "document_id": class.document_id, "section_id": class.sections[0], "language": "ES",
    });
    let asked = class.api.post("/api/lessons/generate", body).await;
    let job = class.api.ended(&text(&asked.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    let asked = class.llm.last().expect("a call").body;
    let material: Value =
        serde_json::from_str(&text(&asked["messages"][1]["content"])).expect("JSON");
    assert_eq!(material["language"], "es");
}

//! A second user gets 404 on every id of the first, on every route of the OpenAPI document.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    api::{Api, Shown, send, text},
    pdf,
};

/// Something of the first user's for every kind of id.
struct Owned {
    course: String,
    document: String,
    section: String,
    lesson: Value,
    job: String,
    session: String,
    auth_session: String,
    token: String,
}

const NO_ID: &str = "00000000-0000-7000-8000-000000000000";

async fn owned(api: &Api) -> Owned {
    let course = api.course("Mine").await;
    let document = api.document(pdf::biology(), &course).await;
    let section = api.sections(&document).await.remove(0);
    let lesson = api.lesson(&document, Some(&section)).await;
    let job = text(&api.get("/api/jobs").await.body["jobs"][0]["id"]);
    let started = api
        .post(
            "/api/study-sessions/start",
            json!({"session_type": "lesson"}),
        )
        .await;
    let session = text(&started.body["session_id"]);
    // Without accounts there are neither.
    let sessions = api.get("/api/me/sessions").await.body;
    let token = api.post("/api/me/tokens", json!({"name": "Mine"})).await;
    let id_of = |value: &Value| value["id"].as_str().unwrap_or(NO_ID).to_owned();
    Owned {
        course,
        document,
        section,
        lesson,
        job,
        session,
        auth_session: id_of(&sessions["sessions"][0]),
        token: id_of(&token.body),
    }
}

impl Owned {
    /// The id a path's placeholder stands for.
    fn path(&self, template: &str) -> String {
        let id = match template {
            path if path.starts_with("/api/courses") => &self.course,
            path if path.starts_with("/api/documents") => &self.document,
            path if path.starts_with("/api/sections") => &self.section,
            path if path.starts_with("/api/lessons") => self.lesson["id"].as_str().expect("an id"),
            path if path.starts_with("/api/jobs/resource") => &self.document,
            path if path.starts_with("/api/jobs") => &self.job,
            path if path.starts_with("/api/study-sessions") => &self.session,
            path if path.starts_with("/api/me/sessions") => &self.auth_session,
            path if path.starts_with("/api/me/tokens") => &self.token,
            other => panic!("{other} has an id this test does not know: add it"),
        };
        let path = template.replace("{id}", id);
        path.replace("{type}", "document").replace("{number}", "1")
    }

    /// Bodies that name the first user's things, for routes whose ids are in the body.
    fn bodies(&self) -> Vec<(&'static str, Value)> {
        let concept = &self.lesson["concepts"][0];
        vec![
            (
                "/api/lessons/generate",
                json!({"document_id": self.document}),
            ),
            (
                "/api/lessons/generate",
                json!({"document_id": self.document, "section_id": self.section}),
            ),
            (
                "/api/sections/generate",
                json!({"document_id": self.document}),
            ),
            (
                "/api/study-sessions/start",
                json!({"session_type": "lesson", "document_id": self.document}),
            ),
            (
                "/api/study-sessions/start",
                json!({"session_type": "lesson", "course_id": self.course}),
            ),
            ("/api/practice/mcq", json!({"course_id": self.course})),
            ("/api/practice/mcq", json!({"document_id": self.document})),
            (
                "/api/study/lesson",
                json!({"query": "cell", "course_id": self.course}),
            ),
            (
                "/api/ask",
                json!({"question": "What is a cell?", "course_id": self.course}),
            ),
            (
                "/api/ask",
                json!({"question": "What is a cell?", "document_id": self.document}),
            ),
            (
                "/api/explain",
                json!({"kind": "again", "section_id": self.section}),
            ),
            (
                "/api/explain",
                json!({"kind": "simpler", "concept_id": concept["id"]}),
            ),
            (
                "/api/check-ins/submit",
                json!({"check_in_id": concept["check_ins"][0]["id"], "answer": "A"}),
            ),
        ]
    }
}

fn body_for(template: &str) -> Value {
    match template {
        "/api/documents/{id}/rename" => json!({"title": "Taken"}),
        "/api/study-sessions/{id}/track-checkin" => json!({"correct": true}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn a_second_user_finds_nothing_of_the_first() {
    are_kept_apart(&Api::dev("ada").await).await;
}

#[tokio::test]
async fn a_second_account_finds_nothing_of_the_first() {
    let mut api = Api::accounts("ada").await;
    api.sign_up("eve").await;
    are_kept_apart(&api).await;
    let named = json!({"name": "A program"});
    let made = api.request_as(Some("eve"), Method::POST, "/api/me/tokens");
    let token = text(&send(made.json(&named)).await.body["token"]);
    api.shows("eve", Shown::Token(token));
    are_kept_apart(&api).await;
}

/// Walks every route as somebody else than the API's own user.
pub async fn are_kept_apart(api: &Api) {
    let owned = owned(api).await;
    let before = fingerprint(api, &owned).await;
    let account = api.get("/api/me/tokens").await.body;
    let document = api.get("/api/openapi.json").await.body;
    let mut tried = 0;
    for (template, methods) in document["paths"].as_object().expect("paths") {
        if !template.contains("{id}") {
            continue;
        }
        for method in methods.as_object().expect("methods").keys() {
            let verb = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let request = api.request_as(Some("eve"), verb, &owned.path(template));
            let answer = send(request.json(&body_for(template))).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{method} {template}: {answer:?}"
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 21, "routes with an id");
    for (path, body) in owned.bodies() {
        let answer = send(api.request_as(Some("eve"), Method::POST, path).json(&body)).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path} {body}: {answer:?}"
        );
    }
    for query in [
        format!("/api/sections?document_id={}", owned.document),
        format!("/api/lessons?section_id={}", owned.section),
        format!("/api/lessons?document_id={}", owned.document),
        format!("/api/progress/overview?course_id={}", owned.course),
        format!("/api/progress/overview?document_id={}", owned.document),
        format!("/api/search?q=cell&course_id={}", owned.course),
        format!("/search?q=cell&course_id={}", owned.course),
        format!("/practice?go=1&course_id={}", owned.course),
        format!("/courses/{}", owned.course),
        format!("/documents/{}", owned.document),
        format!("/learn/{}", owned.section),
        format!("/learn/document/{}", owned.document),
    ] {
        let request = api.request_as(Some("eve"), Method::GET, &query);
        assert_eq!(send(request).await.status, StatusCode::NOT_FOUND, "{query}");
    }
    let concept = &owned.lesson["concepts"][0];
    let check_in = &concept["check_ins"][0];
    let by_wording = json!({
        "concept_id": concept["id"], "concept_name": concept["name"], "document_id": owned.document,
        "question": check_in["question"], "user_answer": check_in["expected_answer"],
    });
    let submit = api.request_as(Some("eve"), Method::POST, "/api/check-ins/submit");
    let answer = send(submit.json(&by_wording)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    assert_eq!(
        fingerprint(api, &owned).await,
        before,
        "nothing of the first user's has changed"
    );
    assert_eq!(api.get("/api/me/tokens").await.body, account);
}

#[tokio::test]
async fn lists_and_polls_of_a_second_user_are_empty() {
    let api = Api::dev("ada").await;
    let owned = owned(&api).await;
    let eve = |path: String| send(api.request_as(Some("eve"), Method::GET, &path));
    let of_course = format!("/api/documents?course_id={}", owned.course);
    assert_eq!(eve(of_course).await.body["documents"], json!([]));
    assert_eq!(eve("/api/courses".into()).await.body["courses"], json!([]));
    let hits = eve("/api/search?q=cell".into()).await.body;
    assert_eq!(hits["results"], json!([]));
    let set = api.request_as(Some("eve"), Method::POST, "/api/practice/mcq");
    assert_eq!(send(set.json(&json!({}))).await.body["items"], json!([]));
    assert_eq!(eve("/api/jobs".into()).await.body["jobs"], json!([]));
    let poll = api
        .request_as(Some("eve"), Method::POST, "/api/jobs/poll")
        .json(&json!({"job_ids": [owned.job]}));
    assert_eq!(send(poll).await.body["jobs"], json!([]));
    let overview = eve("/api/progress/overview".into()).await.body;
    assert_eq!(overview["content_mastery"]["total_concepts"], 0);
    let upload = reqwest::multipart::Form::new()
        .part(
            "file",
            reqwest::multipart::Part::bytes(pdf::biology()).file_name("a.pdf"),
        )
        .text("course_id", owned.course);
    let request = api.request_as(Some("eve"), Method::POST, "/api/upload/pdf-structured");
    assert_eq!(
        send(request.multipart(upload)).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn nobody_is_asked_who_they_are() {
    let api = Api::dev("ada").await;
    let answer = send(api.request_as(None, Method::GET, "/api/courses")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        send(api.request_as(None, Method::GET, "/health"))
            .await
            .status,
        StatusCode::OK
    );
    for name in ["", "  ", &"x".repeat(300)] {
        let answer = send(api.request_as(Some(name), Method::GET, "/api/courses")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name:?}");
    }
}

async fn fingerprint(api: &Api, owned: &Owned) -> Vec<Value> {
    let paths = [
        format!("/api/courses/{}", owned.course),
        format!("/api/documents/{}", owned.document),
        format!("/api/lessons?section_id={}", owned.section),
        format!("/api/jobs/{}", owned.job),
        "/api/progress/overview".to_owned(),
    ];
    let mut found = Vec::new();
    for path in paths {
        let answer = api.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        found.push(answer.body);
    }
    found
}

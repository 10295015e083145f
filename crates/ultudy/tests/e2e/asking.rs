//! Questions about one's own material, without a model; and what is asked wrongly.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use ultudy_testkit::browser::Browser;

use crate::{
    api::{Api, text},
    browser::Student,
    pdf,
};

/// The events of an answer, as they come.
pub struct Events {
    response: Response,
    rest: String,
}

impl Events {
    pub async fn of(api: &Api, path: &str, body: Value) -> Self {
        let response = api.request(Method::POST, path).json(&body).send().await;
        let response = response.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{response:?}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        Self {
            response,
            rest: String::new(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The next event's name and data; none when there are no more.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let event = event.to_owned();
                self.rest = rest.to_owned();
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let Some(name) = line("event: ") {
                    let data = line("data: ").expect("data");
                    return Some((name.to_owned(), serde_json::from_str(data).expect("JSON")));
                }
                continue;
            }
            let bytes = self.response.chunk().await.expect("it arrives")?;
            self.rest
                .push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    /// The next one's data, which is called so.
    pub async fn named(&mut self, wanted: &str) -> Value {
        let (name, data) = self.next().await.expect("an event");
        assert_eq!(name, wanted, "{data}");
        data
    }

    /// What was told in between, and the whole answer.
    pub async fn done(mut self) -> (String, Value) {
        let mut told = String::new();
        loop {
            let (name, data) = self.next().await.expect("it ends with the answer");
            match name.as_str() {
                "text" => told.push_str(data["text"].as_str().expect("text")),
                "restart" => told.clear(),
                "done" => {
                    assert!(self.next().await.is_none(), "nothing follows");
                    return (told, data);
                }
                "sources" => {}
                other => panic!("{other}: {data}"),
            }
        }
    }
}

async fn with_biology() -> (Api, String, String) {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    (api, course, document)
}

#[tokio::test]
async fn without_a_model_the_closest_sentences_are_quoted_with_their_pages() {
    let (api, course, document) = with_biology().await;
    for of in [
        json!({"course_id": course}),
        json!({"document_id": document}),
    ] {
        let mut body = of.clone();
        body["question"] = json!("What does an enzyme do?");
        let mut events = Events::of(&api, "/api/ask", body).await;
        assert_eq!(events.header("x-accel-buffering"), Some("no"));
        let sources = events.named("sources").await;
        let source = &sources["sources"][0];
        assert_eq!(source["document_id"], json!(document), "{sources}");
        let (told, done) = events.done().await;
        assert_eq!(done["by"], "quotations", "{done}");
        assert_eq!(done["grounded"], true, "{done}");
        assert!(told.contains("without a language model"), "{told}");
        assert!(told.to_lowercase().contains("enzyme"), "{told}");
        let href = format!("href=\"/read/{}#page-", text(&source["section_id"]));
        assert!(text(&done["html"]).contains(&href), "{done}");
    }
}

#[tokio::test]
async fn what_the_material_does_not_say_is_said() {
    let (api, _, document) = with_biology().await;
    let body = json!({"document_id": document, "question": "Quaternions? Zirconium!"});
    let mut events = Events::of(&api, "/api/ask", body).await;
    assert_eq!(events.named("sources").await["sources"], json!([]));
    let (told, done) = events.done().await;
    assert_eq!(told, "Your material says nothing about this.");
    assert_eq!(
        (&done["by"], &done["grounded"]),
        (&json!("nothing"), &json!(false))
    );
}

#[tokio::test]
async fn a_concept_and_a_section_are_explained_once_more_from_their_own_pages() {
    let (api, _, document) = with_biology().await;
    let section = api.sections(&document).await.remove(0);
    // Before there is a lesson, too.
    for kind in ["again", "simpler", "example"] {
        let body = json!({"section_id": section, "kind": kind});
        let (_, done) = Events::of(&api, "/api/explain", body).await.done().await;
        assert_eq!(done["by"], "quotations", "{done}");
    }
    let lesson = api.lesson(&document, Some(&section)).await;
    let concept = &lesson["concepts"][0];
    let body = json!({"concept_id": concept["id"]});
    let mut events = Events::of(&api, "/api/explain", body).await;
    let sources = events.named("sources").await;
    let source = &sources["sources"][0];
    assert_eq!(source["section_id"], json!(section), "{sources}");
    let pages = [source["page_start"].as_i64(), source["page_end"].as_i64()];
    assert!(pages[0] <= concept["pages"][1].as_i64(), "{sources}");
    assert!(pages[1] >= concept["pages"][0].as_i64(), "{sources}");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_so_by_its_field() {
    let (api, course, _) = with_biology().await;
    let unknown = "00000000-0000-7000-8000-000000000000";
    let long = "x".repeat(2_001);
    for (path, body, status, field) in [
        ("/api/ask", json!({"course_id": course}), 400, "question"),
        (
            "/api/ask",
            json!({"course_id": course, "question": " "}),
            400,
            "question",
        ),
        (
            "/api/ask",
            json!({"course_id": course, "question": long}),
            400,
            "question",
        ),
        ("/api/ask", json!({"question": "Why?"}), 400, "document_id"),
        (
            "/api/ask",
            json!({"question": "Why?", "course_id": "x"}),
            400,
            "course_id",
        ),
        (
            "/api/ask",
            json!({"question": "Why?", "course_id": unknown}),
            404,
            "",
        ),
        (
            "/api/ask",
            json!({"question": "Why?", "document_id": unknown}),
            404,
            "",
        ),
        ("/api/explain", json!({}), 400, "concept_id"),
        (
            "/api/explain",
            json!({"kind": "louder", "section_id": unknown}),
            400,
            "kind",
        ),
        ("/api/explain", json!({"section_id": unknown}), 404, ""),
        ("/api/explain", json!({"concept_id": unknown}), 404, ""),
    ] {
        let refused = api.post(path, body.clone()).await;
        assert_eq!(refused.status.as_u16(), status, "{body}: {refused:?}");
        if !field.is_empty() {
            assert_eq!(refused.body["errors"][0]["field"], field, "{body}");
        }
    }
}

#[tokio::test]
async fn questions_are_limited_as_other_costs_are() {
    let api = Api::start(&[("QUESTIONS_PER_MINUTE", "1")], None).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    let nothing = json!({"course_id": course, "question": "Quaternions?"});
    let body = json!({"course_id": course, "question": "What is a cell?"});
    // What costs nothing is not counted.
    Events::of(&api, "/api/ask", nothing).await.done().await;
    Events::of(&api, "/api/ask", body.clone())
        .await
        .done()
        .await;
    let refused = api.post("/api/ask", body).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{refused:?}");
    assert!(
        text(&refused.body["error"]).contains("1 questions"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_student_asks_where_they_read_and_where_they_learn() {
    let student = Student {
        browser: Browser::start().await.expect("a browser"),
        api: Api::local().await,
    };
    let course = student.api.course("Biology").await;
    let document = student.api.document(pdf::biology(), &course).await;
    let section = student.api.sections(&document).await.remove(0);
    student.api.lesson(&document, Some(&section)).await;

    student.open(&format!("/read/{section}")).await;
    let field = student.sees("#ask-question").await;
    field
        .send_keys("What does an enzyme do?")
        .await
        .expect("typing");
    student
        .sees("[aria-labelledby=ask-title] form .button")
        .await
        .click()
        .await
        .expect("a click");
    let link = student
        .sees("[aria-labelledby=ask-title] .prose a.cite")
        .await;
    let href = link.attr("href").await.expect("a link").expect("a place");
    assert!(href.starts_with("/read/"), "{href}");
    student.looks("read-asked").await;

    student.open(&format!("/learn/{section}#concept-1")).await;
    student
        .sees("#concept-1 .explain [data-kind=simpler]")
        .await
        .click()
        .await
        .expect("a click");
    student.sees("#concept-1 .answer .prose li").await;
    let stopped = "return document.querySelector('#concept-1 [data-stop]').hidden";
    student.waits_until("it is over", stopped).await;
    student.looks("learn-explained").await;

    // The connection breaks in the middle of the next answer.
    student
        .script(
            "window.fetch = async () => new Response(new ReadableStream({
                pull: (stream) => stream.error(new TypeError('network error')),
            }));",
        )
        .await;
    student
        .sees("#concept-1 .explain [data-kind=simpler]")
        .await
        .click()
        .await
        .expect("a click");
    let said = "return document.querySelector('#concept-1 .ask > .refusal').innerText";
    let said = format!("{said} === 'The answer broke off. Please ask again.'");
    student.waits_until("it is said", &said).await;
}

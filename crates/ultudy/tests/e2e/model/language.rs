//! The language that a student wants: of lessons, answers, explanations and feedback.

use ultudy_testkit::llm::Answer;

use super::*;
use crate::{api::send, asking::Events, browser::Student};
use ultudy_testkit::browser::{Browser, Locator};

const PATH: &str = "/api/me/preferences";

impl Class {
    async fn prefer(&self, language: Value) -> crate::api::Answer {
        let request = self.api.request(reqwest::Method::PUT, PATH);
        send(request.json(&json!({"language": language}))).await
    }

    /// The language that the model was asked for last.
    fn asked_for(&self) -> Value {
        let asked = self.llm.last().expect("it was asked").body;
        let material = asked["messages"][1]["content"].as_str().expect("a text");
        let material: Value = serde_json::from_str(material).expect("JSON");
        material["language"].clone()
    }

    async fn lesson_in(&self, section: usize, language: Option<&str>) -> Value {
        let mut body =
            json!({"document_id": self.document_id, "section_id": self.sections[section]});
        if let Some(language) = language {
            body["language"] = language.into();
        }
        let answer = self.api.post("/api/lessons/generate", body).await;
        self.api.ended(&text(&answer.body["job_id"])).await;
        self.asked_for()
    }
}

#[tokio::test]
async fn what_is_made_is_in_the_language_that_the_student_wants() {
    let class = Class::start(4, &[]).await;
    assert_eq!(class.api.get(PATH).await.body, json!({"language": null}));
    assert_eq!(class.lesson_in(0, None).await, "en", "the text's");
    let set = class.prefer("PT-br".into()).await;
    assert_eq!(set.body, json!({"language": "pt-BR"}), "{set:?}");
    assert_eq!(class.api.get(PATH).await.body, json!({"language": "pt-BR"}));
    assert_eq!(class.lesson_in(1, None).await, "pt-BR");
    assert_eq!(class.lesson_in(2, Some("de")).await, "de", "the request's");

    class
        .llm
        .answers(Answer::Text("A cell is alive [1].".into()));
    let mut body = json!({"document_id": class.document_id, "question": "What is a cell?"});
    Events::of(&class.api, "/api/ask", body.clone())
        .await
        .done()
        .await;
    assert_eq!(class.asked_for(), "pt-BR");
    body["language"] = "fr".into();
    Events::of(&class.api, "/api/ask", body).await.done().await;
    assert_eq!(class.asked_for(), "fr");
    let body = json!({"section_id": class.sections[1], "kind": "simpler"});
    Events::of(&class.api, "/api/explain", body)
        .await
        .done()
        .await;
    assert_eq!(class.asked_for(), "pt-BR");

    class.llm.answers(Answer::Verdict(90));
    let question = class.lesson(0).await["concepts"][0]["check_ins"][0].clone();
    let body = json!({
        "check_in_id": question["id"], "evaluation_mode": "llm",
        "answer": "On that page the smallest living unit of its kind is a cell.",
    });
    let graded = class.api.post("/api/check-ins/submit", body).await;
    assert_eq!(graded.body["graded_by"], "model", "{graded:?}");
    assert_eq!(class.asked_for(), "pt-BR");

    // As it was.
    class.llm.answers(Answer::Lesson);
    class.prefer("".into()).await;
    assert_eq!(class.lesson_in(3, None).await, "en");
    let refused = class.prefer("tlh".into()).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    assert!(
        refused.body.to_string().contains("must be one of"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_one_wants_is_nobody_elses() {
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    let settings = [&provider(&base_url)[..], &[("AUTH_MODE", "dev")]].concat();
    let api = Api::start(&settings, Some("ada")).await;
    let class = Class::of(llm, api, 1).await;
    class.prefer("de".into()).await;
    let eve = class
        .api
        .request_as(Some("eve"), reqwest::Method::GET, PATH);
    let eve = send(eve).await;
    assert_eq!(eve.body, json!({"language": null}));
    // The same text: hers is in its own language, and another generation.
    assert_eq!(class.lesson_in(0, None).await, "de");
    assert_eq!(class.llm.counts().made, 1);
}

#[tokio::test]
async fn it_is_chosen_on_the_page() {
    let Class {
        llm,
        api,
        document_id,
        sections,
    } = Class::start(1, &[]).await;
    let course_id = text(&api.get("/api/courses").await.body["courses"][0]["id"]);
    let browser = Browser::start().await.expect("a browser");
    let student = Student { browser, api };
    student.open(&format!("/courses/{course_id}")).await;
    let select = student.sees("#language select").await;
    select.select_by_value("ja").await.expect("it is chosen");
    let saved = wait::until("it is saved", PATIENCE, async || {
        student.api.get(PATH).await.body["language"] == "ja"
    });
    saved.await.expect("it is");
    student.open(&format!("/courses/{course_id}")).await;
    student.sees("#language option[value=ja][selected]").await;
    let chosen = student.browser.find(Locator::Css("#language select")).await;
    let chosen = chosen.expect("it is there").prop("value").await;
    assert_eq!(chosen.expect("a value").as_deref(), Some("ja"));
    let Student { api, .. } = student;
    let class = Class {
        llm,
        api,
        document_id,
        sections,
    };
    assert_eq!(class.lesson_in(0, None).await, "ja");
}

/// Arrow keys choose faster than a connection answers.
#[tokio::test]
async fn of_two_choices_the_last_one_stands_and_one_that_fails_is_put_back() {
    let Class { llm: _llm, api, .. } = Class::start(1, &[]).await;
    let course_id = text(&api.get("/api/courses").await.body["courses"][0]["id"]);
    let browser = Browser::start().await.expect("a browser");
    let student = Student { browser, api };
    student.open(&format!("/courses/{course_id}")).await;
    student.sees("#language select").await;
    let choose = "window.choose = (language) => {
            const select = document.querySelector('#language select');
            select.value = language;
            select.dispatchEvent(new Event('change', { bubbles: true }));
        };";
    // The first one is held up on its way.
    student
        .script(&format!(
            "{choose}
            const send = window.fetch;
            const held = new Promise((go) => (window.letGo = go));
            window.sent = 0;
            window.fetch = async (...request) => {{
                if (JSON.parse(request[1].body).language === 'ja') await held;
                const answer = await send(...request);
                window.sent += 1;
                return answer;
            }};
            window.choose('ja');"
        ))
        .await;
    student.script("window.choose('de'); window.letGo();").await;
    student
        .waits_until("both are sent", "return window.sent === 2")
        .await;
    assert_eq!(student.api.get(PATH).await.body["language"], "de");
    let told = "return document.querySelector('#language [role=status]').innerText";
    let told = format!("{told}.startsWith('Saved')");
    student.waits_until("it is said so", &told).await;

    student
        .script("window.fetch = () => Promise.reject(new TypeError('Load failed')); window.choose('fr');")
        .await;
    let refused = "return document.querySelector('#language .refusal').innerText";
    let refused = format!("{refused}.includes('cannot be reached')");
    student.waits_until("it is refused", &refused).await;
    let shown = student
        .script("return document.querySelector('#language select').value")
        .await;
    assert_eq!(shown, "de", "what holds is what is shown");
    student.looks("course-language").await;
}

#[tokio::test]
async fn without_a_model_there_is_nothing_to_choose() {
    let api = Api::start(&[], None).await;
    let course_id = api.course("Biology").await;
    let page = api.request(reqwest::Method::GET, &format!("/courses/{course_id}"));
    let page = page
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a text");
    assert!(!page.contains("id=\"language\""), "{page}");
}

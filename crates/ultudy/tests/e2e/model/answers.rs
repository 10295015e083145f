//! Questions answered by a model that is slow, wrong or hostile.

use reqwest::Method;
use ultudy_testkit::{browser::Browser, llm::Answer};

use super::*;
use crate::{asking::Events, browser::Student};

const QUESTION: &str = "What is a cell of kind 3?";

impl Class {
    async fn asks(&self) -> Events {
        let body = json!({"document_id": self.document_id, "question": QUESTION});
        Events::of(&self.api, "/api/ask", body).await
    }
}

fn written(text: &str) -> Answer {
    Answer::Text(text.into())
}

#[tokio::test]
async fn an_answer_is_told_while_it_is_written_and_cites_what_it_was_given() {
    let class = Class::start(1, &[]).await;
    let text = "A cell is the smallest unit of life on its page [1], says the book in so many words. \
                It is not a planet [99], whatever the moon [0] says about cells in general [2].";
    class.llm.answers(Answer::HalfText(text.into()));
    let mut events = class.asks().await;
    let sources = events.named("sources").await;
    let count = sources["sources"].as_array().expect("sources").len();
    assert!(count >= 2, "{sources}");
    // The first words are here while the model holds the others back.
    let first = events.named("text").await;
    assert!(self::text(&first["text"]).starts_with("A cell"), "{first}");
    assert_eq!(class.llm.counts().in_flight, 1);
    class.llm.release();
    let (_, done) = events.done().await;
    assert_eq!(done["by"], "model", "{done}");
    assert_eq!(done["cited"], json!([1, 2]), "{done}");
    assert_eq!(done["grounded"], true);
    let shown = self::text(&done["text"]);
    assert!(!shown.contains("[99]") && !shown.contains("[0]"), "{shown}");
    let html = self::text(&done["html"]);
    assert_eq!(
        html.matches("<a class=\"cite\" href=\"/read/").count(),
        2,
        "{html}"
    );

    let asked = class.llm.last().expect("a call").body;
    assert!(asked.get("response_format").is_none(), "{asked}");
    let material: Value =
        serde_json::from_str(&self::text(&asked["messages"][1]["content"])).expect("JSON");
    assert_eq!(material["question"], QUESTION);
    assert_eq!(material["sources"].as_array().map(Vec::len), Some(count));
}

#[tokio::test]
async fn a_lesson_is_explained_in_other_words_than_it_was() {
    let class = Class::start(1, &[]).await;
    class.api.ended(&class.ask(0).await).await;
    let concept = class.lesson(0).await["concepts"][0].clone();
    class.llm.answers(written("Think of a brick [1]."));
    let body = json!({"concept_id": concept["id"], "kind": "simpler"});
    let events = Events::of(&class.api, "/api/explain", body).await;
    let (told, _) = events.done().await;
    assert_eq!(told, "Think of a brick [1].");
    let asked = class.llm.last().expect("a call").body;
    let material: Value =
        serde_json::from_str(&text(&asked["messages"][1]["content"])).expect("JSON");
    assert_eq!(material["kind"], "simpler");
    assert_eq!(material["explanation"], concept["explanation"]);
}

#[tokio::test]
async fn nobody_is_asked_what_the_material_does_not_say() {
    let class = Class::start(1, &[]).await;
    let body = json!({"document_id": class.document_id, "question": "Quaternions?"});
    let (_, done) = Events::of(&class.api, "/api/ask", body).await.done().await;
    assert_eq!(done["by"], "nothing");
    assert_eq!(class.llm.counts().made, 0);
    // What a model says without a source is told apart.
    class.llm.answers(written("A cell is a phone."));
    let (_, done) = class.asks().await.done().await;
    assert_eq!(
        (&done["by"], &done["grounded"]),
        (&json!("model"), &json!(false))
    );
}

#[tokio::test]
async fn whoever_goes_away_ends_the_call() {
    let class = Class::start(1, &[]).await;
    class
        .llm
        .answers(Answer::HalfText("A cell is alive. ".repeat(20)));
    let mut events = class.asks().await;
    events.named("sources").await;
    events.named("text").await;
    drop(events);
    class
        .until("it is let go", |counts| counts.cancelled == 1)
        .await;
    assert_eq!(class.llm.counts().in_flight, 0);
}

/// As other requests are answered that have begun.
#[tokio::test]
async fn an_answer_is_written_to_its_end_though_the_server_is_being_replaced() {
    let mut class = Class::start(1, &[]).await;
    class
        .llm
        .answers(Answer::HalfText("A cell is alive [1]. ".repeat(20)));
    let mut events = class.asks().await;
    events.named("sources").await;
    events.named("text").await;
    class.api.server.tell_to_stop().expect("it hears");
    class.api.server.closed().await.expect("it closes");
    class.llm.release();
    let (_, done) = events.done().await;
    assert_eq!(done["by"], "model", "{done}");
    class.api.server.ended().await.expect("it ends");
}

#[tokio::test]
async fn where_the_model_fails_the_material_answers() {
    let class = Class::start(1, &[("LLM_ANSWER_SECONDS", "2")]).await;
    for wrong in [
        Answer::Refusal,
        Answer::CutLesson,
        Answer::ErrorInTheMiddle,
        Answer::Huge(100_000),
        Answer::SilentLesson,
        Answer::Page(502),
        Answer::Text(" \n".into()),
        Answer::Status(429, Some("3600")),
    ] {
        class.llm.answers(wrong.clone());
        let (told, done) = class.asks().await.done().await;
        assert_eq!(done["by"], "quotations", "{wrong:?}: {done}");
        assert_eq!(done["grounded"], true, "{wrong:?}: {done}");
        // What had been written before is not part of it.
        assert_eq!(json!(told.trim()), done["text"], "{wrong:?}");
        assert!(
            told.starts_with("The language model gave no answer"),
            "{told}"
        );
    }
}

/// A model's own words, to be shown to a student.
const HOSTILE: &str = "<script>document.title = 'owned'</script> <img src=x onerror=\"document.title='owned'\"> \
    [click](javascript:document.title='owned') [sign in](https://evil.example/) a\u{202e}b\u{0}c\u{200b}\u{2060}\u{feff}\u{e0041}d \
    A cell [1].\n\n[1]: javascript:alert(1)\n";

#[tokio::test]
async fn whatever_the_model_writes_does_nothing_in_the_browser() {
    let class = Class::start(1, &[]).await;
    class.llm.answers(written(HOSTILE));
    let (told, done) = class.asks().await.done().await;
    // To programs that set it by themselves, too.
    for text in [told, text(&done["text"])] {
        let hidden = [
            '\u{202e}',
            '\0',
            '\u{200b}',
            '\u{2060}',
            '\u{feff}',
            '\u{e0041}',
        ];
        assert!(!text.contains(hidden), "{text:?}");
        for active in ["](", "]:", "<script", "<img", "evil.example"] {
            assert!(!text.contains(active), "{active}: {text:?}");
        }
        assert!(text.contains("A cell [1]."), "{text:?}");
    }
    assert_eq!(done["cited"], json!([1]), "{done}");
    let student = Student {
        browser: Browser::start().await.expect("a browser"),
        api: class.api,
    };
    let section = &class.sections[0];
    student.open(&format!("/read/{section}")).await;
    let title = student.script("return document.title").await;
    let field = student.sees("#ask-question").await;
    field.send_keys(QUESTION).await.expect("typing");
    student
        .sees("[aria-labelledby=ask-title] form .button")
        .await
        .click()
        .await
        .expect("a click");
    student
        .sees("[aria-labelledby=ask-title] .prose a.cite")
        .await;
    let script = "return [...document.querySelectorAll('.answer .prose *')].map((it) => it.localName + ' ' + (it.getAttribute('href') ?? ''))";
    let elements = student.script(script).await;
    for element in elements.as_array().expect("elements") {
        let element = text(element);
        let is_plain = ["p ", "a /read/"]
            .iter()
            .any(|plain| element.starts_with(plain));
        assert!(is_plain, "{elements}");
    }
    assert_eq!(student.script("return document.title").await, title);

    // What is being written can be stopped, and is shown as text meanwhile.
    class.llm.answers(Answer::HalfText(HOSTILE.repeat(3)));
    student
        .sees("[aria-labelledby=ask-title] form .button")
        .await
        .click()
        .await
        .expect("a click");
    let coming =
        "return document.querySelector('.coming')?.textContent.includes('<script>') === true";
    student.waits_until("it is being written", coming).await;
    let none = "return document.querySelector('.coming').children.length";
    assert_eq!(student.script(none).await, 0);
    student
        .sees("[aria-labelledby=ask-title] [data-stop]")
        .await
        .click()
        .await
        .expect("a click");
    let let_go = class
        .llm
        .until("it is let go", |counts| counts.cancelled == 1)
        .await;
    assert!(let_go.is_ok(), "{:?}", class.llm.counts());
}

/// Not a matter of time: what is held back by a compressor or a proxy would never come.
#[tokio::test]
async fn the_first_word_passes_nginx_while_the_second_is_held() {
    let mut class = Class::start(1, &[]).await;
    let nginx = crate::balancer::before(&[&class.api]);
    class.api.ask_at(nginx.base_url());
    class
        .llm
        .answers(Answer::HalfText("A cell is alive [1]. ".repeat(10)));
    let body = json!({"document_id": class.document_id, "question": QUESTION});
    let request = class.api.request(Method::POST, "/api/ask").json(&body);
    let request = request.header("accept-encoding", "gzip, br");
    let mut response = request.send().await.expect("an answer");
    let mut seen = String::new();
    while !seen.contains("event: text") {
        let bytes = response.chunk().await.expect("it arrives").expect("more");
        seen.push_str(std::str::from_utf8(&bytes).expect("not compressed"));
    }
    assert_eq!(class.llm.counts().in_flight, 1);
    class.llm.release();
    while let Some(bytes) = response.chunk().await.expect("it arrives") {
        seen.push_str(std::str::from_utf8(&bytes).expect("not compressed"));
    }
    assert!(seen.contains("event: done"), "{seen}");
}

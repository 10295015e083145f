//! Search, lessons on a topic and practice, as a client meets them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use ultudy_testkit::wait;

use crate::{
    api::{Api, PATIENCE, text},
    metrics::{number, scrape},
    pdf,
};

async fn found(api: &Api, query: &str) -> Vec<Value> {
    let answer = api.get(&format!("/api/search?q={query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {answer:?}");
    answer.body["results"].as_array().expect("results").clone()
}

#[tokio::test]
async fn what_is_put_in_is_found_with_its_page_until_it_is_deleted() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    let hits = found(&api, "FERMENTATION%20oxygen").await;
    assert_eq!(hits[0]["document_id"], json!(document));
    let pages = [&hits[0]["page_start"], &hits[0]["page_end"]].map(|page| page.as_i64().unwrap());
    assert!((pages[0]..=pages[1]).contains(&2), "{hits:?}");
    let snippet: Vec<char> = text(&hits[0]["snippet"]).chars().collect();
    let first = &hits[0]["matches"][0];
    let place = |end: usize| first[end].as_u64().unwrap() as usize;
    let marked: String = snippet[place(0)..place(1)].iter().collect();
    assert!(
        ["oxygen", "fermentation"].contains(&marked.to_lowercase().as_str()),
        "{marked}"
    );

    let other = api.course("Other").await;
    let within = format!("cell&course_id={other}");
    assert!(found(&api, &within).await.is_empty());
    let path = format!("/api/documents/{document}/metadata");
    api.post(&path, json!({"course_id": other})).await;
    assert!(!found(&api, &within).await.is_empty());

    api.delete(&format!("/api/documents/{document}")).await;
    assert!(found(&api, "cell").await.is_empty());
}

#[tokio::test]
async fn hits_come_page_by_page() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let pages: Vec<String> = (0..6)
        .map(|n| {
            format!(
                "Entropy and topic {n}\n{}",
                format!("A sentence of page {n} on entropy.\n").repeat(40)
            )
        })
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    api.document(pdf::Pdf::with_pages(&pages).bytes(), &course)
        .await;
    // From then on the ranking stays as it is.
    let embedded = "ultudy_embedding_documents_total{outcome=\"embedded\"}";
    let is_embedded = wait::until("it has its vectors", PATIENCE, async || {
        number(&scrape(&api).await, embedded) == Some(1.0)
    });
    is_embedded.await.expect("it is embedded");
    let all = found(&api, "entropy&limit=200").await;
    assert!(all.len() > 2, "{all:?}");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/search?q=entropy&limit=2&cursor={cursor}");
        let answer = api.get(&path).await;
        seen.extend(answer.body["results"].as_array().expect("results").clone());
        match answer.body["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn any_query_has_an_answer_and_a_bad_one_a_reason() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    let long = "cell+".repeat(300);
    for query in [
        "%22%20OR%20*",
        "***",
        "cell%20AND",
        "NEAR(cell)",
        "terms:cell",
        "-cell",
        "%27%3B--",
        "%F0%9F%98%80",
        "cell%26%7C!",
        "%E7%B4%B0%E8%83%9E",
        &long,
    ] {
        found(&api, query).await;
    }
    for (query, field) in [
        ("", "q"),
        ("?q=", "q"),
        ("?q=%20", "q"),
        ("?q=a%00b", "q"),
        ("?q=a&limit=0", "limit"),
        ("?q=a&limit=201", "limit"),
        ("?q=a&limit=x", "limit"),
        ("?q=a&cursor=-1", "cursor"),
        ("?q=a&course_id=x", "course_id"),
    ] {
        let answer = api.get(&format!("/api/search{query}")).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{query}: {answer:?}"
        );
        assert_eq!(answer.body["errors"][0]["field"], field, "{query}");
    }
}

#[tokio::test]
async fn a_topic_becomes_a_lesson_with_its_sources() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    let lesson = api
        .post(
            "/api/study/lesson",
            json!({"query": "energy of a cell", "k": 3}),
        )
        .await;
    assert_eq!(lesson.status, StatusCode::OK, "{lesson:?}");
    assert_eq!(lesson.body["sources"][0]["document_id"], json!(document));
    assert!(
        !lesson.body["concepts"]
            .as_array()
            .expect("concepts")
            .is_empty()
    );
    let nothing = api
        .post("/api/study/lesson", json!({"topic": "quaternions"}))
        .await;
    assert_eq!(
        nothing.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{nothing:?}"
    );
    for (body, field) in [
        (json!({}), "query"),
        (json!({"query": " "}), "query"),
        (json!({"query": "cell", "k": 0}), "k"),
        (json!({"query": "cell", "k": 13}), "k"),
        (json!({"query": "cell", "k": -1}), "k"),
        (json!({"query": 5}), "query"),
    ] {
        let answer = api.post("/api/study/lesson", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {answer:?}");
        assert_eq!(answer.body["errors"][0]["field"], field, "{body}");
    }
}

#[tokio::test]
async fn practice_asks_before_and_after_there_are_lessons() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    let ask = |body: Value| api.post("/api/practice/mcq", body);
    let made = ask(json!({"document_id": document, "n": 20})).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_sound(&made.body, &document);
    assert_eq!(made.body["items"][0]["check_in_id"], Value::Null);
    let lesson = api
        .get(&format!("/api/lessons?document_id={document}"))
        .await;
    assert_eq!(
        lesson.status,
        StatusCode::NOT_FOUND,
        "nothing of it is stored"
    );

    let section = api.sections(&document).await.remove(0);
    api.lesson(&document, Some(&section)).await;
    let stored = ask(json!({"course_id": course, "n": 3, "difficulty": "hard"})).await;
    assert_sound(&stored.body, &document);
    let item = &stored.body["items"][0];
    let answer = &item["choices"][item["correctIndex"].as_u64().unwrap() as usize];
    let graded = api
        .post(
            "/api/check-ins/submit",
            json!({"check_in_id": item["check_in_id"], "answer": answer}),
        )
        .await;
    assert_eq!(graded.body["correct"], true, "{graded:?}");
    assert_eq!(graded.body["mastery_update"]["new_state"], "understood");

    let about = ask(json!({"topic": "fermentation", "course_id": course, "n": 2})).await;
    assert!(!about.body["items"].as_array().expect("items").is_empty());
    let nothing = ask(json!({"topic": "quaternions"})).await;
    assert_eq!(nothing.body["items"], json!([]));
}

/// What was got wrong comes first when weak areas are asked for.
#[tokio::test]
async fn weak_areas_come_first() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    let section = api.sections(&document).await.remove(0);
    let lesson = api.lesson(&document, Some(&section)).await;
    let concepts = lesson["concepts"].as_array().expect("concepts");
    let weak = concepts.last().expect("a concept");
    let check_in = &weak["check_ins"][0];
    let wrong = check_in["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|option| option["correct"] == false);
    let answer = json!({"check_in_id": check_in["id"], "answer": wrong.unwrap()["text"]});
    api.post("/api/check-ins/submit", answer).await;
    let set = api
        .post("/api/practice/mcq", json!({"weak_areas": true, "n": 1}))
        .await;
    assert_eq!(set.body["items"][0]["concept"], weak["name"], "{set:?}");
}

fn assert_sound(set: &Value, document: &str) {
    let items = set["items"].as_array().expect("items");
    assert!(!items.is_empty());
    let mut questions = Vec::new();
    for item in items {
        let choices = item["choices"].as_array().expect("choices");
        assert_eq!(choices.len(), 4, "{item}");
        assert!(item["correctIndex"].as_u64().is_some_and(|index| index < 4));
        assert!(!text(&item["rationale"]).is_empty());
        assert_eq!(item["source"]["document_id"], json!(document));
        questions.push(text(&item["question"]));
    }
    let all = questions.len();
    questions.sort();
    questions.dedup();
    assert_eq!(questions.len(), all, "no question comes twice");
}

#[tokio::test]
async fn a_set_that_cannot_be_is_refused_by_field() {
    let api = Api::local().await;
    for (body, field) in [
        (json!({"n": 0}), "n"),
        (json!({"n": 21}), "n"),
        (json!({"n": -1}), "n"),
        (json!({"n": 1.5}), "n"),
        (json!({"n": "3"}), "n"),
        (json!({"difficulty": "extreme"}), "difficulty"),
        (json!({"difficulty": 3}), "difficulty"),
        (json!({"weak_areas": "yes"}), "weak_areas"),
        (json!({"course_id": "x"}), "course_id"),
        (json!({"topic": "x".repeat(501)}), "topic"),
    ] {
        let answer = api.post("/api/practice/mcq", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {answer:?}");
        assert_eq!(answer.body["errors"][0]["field"], field, "{body}");
    }
    let unknown = uuid::Uuid::nil();
    for name in ["course_id", "document_id"] {
        let answer = api.post("/api/practice/mcq", json!({name: unknown})).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    }
}

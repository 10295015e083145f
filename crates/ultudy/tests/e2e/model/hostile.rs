//! Documents that instruct the model, through the whole program: what its API answers and its pages show
//! does nothing.

use std::{fs, path::Path};

use super::*;
use ultudy_testkit::llm::Answer;

/// Those of ultudy-llm's tests, as far as a PDF's standard encoding can print them.
fn documents() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ultudy-llm/tests/model/hostile");
    let files = fs::read_dir(folder).expect("the documents are there");
    let texts = files.map(|file| {
        let path = file.expect("a file").path();
        fs::read_to_string(path).expect("a text")
    });
    texts.filter(|text| text.is_ascii()).collect()
}

/// A model that has been talked into all of it at once.
fn orders(documents: &[String]) -> String {
    let orders = documents.iter().filter_map(|text| text.split_once("<<"));
    let orders = orders.filter_map(|(_, rest)| Some(rest.rsplit_once(">>")?.0));
    let orders = orders.filter(|order| !order.starts_with("page ") && !order.starts_with("every "));
    orders.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_documents_talk_the_model_into_is_neither_answered_nor_shown() {
    let documents = documents();
    assert_eq!(documents.len(), 9);
    let class = Class::start(1, &[]).await;
    let pages: Vec<&str> = documents.iter().map(String::as_str).collect();
    let course_id = class.api.course("Hostile").await;
    let document_id = class
        .api
        .document(Pdf::with_pages(&pages).bytes(), &course_id)
        .await;
    let sections = class.api.sections(&document_id).await;
    let all = orders(&documents);
    class.llm.answers(Answer::Saying(all));
    let body = json!({"document_id": document_id, "section_id": sections[0]});
    let asked = class.api.post("/api/lessons/generate", body).await;
    let job = class.api.ended(&text(&asked.body["job_id"])).await;
    assert_eq!(job["status"], "completed", "{job}");
    let path = format!("/api/lessons?section_id={}", sections[0]);
    let answered = class.api.get(&path).await.body.to_string();
    assert!(answered.contains("smallest unit of life"), "{answered}");
    for sign in [
        "<script", "<img", "<iframe", "](http", "](java", "\\\\def", "\\\\href", "{{{{",
    ] {
        assert!(!answered.contains(sign), "{sign} in {answered}");
    }
    let page = format!("{}/learn/{}", class.api.base_url(), sections[0]);
    let page = reqwest::get(page).await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK);
    let shown = page.text().await.expect("a page");
    assert!(shown.contains("smallest unit of life"), "{shown}");
    for sign in [
        "evil.example\"",
        "href=\"javascript",
        "<img",
        "<iframe",
        "onerror=\"",
        "alert(1)</script",
    ] {
        assert!(!shown.contains(sign), "{sign} in {shown}");
    }
}

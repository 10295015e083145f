//! What vectors cost: as their model counts it, and no more than it may.

use ultudy_testkit::llm::{EMBEDDING_MODELS, EmbeddingModel};

use super::*;
use crate::{
    metrics::{number, scrape},
    pdf,
};

const WAITING: &str = "ultudy_embedding_documents_waiting";

/// A server that has vectors made by this model, each token at two micro-dollars, and what else is set.
async fn start(model: &EmbeddingModel, settings: &[(&str, &str)]) -> Api {
    let base_url = model.base_url_of(Format::OpenAi);
    let price = format!("compatible:{}=2/0", EMBEDDING_MODELS[0]);
    let all = [
        ("EMBEDDINGS_PROVIDER", "compatible"),
        ("COMPATIBLE_EMBEDDING_MODEL", EMBEDDING_MODELS[0]),
        ("COMPATIBLE_API_KEY", KEY),
        ("COMPATIBLE_BASE_URL", &base_url),
        ("EMBEDDINGS_LEAST_SIMILARITY", "0.1"),
        ("LLM_PRICES", &price),
    ];
    Api::start(&[&all, settings].concat(), None).await
}

async fn usage(api: &Api) -> Value {
    let answer = api.get("/api/me/usage").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body
}

/// The usage once that many calls are recorded: a search does not wait for it.
async fn usage_of(api: &Api, calls: usize) -> Value {
    let found = wait::for_some("the calls are recorded", PATIENCE, async || {
        let usage = usage(api).await;
        (usage["month"]["calls"] == calls).then_some(usage)
    });
    found.await.expect("they are")
}

async fn search(api: &Api, query: &str) -> usize {
    let answer = api.get(&format!("/api/search?q={query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["results"].as_array().expect("results").len()
}

#[tokio::test]
async fn vectors_are_on_the_bill_as_their_model_counts_them() {
    let model = EmbeddingModel::start().await;
    let api = start(&model, &[]).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    wait::until("it is embedded", PATIENCE, async || {
        model.calls() > 0 && number(&scrape(&api).await, WAITING) == Some(0.0)
    })
    .await
    .expect("it is");
    let for_passages = model.tokens_read();
    assert!(search(&api, "mitochondrion").await > 0);
    // Who asks the same again is not charged again.
    assert!(search(&api, "mitochondrion").await > 0);
    let usage = usage_of(&api, model.calls()).await;
    let month = &usage["month"];
    assert_eq!(month["tokens_read"], model.tokens_read(), "{usage}");
    assert_eq!(month["tokens_written"], 0, "{usage}");
    assert_eq!(month["cost_micros"], 2 * model.tokens_read(), "{usage}");
    assert_eq!(month["unpriced_calls"], 0, "{usage}");
    let of = |list: &str, key: &str, value: &str| {
        let all = usage[list].as_array().expect("a list").iter();
        let one = all
            .filter(|one| one[key] == value)
            .map(|one| &one["tokens_read"]);
        one.map(|count| count.as_u64().expect("a number"))
            .sum::<u64>() as usize
    };
    assert_eq!(of("models", "task", "embedding"), for_passages, "{usage}");
    let for_queries = model.tokens_read() - for_passages;
    assert_eq!(of("models", "task", "search"), for_queries, "{usage}");
    assert_eq!(of("courses", "name", "Biology"), for_passages, "{usage}");
    // A lesson it is none.
    assert_eq!(usage["lessons"], json!([]), "{usage}");
    let page = api.request(reqwest::Method::GET, "/usage").send().await;
    let page = page.expect("an answer").text().await.expect("a text");
    let told = format!("{} tokens read", for_passages);
    assert!(
        page.contains(EMBEDDING_MODELS[0]) && page.contains(&told),
        "{page}"
    );
}

#[tokio::test]
async fn with_a_spent_budget_words_find_and_nothing_fails() {
    let model = EmbeddingModel::start().await;
    let api = start(&model, &[("LLM_BUDGET_USER_DAY", "0.000001")]).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    api.server
        .logged("no budget allows a document's vectors")
        .await;
    assert!(search(&api, "mitochondrion").await > 0);
    assert_eq!(model.calls(), 0, "nobody was asked");
    let scraped = scrape(&api).await;
    let alone = "ultudy_search_words_only_total{reason=\"budget_spent\"}";
    assert_eq!(number(&scraped, alone), Some(1.0), "{scraped}");
    let left = "ultudy_embedding_documents_total{outcome=\"over_budget\"}";
    assert_eq!(number(&scraped, left), Some(1.0), "{scraped}");
}

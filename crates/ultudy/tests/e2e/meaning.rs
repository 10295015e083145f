//! Search by meaning: the real program asks a model for vectors that makes them, or fails, as it is
//! told to.

use reqwest::StatusCode;
use serde_json::{Value, json};
use ultudy_testkit::{
    llm::{EMBEDDING_MODELS, Embedded, EmbeddingModel, Format, KEY},
    wait,
};
use url::form_urlencoded::byte_serialize;

use crate::{
    api::{Api, PATIENCE, text},
    asking::Events,
    metrics::{number, scrape},
    pdf,
};

/// No word of the biology course; the model knows what it means.
const QUERY: &str = "powerhouse";
const WAITING: &str = "ultudy_embedding_documents_waiting";

async fn model() -> EmbeddingModel {
    let model = EmbeddingModel::start().await;
    model.means(QUERY, "mitochondrion");
    model
}

async fn start(model: &EmbeddingModel, user: Option<&str>) -> Api {
    let base_url = model.base_url_of(Format::OpenAi);
    let mut settings = vec![
        ("EMBEDDINGS_PROVIDER", "openai"),
        ("OPENAI_EMBEDDING_MODEL", EMBEDDING_MODELS[0]),
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", &base_url),
        ("EMBEDDINGS_LEAST_SIMILARITY", "0.1"),
    ];
    if user.is_some() {
        settings.push(("AUTH_MODE", "dev"));
    }
    Api::start(&settings, user).await
}

/// The pages of the hits, best first.
async fn found(api: &Api, query: &str) -> Vec<i64> {
    let answer = api.get(&format!("/api/search?q={query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let hits = answer.body["results"].as_array().expect("results");
    hits.iter()
        .map(|hit| hit["page_start"].as_i64().expect("a page"))
        .collect()
}

async fn until_found(api: &Api, query: &str) {
    let is_found = wait::until("it is found", PATIENCE, async || {
        found(api, query).await.first() == Some(&1)
    });
    assert!(is_found.await.is_ok(), "{}", api.server.log());
}

async fn until_none_waits(api: &Api) {
    until_waiting(api, 0.0).await;
}

async fn until_waiting(api: &Api, documents: f64) {
    let done = wait::until("so many documents wait", PATIENCE, async || {
        number(&scrape(api).await, WAITING) == Some(documents)
    });
    assert!(done.await.is_ok(), "{}", api.server.log());
}

#[tokio::test]
async fn what_is_meant_is_found_without_its_words_until_it_is_deleted() {
    let model = model().await;
    let api = start(&model, None).await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    until_found(&api, QUERY).await;
    // Both ways find it, and its words still do.
    assert_eq!(found(&api, "mitochondrion").await.first(), Some(&1));
    // Who quotes wants these words.
    assert!(found(&api, "%22powerhouse%20of%22").await.is_empty());
    let other = api.course("Other").await;
    assert!(
        found(&api, &format!("{QUERY}&course_id={other}"))
            .await
            .is_empty()
    );
    assert_eq!(
        found(&api, &format!("{QUERY}&course_id={course}"))
            .await
            .first(),
        Some(&1)
    );
    let lesson = api
        .post(
            "/api/study/lesson",
            serde_json::json!({"query": QUERY, "k": 1}),
        )
        .await;
    assert_eq!(lesson.status, StatusCode::OK, "{lesson:?}");

    // A question is answered from what a search finds.
    let question = json!({"document_id": document, "question": format!("{QUERY}?")});
    let mut asked = Events::of(&api, "/api/ask", question).await;
    let sources = asked.named("sources").await;
    assert_eq!(sources["sources"][0]["page_start"], 1, "{sources}");
    let (told, done) = asked.done().await;
    assert_eq!(done["by"], "quotations", "{done}");
    assert!(told.contains("come closest"), "{told}");

    api.delete(&format!("/api/documents/{document}")).await;
    assert!(found(&api, QUERY).await.is_empty());
    assert!(!api.server.log().contains(KEY));
}

/// As llama.cpp does over a text longer than its batch.
#[tokio::test]
async fn a_document_that_the_model_breaks_down_over_keeps_no_others_waiting() {
    let model = model().await;
    model.chokes_on("quagmire");
    let api = start(&model, None).await;
    let course = api.course("Biology").await;
    // All others wait behind them.
    for number in 0..3 {
        let page = format!("A quagmire of kind {number} is a wetland where one sinks in.");
        let page = pdf::Pdf::with_pages(&[&page]).bytes();
        api.document(page, &course).await;
    }
    api.document(pdf::biology(), &course).await;
    until_found(&api, QUERY).await;
    // What is at fault is left alone, and found by its words.
    let refused = wait::until("they are left alone", PATIENCE, async || {
        let outcome = "ultudy_embedding_documents_total{outcome=\"refused\"}";
        number(&scrape(&api).await, outcome) == Some(3.0)
    });
    assert!(refused.await.is_ok(), "{}", api.server.log());
    let calls = model.calls();
    let other = pdf::Pdf::with_pages(&["A limit is approached and never passed."]).bytes();
    api.document(other, &course).await;
    until_found(&api, "approached").await;
    until_waiting(&api, 3.0).await;
    // The other one, and searches for it.
    assert!(
        model
            .asked()
            .iter()
            .any(|(_, text)| text.contains("approached"))
    );
    assert!(model.calls() < calls + 10, "{} {calls}", model.calls());
    assert_eq!(found(&api, "quagmire").await.len(), 3);
}

#[tokio::test]
async fn a_model_that_fails_delays_no_upload_and_words_find_until_it_is_back() {
    let faults = [
        Embedded::Status(500, None),
        Embedded::Status(429, Some("1")),
        Embedded::Page,
        Embedded::WrongCount,
        Embedded::WrongDimensions,
        Embedded::Truncated,
    ];
    for fault in faults {
        let model = model().await;
        model.answers(fault);
        let api = start(&model, None).await;
        let course = api.course("Biology").await;
        api.document(pdf::biology(), &course).await;
        assert_eq!(found(&api, "mitochondrion").await, [1], "{fault:?}");
        assert!(found(&api, QUERY).await.is_empty(), "{fault:?}");
        let scraped = scrape(&api).await;
        let alone = scraped
            .lines()
            .filter(|line| line.starts_with("ultudy_search_words_only_total{"));
        let alone: f64 = alone
            .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
            .sum();
        // Of one vector nobody can tell, as long as there is no other.
        let told = if fault == Embedded::WrongDimensions {
            0.0
        } else {
            2.0
        };
        assert!(alone >= told, "{fault:?}\n{scraped}");
        api.server.logged("search finds them by words alone").await;
        model.answers(Embedded::Vectors);
        until_found(&api, QUERY).await;
    }
}

#[tokio::test]
async fn a_model_that_hangs_keeps_no_search_waiting_and_no_upload() {
    let model = model().await;
    model.answers(Embedded::Held);
    let api = start(&model, None).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    let asked = model.calls();
    assert_eq!(found(&api, "mitochondrion").await, [1]);
    assert!(model.calls() > asked, "it was asked");
    for query in ["cell", "enzyme", "light", "sugar", "oxygen"] {
        assert!(!found(&api, query).await.is_empty(), "{query}");
    }
    // By now it is not even asked.
    let asked = model.calls();
    assert!(!found(&api, "respiration").await.is_empty());
    assert_eq!(model.calls(), asked);
    let scraped = scrape(&api).await;
    let alone = "ultudy_search_words_only_total{reason=\"resting\"}";
    assert!(number(&scraped, alone) >= Some(1.0), "{scraped}");
}

#[tokio::test]
async fn another_model_s_vectors_are_never_compared_and_all_is_embedded_anew() {
    let model = model().await;
    let mut api = start(&model, None).await;
    let course = api.course("Biology").await;
    api.document(pdf::biology(), &course).await;
    until_found(&api, QUERY).await;
    let passages = model.asked().len();

    let [first, second] = EMBEDDING_MODELS;
    api.server.set("OPENAI_EMBEDDING_MODEL", second);
    // Until all is embedded anew, words find.
    model.answers_next([Embedded::Status(503, Some("3")); 3]);
    api.server.restart().await.expect("it comes back");
    assert_eq!(found(&api, "mitochondrion").await, [1]);
    until_found(&api, QUERY).await;
    let asked = model.asked();
    let of = |name: &str| asked.iter().filter(|(model, _)| model == name).count();
    assert!(of(first) >= passages && of(second) > 0);

    // And back, with a provider's name that is not the same though the model is.
    api.server.set("EMBEDDINGS_PROVIDER", "compatible");
    api.server.set("COMPATIBLE_EMBEDDING_MODEL", second);
    api.server
        .set("COMPATIBLE_BASE_URL", &model.base_url_of(Format::OpenAi));
    api.server.set("COMPATIBLE_API_KEY", KEY);
    let before = model.asked().len();
    api.server.restart().await.expect("it comes back");
    until_found(&api, QUERY).await;
    assert!(model.asked().len() > before);
    // What is embedded stays so over a start.
    until_none_waits(&api).await;
    let before = model.asked().len();
    api.server.restart().await.expect("it comes back");
    until_none_waits(&api).await;
    assert_eq!(model.asked().len(), before);
}

/// Fifty documents get another model's vectors in the background, over a crash.
#[tokio::test]
async fn a_library_is_embedded_anew_while_words_find_and_goes_on_after_a_crash() {
    const DOCUMENTS: usize = 50;
    const BEFORE: usize = 20;
    let model = model().await;
    let mut api = start(&model, None).await;
    let course = api.course("Biology").await;
    let mut jobs = Vec::new();
    for n in 0..DOCUMENTS {
        let page = format!("A mitochondrion is an organelle. The specimen{n}x shows another.");
        let file = pdf::Pdf::with_pages(&[&page]).bytes();
        let accepted = api.upload(file, &[("course_id", &course)]).await;
        assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        jobs.push(text(&accepted.body["job_id"]));
    }
    for job in jobs {
        assert_eq!(api.ended(&job).await["status"], "completed");
    }
    until_found(&api, QUERY).await;
    until_none_waits(&api).await;

    let [_, second] = EMBEDDING_MODELS;
    // So often it answers, and then no more.
    model.answers(Embedded::Held);
    model.answers_next([Embedded::Vectors; BEFORE]);
    api.server.set("OPENAI_EMBEDDING_MODEL", second);
    api.server.restart().await.expect("it comes back");
    let left = wait::until("some are left", PATIENCE, async || {
        let waiting = number(&scrape(&api).await, WAITING);
        waiting == Some(f64::from(u32::try_from(DOCUMENTS - BEFORE).unwrap()))
    });
    assert!(left.await.is_ok(), "{}", api.server.log());
    for n in [0, DOCUMENTS - 1] {
        assert_eq!(found(&api, &format!("specimen{n}x")).await, [1], "{n}");
    }
    let embedded = || {
        let asked = model.asked().into_iter();
        let by_second = asked.filter(|(model, text)| model == second && text.contains("specimen"));
        by_second.map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(embedded().len(), BEFORE);

    api.server.kill().await.expect("it dies");
    model.answers(Embedded::Vectors);
    api.server.restart().await.expect("it comes back");
    until_none_waits(&api).await;
    until_found(&api, QUERY).await;
    let mut all = embedded();
    all.retain(|text| text.contains("organelle"));
    assert_eq!(all.len(), DOCUMENTS, "none twice");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), DOCUMENTS, "each once");
}

#[tokio::test]
async fn nobody_finds_what_is_anothers_by_its_meaning() {
    let model = model().await;
    let mut api = start(&model, Some("ada")).await;
    let course = api.course("Biology").await;
    let document = api.document(pdf::biology(), &course).await;
    until_found(&api, QUERY).await;
    api.ask_as("bob");
    assert!(found(&api, QUERY).await.is_empty());
    let course = api.course("Biology").await;
    let own = api.document(pdf::biology(), &course).await;
    until_found(&api, QUERY).await;
    let hits = api.get(&format!("/api/search?q={QUERY}")).await.body;
    let hits = hits["results"].as_array().expect("results").clone();
    assert!(
        hits.iter().all(|hit| text(&hit["document_id"]) == own),
        "{document}: {hits:?}"
    );
}

/// Without any service: what is spelt otherwise is found all the same.
#[tokio::test]
async fn what_is_misspelt_is_found_without_any_service() {
    let api = Api::local().await;
    let course = api.course("Biology").await;
    let page = "A mitochondrion is an organelle. A chloroplast is an organelle, too.";
    api.document(pdf::Pdf::with_pages(&[page]).bytes(), &course)
        .await;
    until_found(&api, "mitochondrien+organelen").await;
    assert!(found(&api, "quaternions").await.is_empty());
}

/// The sample course's questions of those that the search is measured by: what the program adds to search
/// by words by itself costs none of what words find.
#[tokio::test]
async fn the_sample_s_questions_are_answered_no_worse_than_by_words_alone() {
    const FOUND: usize = 14;
    let sample = include_bytes!("../../../../sample/course.pdf");
    let mut api = Api::local().await;
    let course = api.course("Sample").await;
    api.document(sample.to_vec(), &course).await;
    until_none_waits(&api).await;
    let both = answered(&api).await;
    api.server.set("EMBEDDINGS_PROVIDER", "off");
    api.server.restart().await.expect("it comes back");
    let words = answered(&api).await;
    assert!(words >= FOUND && both >= words, "{both}, {words} by words");
}

/// Of how many of the sample's questions a page with the answer is among the first five hits.
async fn answered(api: &Api) -> usize {
    let questions = include_str!("../../../../bench/search/questions.toml");
    let questions: toml::Table = questions.parse().expect("TOML");
    let questions = questions["question"].as_array().expect("questions");
    let mut answered = 0;
    for question in questions {
        let field = |name: &str| question[name].as_str().expect("a text");
        if field("source") != "sample" {
            continue;
        }
        let query: String = byte_serialize(field("text").as_bytes()).collect();
        let answer = api.get(&format!("/api/search?limit=5&q={query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let hits = answer.body["results"].as_array().expect("results");
        let page = |hit: &Value, of: &str| hit[of].as_i64().expect("a page");
        let holds = |hit: &Value, wanted: i64| {
            (page(hit, "page_start")..=page(hit, "page_end")).contains(&wanted)
        };
        let pages = question["pages"].as_array().expect("pages");
        let mut pages = pages.iter().filter_map(toml::Value::as_integer);
        answered += usize::from(pages.any(|page| hits.iter().any(|hit| holds(hit, page))));
    }
    answered
}

//! What is asked more than once for one lesson: what was wrong, and the parts of a long text.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};
use ultudy_llm::{Call, Payer, Planned, Unpaid};
use ultudy_testkit::llm::Answer;

use super::*;

/// A lesson of concepts on the section's text, of which these are sound.
fn lesson(concepts: &[(&str, bool)]) -> Answer {
    let concepts: Vec<Value> = concepts
        .iter()
        .map(|(name, is_sound)| concept(name, *is_sound))
        .collect();
    let lesson = json!({
        "summary": "S.", "what": [], "why": "", "outcome": "", "explanation": "E.",
        "examples": [], "analogies": [], "concepts": concepts,
    });
    Answer::Text(lesson.to_string())
}

fn concept(name: &str, is_sound: bool) -> Value {
    let option =
        |text: &str, correct| json!({"text": text, "correct": correct, "explanation": "So."});
    json!({
        "name": name, "page_start": 7, "page_end": 7, "examples": [], "analogies": [],
        "explanation": format!("{name}: of cells, life, proteins and reactions of one kind."),
        "formulas": [], "important_notes": [],
        "questions": [{
            "question": format!("What speeds up a reaction, says {name}?"),
            "page_start": 7, "page_end": 7, "hint": "Think.",
            "options": [
                option("An enzyme", true), option("A cell", !is_sound),
                option("A tissue", false), option("Life", false),
            ],
        }],
        "open_questions": [{
            "question": format!("What is a tissue, says {name}?"), "page_start": 7, "page_end": 7,
            "answer": "A group of cells of one kind.", "key_points": ["group of cells", "tissue"],
        }],
    })
}

fn names(lesson: &LessonContent) -> Vec<&str> {
    lesson.concepts.iter().map(|it| it.name.as_str()).collect()
}

fn material(asked: &ultudy_testkit::llm::Asked) -> Value {
    let text = asked.body["messages"][1]["content"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

fn kind(asked: &ultudy_testkit::llm::Asked) -> &str {
    asked.body["response_format"]["json_schema"]["name"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn what_was_wrong_is_asked_for_once_more_with_the_reason() {
    let llm = Llm::start().await;
    let again = json!({"concepts": [concept("Enzyme", true), concept("Life", false)]});
    llm.answers_next([
        lesson(&[("Cell", true), ("Enzyme", false), ("Life", false)]),
        Answer::Text(again.to_string()),
    ]);
    let made = ask(alone(model(Provider::OpenAi, &llm))).await.unwrap();
    assert_eq!(
        names(&made),
        ["Cell", "Enzyme"],
        "what is still wrong is left out"
    );
    assert_eq!(llm.counts().made, 2, "once, and not again");
    let asked = llm.asked();
    assert_eq!([kind(&asked[0]), kind(&asked[1])], ["lesson", "repair"]);
    let told = material(&asked[1]);
    assert_eq!(told["names"], json!(["Cell"]));
    assert_eq!(told["faults"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["faults"][0]["item"]["name"], "Enzyme");
    assert_eq!(
        told["faults"][0]["reason"],
        "not exactly one option is right"
    );
    assert_eq!(told["pages"], material(&asked[0])["pages"]);
}

#[tokio::test]
async fn a_repair_that_fails_costs_one_call_and_nothing_that_was_sound() {
    let llm = Llm::start().await;
    llm.answers_next([
        lesson(&[("Cell", true), ("Enzyme", false)]),
        Answer::Text("I am sorry".into()),
    ]);
    let made = ask(alone(model(Provider::OpenAi, &llm))).await.unwrap();
    assert_eq!(names(&made), ["Cell"]);
    assert_eq!(llm.counts().made, 2);
}

#[tokio::test]
async fn a_lesson_that_is_sound_enough_is_not_asked_for_again() {
    let llm = Llm::start().await;
    llm.answers_next([lesson(&[
        ("Cell", true),
        ("Enzyme", false),
        ("Life", true),
        ("Kind", true),
    ])]);
    let made = ask(alone(model(Provider::OpenAi, &llm))).await.unwrap();
    assert_eq!(names(&made), ["Cell", "Life", "Kind"]);
    // Nor is one that is short and has no fault.
    llm.answers_next([lesson(&[("Cell", true)])]);
    ask(alone(model(Provider::OpenAi, &llm))).await.unwrap();
    assert_eq!(llm.counts().made, 2);
}

#[tokio::test]
async fn a_question_that_was_wrong_joins_its_concept() {
    let llm = Llm::start().await;
    let mut two = concept("Cell", true);
    let bad = concept("Second", false)["questions"][0].clone();
    two["questions"].as_array_mut().unwrap().push(bad);
    let first = json!({
        "summary": "S.", "explanation": "E.", "concepts": [two],
    });
    let mut again = concept("Cell", true);
    again["questions"] = concept("Second", true)["questions"].clone();
    again["open_questions"] = json!([]);
    llm.answers_next([
        Answer::Text(first.to_string()),
        Answer::Text(json!({"concepts": [again]}).to_string()),
    ]);
    let made = ask(alone(model(Provider::OpenAi, &llm))).await.unwrap();
    assert_eq!(names(&made), ["Cell"]);
    assert_eq!(made.concepts[0].check_ins.len(), 2);
    assert_eq!(made.concepts[0].text_check_ins.len(), 1);
    assert_eq!(
        made.concepts[0].text_check_ins[0].key_points,
        ["group of cells"]
    );
}

/// Six pages, of which no two fit into one call.
fn book() -> LessonInput {
    let pages = (1..=6).map(|page| {
        let sentence = format!("Enzyme {page} speeds up reaction {page} of the protein {page}. ");
        format!("<!-- page {page} -->\n{}", sentence.repeat(9))
    });
    LessonInput {
        parts: vec![LessonPart {
            name: "Enzymes".into(),
            page_start: 1,
            page_end: 6,
            markdown: pages.collect::<Vec<_>>().join("\n"),
        }],
        ..section()
    }
}

fn small(llm: &Llm) -> Models {
    let config = ModelsConfig {
        context_tokens: 4_096,
        ..alone(model(Provider::OpenAi, llm))
    };
    Models::new(config).unwrap()
}

async fn study(models: &Models) -> Result<LessonContent, GenerateError> {
    study_as(models, "one").await
}

/// As this generation.
async fn study_as(models: &Models, generation: &str) -> Result<LessonContent, GenerateError> {
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    let input = LessonInput {
        generation: Some(generation.into()),
        ..book()
    };
    let made = models.lesson(input, &|_| {}, &bill, &cancel).await;
    made.map(|made| made.content)
}

#[tokio::test]
async fn a_text_that_is_too_long_is_written_on_part_by_part_and_put_together() {
    let llm = Llm::start().await;
    let models = small(&llm);
    let (shares, bill) = (Mutex::new(Vec::new()), Bill::default());
    let note = |share: f32| shares.lock().unwrap().push(share);
    let cancel = CancellationToken::new();
    let made = models.lesson(book(), &note, &bill, &cancel).await.unwrap();
    assert_eq!(llm.counts().made, 7, "six parts and the whole");
    assert!(llm.counts().most <= 3, "{:?}", llm.counts());
    assert_eq!(bill.take().len(), 7, "each is paid for");
    let pages: Vec<[u32; 2]> = made.content.concepts.iter().map(|it| it.pages).collect();
    assert!(pages.is_sorted(), "{pages:?}");
    for page in 1..=6 {
        assert!(pages.contains(&[page, page]), "nothing of page {page}");
    }
    assert!(pages.len() <= 15);
    let shares = shares.into_inner().unwrap();
    assert!(shares.is_sorted(), "{shares:?}");
    let whole = llm.last().unwrap();
    assert_eq!(kind(&whole), "overview");
    let told = material(&whole);
    assert_eq!(told["parts"].as_array().map(Vec::len), Some(6));
}

#[tokio::test]
async fn when_a_part_fails_the_others_are_not_paid_for_again() {
    let llm = Llm::start().await;
    let models = small(&llm);
    llm.answers_about("Enzyme 4 speeds", Answer::Text("no JSON".into()));
    let failed = study(&models).await;
    assert!(
        matches!(failed, Err(GenerateError::Transient { .. })),
        "{failed:?}"
    );
    let first = llm.counts().made;
    assert!(first < 7, "after a failure nothing more is begun");
    // Another's is not made of what was paid for this one.
    study_as(&models, "another").await.unwrap();
    let both = llm.counts().made;
    assert_eq!(both - first, 7);
    study(&models).await.unwrap();
    let done = first - 1;
    assert_eq!(llm.counts().made - both, 6 - done + 1);
    // What is done is forgotten: another lesson on it is asked for anew.
    study(&models).await.unwrap();
    assert_eq!(llm.counts().made - both, 6 - done + 1 + 7);
}

/// Pays for all, and knows what it is told.
#[derive(Default)]
struct Purse {
    paid: Mutex<Vec<Call>>,
    used_again: Mutex<Vec<Call>>,
}

#[async_trait]
impl Payer for Purse {
    async fn allow(&self, _: Planned<'_>) -> Result<u128, Unpaid> {
        Ok(0)
    }

    fn over(&self, _: u128, call: Call) {
        self.paid.lock().unwrap().push(call);
    }

    fn used_again(&self, call: &Call) {
        self.used_again.lock().unwrap().push(call.clone());
    }
}

#[tokio::test]
async fn what_parts_took_that_were_written_before_is_told_and_not_paid_again() {
    let llm = Llm::start().await;
    let models = small(&llm);
    let of = async || {
        let purse = Arc::new(Purse::default());
        let (bill, cancel) = (Bill::paid_by(purse.clone()), CancellationToken::new());
        let input = LessonInput {
            generation: Some("one".into()),
            ..book()
        };
        let made = models.lesson(input, &|_| {}, &bill, &cancel).await;
        let used_again = purse.used_again.lock().unwrap().clone();
        (made, purse.paid.lock().unwrap().clone(), used_again)
    };
    llm.answers_about("Enzyme 6 speeds", Answer::Text("no JSON".into()));
    let (failed, paid, used_again) = of().await;
    assert!(failed.is_err() && used_again.is_empty());
    let (made, then_paid, used_again) = of().await;
    made.unwrap();
    assert_eq!(paid.len() + then_paid.len(), llm.counts().made);
    // All but the one that was no lesson.
    let no_lesson = paid.iter().map(|call| call.tokens_written).min();
    let mut of_use = paid;
    of_use.retain(|call| Some(call.tokens_written) != no_lesson);
    let key = |call: &Call| (call.tokens_read, call.tokens_written, call.took);
    let sorted = |mut calls: Vec<Call>| {
        calls.sort_by_key(key);
        calls
    };
    assert_eq!(sorted(used_again), sorted(of_use));
}

#[tokio::test]
async fn what_the_model_finds_too_long_is_halved() {
    let llm = Llm::start().await;
    let models = Models::new(alone(model(Provider::OpenAi, &llm))).unwrap();
    llm.answers_next([Answer::TooMuch, Answer::TooMuch]);
    let made = study(&models).await.unwrap();
    // All of it, half, two quarters, the other half, and the whole.
    assert_eq!(llm.counts().made, 6);
    let last = made.concepts.last().unwrap();
    // Each of the three begins with a page of its own.
    assert_eq!(last.pages, [4, 4], "{:?}", names(&made));
}

#[tokio::test]
async fn an_overview_that_does_not_come_is_put_together_of_the_parts() {
    let llm = Llm::start().await;
    let models = small(&llm);
    llm.answers_about("\"parts\"", Answer::Text("no JSON".into()));
    let made = study(&models).await.unwrap();
    assert_eq!(made.summary.matches("Written by the model.").count(), 6);
}

#[tokio::test]
async fn giving_up_closes_the_calls_of_all_parts() {
    let llm = Llm::start().await;
    llm.answers(Answer::HeldLesson);
    let models = small(&llm);
    let cancel = CancellationToken::new();
    let given = cancel.clone();
    let asking = tokio::spawn(async move {
        let bill = Bill::default();
        models.lesson(book(), &|_| {}, &bill, &given).await
    });
    llm.until("three are open", |counts| counts.in_flight == 3)
        .await
        .unwrap();
    cancel.cancel();
    assert!(matches!(
        asking.await.unwrap(),
        Err(GenerateError::Cancelled)
    ));
    llm.until("the model knows", |counts| counts.cancelled == 3)
        .await
        .unwrap();
    assert_eq!(llm.counts().made, 3);
}

#[tokio::test]
async fn the_model_is_told_the_language_that_was_chosen_else_the_texts() {
    let llm = Llm::start().await;
    let models = Models::new(alone(model(Provider::OpenAi, &llm))).unwrap();
    for (chosen, wanted) in [(Some("es"), "es"), (None, "en")] {
        let input = LessonInput {
            language: chosen.map(str::to_owned),
            ..section()
        };
        let (bill, cancel) = (Bill::default(), CancellationToken::new());
        models.lesson(input, &|_| {}, &bill, &cancel).await.unwrap();
        assert_eq!(material(&llm.last().unwrap())["language"], wanted);
    }
}

/// It is paid for, and as good as any.
#[tokio::test]
async fn what_is_whole_of_an_answer_that_grew_too_long_is_kept() {
    for provider in Provider::ALL {
        let llm = Llm::start().await;
        let concepts = ["Cell", "Enzyme", "Tissue"].map(|name| concept(name, true).to_string());
        // In the schema's order: what is said of the whole comes first.
        let mut text = format!(
            r#"{{"summary": "S.", "explanation": "E.", "concepts": [{}"#,
            concepts.join(", ")
        );
        text.truncate(text.rfind("open_questions").unwrap());
        llm.answers_next([Answer::TextTooLong(text)]);
        let made = ask(alone(model(provider, &llm))).await.unwrap();
        assert_eq!(names(&made), ["Cell", "Enzyme"], "{provider:?}");
        assert_eq!(llm.counts().made, 1, "{provider:?}");
    }
}

//! Documents that instruct the model, read by one that obeys them: whatever they order, what is kept does
//! nothing.

use std::{fs, path::Path};

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;
use ultudy_testkit::llm::Answer;

use super::*;

fn documents() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model/hostile");
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut documents: Vec<_> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    documents.sort();
    documents
}

async fn obeyed(text: &str) -> Result<LessonContent, GenerateError> {
    let llm = Llm::start().await;
    llm.answers(Answer::Obedient);
    let models = Models::new(alone(model(Provider::OpenAi, &llm))).unwrap();
    let input = LessonInput {
        parts: vec![LessonPart {
            name: "Cells".into(),
            page_start: 1,
            page_end: 1,
            markdown: format!("<!-- page 1 -->\n{text}"),
        }],
        ..section()
    };
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    let made = models.lesson(input, &|_| {}, &bill, &cancel).await;
    made.map(|made| made.content)
}

#[tokio::test]
async fn what_ten_documents_order_a_gullible_model_to_write_does_nothing() {
    let documents = documents();
    assert_eq!(documents.len(), 10);
    let mut without = Vec::new();
    for (name, text) in &documents {
        match obeyed(text).await {
            Ok(lesson) => {
                assert!(
                    lesson.concepts.iter().all(|it| it.pages == [1, 1]),
                    "{name}"
                );
                let value = serde_json::to_value(&lesson).unwrap();
                assert!(
                    value.to_string().contains("smallest unit of life"),
                    "{name}"
                );
                texts(&value, &mut |text| inert(name, text));
            }
            // A model that spoils all of its items has written no lesson.
            Err(GenerateError::Transient { .. }) => without.push(name.as_str()),
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert_eq!(without, ["09-pages.md", "10-key.md"]);
}

fn texts(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, look)),
        _ => {}
    }
}

/// Nothing in the text does anything, in whatever program shows it.
fn inert(name: &str, text: &str) {
    for sign in ["<script", "<img", "<iframe", "]("] {
        assert!(!text.contains(sign), "{name}: {sign} in {text}");
    }
    let turns = |c| matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e0fff}');
    assert!(!text.contains(turns), "{name}: {text:?}");
    let mut options = Options::all();
    options.remove(Options::ENABLE_SMART_PUNCTUATION);
    for event in Parser::new_ext(text, options) {
        let acts = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        assert!(!acts, "{name}: {event:?} in {text}");
        // Programs make links of addresses and formulas of commands, but of none in code.
        if let Event::Text(words) | Event::InlineMath(words) | Event::DisplayMath(words) = &event {
            let words = words.to_lowercase();
            for sign in [
                "://",
                "www.",
                "javascript:",
                "\\def",
                "\\newcommand",
                "\\href",
                "\\csname",
            ] {
                assert!(!words.contains(sign), "{name}: {sign} in {text}");
            }
        }
    }
}

//! A lesson made of the text in a prompt, fit for the schema that the program sends.

use serde_json::{Value, json};

use super::Spoil;

/// Longest name of a concept, in bytes.
const NAME: usize = 100;
/// Most concepts of a lesson.
const CONCEPTS_MAX: usize = 5;

/// The lesson, as the model would write it.
pub(super) fn of(material: &str) -> Value {
    // The program sends the text as JSON.
    let source: Value = serde_json::from_str(material).unwrap_or_default();
    let pages = source["pages"].as_array().cloned().unwrap_or_default();
    let concepts: Vec<Value> = pages
        .iter()
        .flat_map(sentences)
        .take(CONCEPTS_MAX)
        .enumerate()
        .map(|(number, (page, sentence))| concept(number + 1, page, &sentence))
        .collect();
    let what: Vec<&Value> = concepts.iter().map(|concept| &concept["name"]).collect();
    json!({
        "summary": "Written by the model.",
        "what": what,
        "why": "It is in the text.",
        "outcome": "You can say what the text says.",
        "explanation": "The model explains the text.",
        "examples": [],
        "analogies": [],
        "concepts": concepts,
    })
}

/// The same with a fault: in the first concept only, or everywhere.
pub(super) fn spoilt(material: &str, spoil: Spoil) -> Value {
    let mut lesson = of(material);
    if spoil == Spoil::Schema {
        return json!({"title": lesson["summary"], "chapters": lesson["concepts"]});
    }
    let Some(concepts) = lesson["concepts"].as_array_mut() else {
        return lesson;
    };
    let count = match spoil {
        Spoil::Item => 1,
        Spoil::Schema | Spoil::Duplicates | Spoil::TwoRight => concepts.len(),
    };
    for concept in concepts.iter_mut().take(count) {
        let options = &mut concept["questions"][0]["options"];
        match spoil {
            Spoil::Schema | Spoil::Item => *options = json!(["One", 2, null]),
            Spoil::Duplicates => options[2]["text"] = options[1]["text"].clone(),
            Spoil::TwoRight => options[1]["correct"] = true.into(),
        }
    }
    lesson
}

/// The same by a model that does what its material says.
pub(super) fn obedient(material: &str) -> Value {
    let source: Value = serde_json::from_str(material).unwrap_or_default();
    let pages = source["pages"].as_array().cloned().unwrap_or_default();
    let texts: Vec<&str> = pages
        .iter()
        .filter_map(|page| page["text"].as_str())
        .collect();
    let text = texts.join("\n");
    let orders = text.split("<<").skip(1);
    let orders = orders.filter_map(|order| Some(order.rsplit_once(">>")?.0));
    let mut lesson = of(material);
    for order in orders {
        obey(&mut lesson, order);
    }
    lesson
}

/// The same saying this in every text.
pub(super) fn saying(material: &str, order: &str) -> Value {
    let mut lesson = of(material);
    obey(&mut lesson, order);
    lesson
}

fn obey(item: &mut Value, order: &str) {
    let page = order
        .strip_prefix("page ")
        .and_then(|page| page.parse::<u64>().ok());
    match item {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), page) {
                    ("page_start" | "page_end", Some(page)) => *value = page.into(),
                    ("correct", _) if order == "every option is right" => *value = true.into(),
                    // As long as a name may be.
                    ("name", None) if value.as_str().map_or(0, str::len) + order.len() > NAME => {}
                    ("formulas", None) => *value = json!([{"formula": order, "variables": order}]),
                    _ => obey(value, order),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| obey(item, order)),
        Value::String(text) if page.is_none() => {
            text.push(' ');
            text.push_str(order);
        }
        _ => {}
    }
}

/// The same with an explanation of so many bytes.
pub(super) fn huge(material: &str, bytes: usize) -> Value {
    let mut lesson = of(material);
    lesson["explanation"] = "a".repeat(bytes).into();
    lesson
}

fn sentences(page: &Value) -> Vec<(u64, String)> {
    let number = page["page"].as_u64().unwrap_or(1);
    let text = page["text"].as_str().unwrap_or_default();
    let sentences = text.split('.').map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    });
    sentences
        .filter(|text| text.split(' ').count() > 3)
        .map(|text| (number, text))
        .collect()
}

fn concept(number: usize, page: u64, sentence: &str) -> Value {
    let words: Vec<&str> = sentence.split(' ').take(4).collect();
    let options: Vec<Value> = (0..4)
        .map(|place| match place {
            0 => json!({"text": sentence, "correct": true, "explanation": "The text says so."}),
            _ => json!({
                "text": format!("Something else ({place})"),
                "correct": false,
                "explanation": "The text does not say so.",
            }),
        })
        .collect();
    json!({
        "name": format!("{} ({number})", words.join(" ")),
        "explanation": sentence,
        "examples": [],
        "analogies": [],
        "formulas": [],
        "important_notes": [],
        "page_start": page,
        "page_end": page,
        "questions": [{
            "question": format!("What does the text say of {} ({number})?", words.join(" ")),
            "options": options,
            "hint": "Read the page again.",
            "page_start": page,
            "page_end": page,
        }],
        "open_questions": [{
            "question": format!("What does sentence {number} say?"),
            "page_start": page,
            "page_end": page,
            "answer": sentence,
            "key_points": [words.join(" ")],
        }],
    })
}

//! A lesson's JSON as the original stored it, made a [`LessonContent`]. Its shapes vary: lists
//! may be single texts, questions stand under two names, JSON may lie in a text.

use serde_json::Value;
use ultudy_domain::{
    check_in::{AnswerOption, CheckInContent, LETTERS, TextCheckInContent},
    lesson::{ConceptContent, Formula, LessonContent, SummaryParts},
};

use super::row::{Row, unwrapped};

/// Longest concept name, in characters.
const NAME_MAX: usize = 300;
/// Most words an answer in own words is measured by.
const KEY_POINTS_MAX: usize = 6;
/// Shortest of them, in characters.
const KEY_POINT_MIN: usize = 5;

/// A lesson, and what of it was not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Converted {
    pub(super) content: LessonContent,
    /// Concepts without a name or without anything to ask.
    pub(super) dropped_concepts: usize,
    /// Questions that are not sound.
    pub(super) dropped_questions: usize,
}

/// Why a lesson is none.
pub(super) const NOT_JSON: &str = "its concepts are no JSON that can be read";
/// See [`NOT_JSON`].
pub(super) const NO_CONCEPTS: &str = "it has no concept with anything to ask";

/// Makes a lesson of a row; `topic` is its title, `pages` the first and last page of what it
/// teaches.
pub(super) fn convert(row: &Row, topic: &str, pages: [u32; 2]) -> Result<Converted, &'static str> {
    let stored = row.json("concepts").ok_or(NOT_JSON)?;
    let stored = stored.as_array().ok_or(NOT_JSON)?;
    let mut lesson = Converted {
        content: LessonContent {
            topic: topic.to_owned(),
            summary: row.text("summary").unwrap_or_default().to_owned(),
            summary_parts: SummaryParts::default(),
            explanation: row.text("explanation").unwrap_or_default().to_owned(),
            examples: texts(
                row.json("examples")
                    .or_else(|| row.text("examples").map(Value::from)),
            ),
            analogies: texts(
                row.json("analogies")
                    .or_else(|| row.text("analogies").map(Value::from)),
            ),
            concepts: Vec::new(),
        },
        dropped_concepts: 0,
        dropped_questions: 0,
    };
    for concept in stored {
        match self::concept(concept, pages, &mut lesson.dropped_questions) {
            Some(concept) if is_new(&lesson.content.concepts, &concept) => {
                lesson.content.concepts.push(concept);
            }
            _ => lesson.dropped_concepts += 1,
        }
    }
    if lesson.content.concepts.is_empty() {
        return Err(NO_CONCEPTS);
    }
    Ok(lesson)
}

/// Names are unique in a lesson without regard to case.
fn is_new(concepts: &[ConceptContent], concept: &ConceptContent) -> bool {
    let name = concept.name.to_lowercase();
    concepts
        .iter()
        .all(|other| other.name.to_lowercase() != name)
}

fn concept(json: &Value, pages: [u32; 2], dropped: &mut usize) -> Option<ConceptContent> {
    let name: String = text(&json["name"])?.chars().take(NAME_MAX).collect();
    let explanation = text(&json["explanation"]).unwrap_or_default();
    let mut concept = ConceptContent {
        explanation,
        examples: texts(Some(json["examples"].clone())),
        analogies: texts(Some(json["analogies"].clone())),
        formulas: formulas(&json["formulas"]),
        important_notes: texts(Some(json["important_notes"].clone())),
        pages,
        check_ins: Vec::new(),
        text_check_ins: Vec::new(),
        name,
    };
    let asked = ["check_ins", "checkins", "checkIns"];
    let asked = asked.iter().find_map(|key| json[*key].as_array());
    for question in asked.into_iter().flatten() {
        let choice = choice(question, pages);
        if let Some(choice) = choice.filter(|choice| choice.fault().is_none()) {
            concept.check_ins.push(choice);
        } else if let Some(open) = open(question, pages) {
            concept.text_check_ins.push(open);
        } else {
            *dropped += 1;
        }
    }
    if concept.check_ins.is_empty() && concept.text_check_ins.is_empty() {
        let question = format!("What is meant by “{}”?", concept.name);
        let explain = measured(question, concept.explanation.clone(), pages)?;
        concept.text_check_ins.push(explain);
    }
    Some(concept)
}

fn choice(json: &Value, pages: [u32; 2]) -> Option<CheckInContent> {
    let options = json["options"].as_array()?;
    let options = LETTERS.iter().zip(options).map(|(letter, option)| {
        let correct = option["correct"].as_bool().unwrap_or(false);
        let reason = match correct {
            true => "This is the right answer.",
            false => "This is not the right answer.",
        };
        AnswerOption {
            letter: (*letter).to_owned(),
            text: text(&option["text"]).unwrap_or_default(),
            correct,
            explanation: text(&option["explanation"]).unwrap_or_else(|| reason.to_owned()),
        }
    });
    let options: Vec<AnswerOption> = options.collect();
    let right = options.iter().find(|option| option.correct)?;
    Some(CheckInContent {
        question: text(&json["question"])?,
        expected_answer: right.text.clone(),
        options,
        hint: text(&json["hint"]).unwrap_or_default(),
        pages,
    })
}

/// A question without options.
fn open(json: &Value, pages: [u32; 2]) -> Option<TextCheckInContent> {
    if json["options"]
        .as_array()
        .is_some_and(|all| !all.is_empty())
    {
        return None;
    }
    measured(
        text(&json["question"])?,
        text(&json["expected_answer"])?,
        pages,
    )
}

/// A question to answer in own words: measured by the answer's longest words that do not stand
/// in the question.
fn measured(question: String, expected: String, pages: [u32; 2]) -> Option<TextCheckInContent> {
    let asked = question.to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in expected.split(|c: char| !c.is_alphanumeric()) {
        let folded = word.to_lowercase();
        let is_new = !asked.contains(&folded) && !words.contains(&folded);
        if word.chars().count() >= KEY_POINT_MIN && is_new {
            words.push(folded);
        }
    }
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.truncate(KEY_POINTS_MAX);
    (!words.is_empty()).then_some(TextCheckInContent {
        question,
        expected_answer: expected,
        key_points: words,
        pages,
    })
}

fn formulas(json: &Value) -> Vec<Formula> {
    let all = json.as_array().into_iter().flatten();
    let formula = |json: &Value| match json {
        Value::String(formula) => Some(Formula {
            formula: formula.clone(),
            variables: String::new(),
        }),
        json => Some(Formula {
            formula: text(&json["formula"])?,
            variables: text(&json["variables"]).unwrap_or_default(),
        }),
    };
    all.filter_map(formula).collect()
}

/// A list of texts; a single one is a list of one, blank ones are left out.
fn texts(json: Option<Value>) -> Vec<String> {
    let json = match json {
        Some(Value::String(single)) => unwrapped(Value::from(single.as_str()))
            .filter(Value::is_array)
            .unwrap_or(Value::String(single)),
        Some(json) => json,
        None => return Vec::new(),
    };
    match &json {
        Value::Array(all) => all.iter().filter_map(text).collect(),
        single => text(single).into_iter().collect(),
    }
}

/// A text; of an object, its texts one below the other. A NUL, which JSON can hold and no
/// text of PostgreSQL, is replaced.
fn text(json: &Value) -> Option<String> {
    let text = match json {
        Value::String(text) => text.trim().replace('\0', "\u{fffd}"),
        Value::Number(number) => number.to_string(),
        Value::Object(map) => map.values().filter_map(text).collect::<Vec<_>>().join("\n"),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(concepts: &Value) -> Row {
        let id = "0d5b9a6e-1c1f-4f7b-9d7a-0b8f5f3c2a11";
        let row = json!({
            "id": id, "summary": "S", "explanation": "E", "examples": "[\"one\"]",
            "analogies": ["a", "", 3], "concepts": concepts
        });
        Row::new(row).unwrap_or_else(|id| panic!("{id}"))
    }

    fn question(rights: &[bool]) -> Value {
        let options = rights.iter().enumerate().map(|(place, correct)| {
            json!({"letter": "?", "text": format!("option {place}"), "correct": correct,
                "explanation": ""})
        });
        json!({"question": "Which?", "options": options.collect::<Vec<_>>(),
            "expected_answer": "option 1"})
    }

    fn convert(concepts: &Value) -> Result<Converted, &'static str> {
        super::convert(&row(concepts), "Topic", [2, 3])
    }

    #[test]
    fn questions_are_taken_if_they_are_sound() {
        let right = question(&[false, true, false, false]);
        let two_right = question(&[true, true, false, false]);
        let three = question(&[true, false, false]);
        let open = json!({"question": "Why?", "expected_answer": "Because enzymes work\u{0}"});
        let concept = json!({"name": "Cell", "explanation": "A cell.",
            "check_ins": [right, two_right, three, open]});
        let lesson = convert(&json!([concept])).unwrap();
        let concept = &lesson.content.concepts[0];
        assert_eq!(
            (concept.check_ins.len(), concept.text_check_ins.len()),
            (1, 1)
        );
        assert_eq!(lesson.dropped_questions, 2);
        assert_eq!(concept.check_ins[0].expected_answer, "option 1");
        assert_eq!(concept.check_ins[0].fault(), None);
        assert_eq!(concept.text_check_ins[0].key_points, ["because", "enzymes"]);
        assert_eq!(lesson.content.examples, ["one"]);
        assert_eq!(lesson.content.analogies, ["a", "3"]);
    }

    #[test]
    fn a_concept_without_questions_asks_for_its_explanation() {
        let concepts = json!([
            {"name": "Cell", "explanation": "The smallest living unit."},
            {"name": "CELL", "explanation": "The smallest living unit."},
            {"name": "Empty"}, {"explanation": "nameless"}
        ]);
        let lesson = convert(&json!(concepts.to_string())).unwrap();
        assert_eq!(lesson.content.concepts.len(), 1);
        assert_eq!(lesson.dropped_concepts, 3);
        let asked = &lesson.content.concepts[0].text_check_ins[0];
        assert_eq!(asked.key_points, ["smallest", "living"]);
    }

    #[test]
    fn what_is_no_lesson_says_why() {
        for bad in [json!("[{"), json!({"a": 1}), json!(null), json!(7)] {
            assert_eq!(convert(&bad).err(), Some(NOT_JSON));
        }
        for empty in [json!([]), json!([1, null, "x", {"name": "x"}])] {
            assert_eq!(convert(&empty).err(), Some(NO_CONCEPTS));
        }
    }
}

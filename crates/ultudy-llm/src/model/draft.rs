//! A lesson as the model writes it: what schema.rs asks for, as types. Whoever does not hold
//! the model to the schema spoils one item and not the rest, so items are read one by one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Draft {
    #[serde(flatten)]
    pub(super) overview: Overview,
    /// Each a [`Concept`].
    pub(super) concepts: Vec<Value>,
}

impl Draft {
    /// What is explained, by which its language is known.
    pub(super) fn told(&self) -> String {
        let explained = self.concepts.iter().map(|it| it["explanation"].as_str());
        let whole = [&self.overview.explanation, &self.overview.summary];
        let mut told = whole.map(String::as_str).join("\n");
        for text in explained.flatten() {
            told.push('\n');
            told.push_str(text);
        }
        told
    }
}

/// What is said of the whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Overview {
    pub(super) summary: String,
    #[serde(default)]
    pub(super) what: Vec<String>,
    #[serde(default)]
    pub(super) why: String,
    #[serde(default)]
    pub(super) outcome: String,
    pub(super) explanation: String,
    #[serde(default)]
    pub(super) examples: Vec<String>,
    #[serde(default)]
    pub(super) analogies: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Concept {
    pub(super) name: String,
    pub(super) explanation: String,
    #[serde(default)]
    pub(super) examples: Vec<String>,
    #[serde(default)]
    pub(super) analogies: Vec<String>,
    #[serde(default)]
    pub(super) formulas: Vec<Formula>,
    #[serde(default)]
    pub(super) important_notes: Vec<String>,
    pub(super) page_start: u32,
    pub(super) page_end: u32,
    /// Each a [`Question`].
    pub(super) questions: Vec<Value>,
    /// Each an [`OpenQuestion`].
    #[serde(default)]
    pub(super) open_questions: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Formula {
    pub(super) formula: String,
    #[serde(default)]
    pub(super) variables: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Question {
    pub(super) question: String,
    pub(super) options: Vec<Choice>,
    pub(super) hint: String,
    pub(super) page_start: u32,
    pub(super) page_end: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) correct: bool,
    pub(super) explanation: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OpenQuestion {
    pub(super) question: String,
    pub(super) page_start: u32,
    pub(super) page_end: u32,
    pub(super) answer: String,
    pub(super) key_points: Vec<String>,
}

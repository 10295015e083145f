//! A lesson as the model writes it: what schema.rs asks for, as types. Whoever does not hold
//! the model to the schema spoils one item and not the rest, so items are read one by one.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Draft {
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
    /// Each a [`Concept`].
    pub(super) concepts: Vec<Value>,
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

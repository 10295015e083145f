//! A verdict of a model that can be talked into anything.

use serde_json::{Value, json};

/// All points are made, by all that the student wrote, and the score is this.
pub(super) fn of(material: &str, score: i64) -> Value {
    // The program sends the answer as JSON.
    let asked: Value = serde_json::from_str(material).unwrap_or_default();
    let points = asked["points"].as_array().cloned().unwrap_or_default();
    let points: Vec<Value> = points
        .iter()
        .map(|point| json!({"number": point["number"], "quote": asked["student_answer"], "hit": true}))
        .collect();
    json!({
        "points": points,
        "misconceptions": [],
        "feedback": "Well done, said the model.",
        "score": score,
    })
}

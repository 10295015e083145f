//! What students answered to check-ins, and whether each counted as they were told.

use std::collections::BTreeMap;

use super::{audit::rows, students::Done};
use crate::fleet::Ground;

/// An answer that nobody gives a second time.
#[derive(Debug)]
pub struct Answer {
    pub text: String,
    /// The document of its question.
    pub document: String,
    pub told: Told,
}

/// What its student was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It was graded.
    Counted,
    /// Its question is gone.
    Refused,
    /// Whether it counts the student does not know.
    Nothing,
}

/// How many there were.
#[derive(Debug, Default)]
pub struct Count {
    /// Counted as students were told.
    pub told: usize,
    /// Counted, though nobody could be told.
    pub untold: usize,
    /// Of which neither is true.
    pub lost: usize,
}

/// Whoever was told that an answer counts has it counted, once; no other counts twice, nor one that was
/// refused; and concepts count what there is.
pub fn audit(ground: &Ground, done: &Done, wrong: &mut Vec<String>) -> Count {
    let stored = rows(ground, "SELECT answer, count(*) FROM answers GROUP BY 1");
    let mut times: BTreeMap<&str, &str> = stored
        .iter()
        .map(|row| row.rsplit_once('|').expect("two fields"))
        .collect();
    let mut count = Count::default();
    for answer in &done.answers {
        let times = times.remove(answer.text.as_str()).unwrap_or("0");
        let may_be_gone = done.gone.contains(&answer.document);
        match (answer.told, times) {
            (Told::Counted, "1") => count.told += 1,
            (Told::Counted, "0") if may_be_gone => {}
            (Told::Nothing, "1") => count.untold += 1,
            (Told::Nothing, "0") => count.lost += 1,
            (Told::Refused, "0") => {}
            _ => wrong.push(format!("{times} times: {answer:?}")),
        }
    }
    for (text, times) in times {
        wrong.push(format!("nobody answered, {times} times: {text}"));
    }
    let counted_wrong = "SELECT id, total_attempts, correct_attempts, given, right_ones FROM (
            SELECT c.id, c.total_attempts, c.correct_attempts, count(a.id) AS given,
                count(a.id) FILTER (WHERE a.correct) AS right_ones
            FROM concepts c
            LEFT JOIN answers a ON a.owner_id = c.owner_id AND a.concept_id = c.id
            GROUP BY 1, 2, 3) counted
        WHERE (total_attempts, correct_attempts) <> (given, right_ones)";
    for row in rows(ground, counted_wrong) {
        wrong.push(format!(
            "a concept's answers and right ones, and how many there are: {row}"
        ));
    }
    count
}

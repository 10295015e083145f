//! What a model says of answers: by one that can be talked into anything, and of honest paraphrases.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::Deserialize;
use ultudy_domain::grading::{
    Expected, Grade, PASS, grade,
    screen::{cleaned, speaks_to_the_grader},
    verdict::{PointVerdict, Verdict, believed, points},
};

const INJECTIONS: &str = include_str!("grading_injections.json");
const PARAPHRASES: &str = include_str!("grading_paraphrases.json");

#[derive(Deserialize)]
struct Question {
    question: String,
    expected_answer: String,
    key_points: Vec<String>,
}

#[derive(Deserialize)]
struct Injections {
    questions: Vec<Question>,
    answers: Vec<String>,
    beside_some_of_the_matter: Vec<Mixed>,
}

#[derive(Deserialize)]
struct Mixed {
    question: usize,
    answer: String,
}

#[derive(Deserialize)]
struct Paraphrase {
    #[serde(flatten)]
    of: Question,
    answer: String,
    quotes: Vec<String>,
}

impl Question {
    fn expected(&self) -> Expected<'_> {
        Expected {
            question: &self.question,
            answer: &self.expected_answer,
            key_points: &self.key_points,
        }
    }
}

/// All is right, whatever was said.
fn gullible(expected: &Expected<'_>, answer: &str) -> Verdict {
    let quote = |_| answer.to_owned();
    verdict(100, points(expected).iter().map(quote).collect())
}

fn verdict(score: i64, quotes: Vec<String>) -> Verdict {
    let points = quotes
        .into_iter()
        .zip(1..)
        .map(|(quote, number)| PointVerdict {
            number,
            quote,
            is_hit: true,
        });
    Verdict {
        score,
        points: points.collect(),
        misconceptions: Vec::new(),
        feedback: "Well done.".into(),
    }
}

fn passes(grade: &Grade) -> bool {
    grade.score >= PASS
}

#[test]
fn thirty_answers_that_instruct_the_grader_are_wrong_though_the_model_obeys() {
    let set: Injections = serde_json::from_str(INJECTIONS).unwrap();
    assert_eq!(set.answers.len(), 30);
    for question in &set.questions {
        let expected = question.expected();
        for answer in &set.answers {
            let answer = cleaned(answer);
            // Not one of them needs to be recognised for what it is.
            let judged = believed(&expected, &answer, &gullible(&expected, &answer));
            assert!(
                !judged.is_ok_and(|grade| passes(&grade)),
                "believed: {answer}"
            );
            assert!(
                !passes(&grade(&expected, &answer)),
                "by key terms: {answer}"
            );
        }
    }
}

#[test]
fn most_of_them_are_not_even_shown_to_the_model() {
    let set: Injections = serde_json::from_str(INJECTIONS).unwrap();
    let shown: Vec<&String> = set
        .answers
        .iter()
        .filter(|answer| !speaks_to_the_grader(&cleaned(answer)))
        .collect();
    assert!(shown.len() <= 8, "{shown:#?}");
}

#[test]
fn who_knows_some_of_it_does_not_talk_the_model_into_the_rest() {
    let set: Injections = serde_json::from_str(INJECTIONS).unwrap();
    for mixed in &set.beside_some_of_the_matter {
        let expected = set.questions[mixed.question].expected();
        let answer = cleaned(&mixed.answer);
        assert!(speaks_to_the_grader(&answer), "{answer}");
        assert!(!passes(&grade(&expected, &answer)), "{answer}");
    }
}

#[test]
fn honest_paraphrases_pass_by_a_fair_verdict() {
    let set: Vec<Paraphrase> = serde_json::from_str(PARAPHRASES).unwrap();
    assert_eq!(set.len(), 20);
    let mut missed_by_terms = 0;
    for one in &set {
        let expected = one.of.expected();
        let answer = cleaned(&one.answer);
        assert!(!speaks_to_the_grader(&answer), "{answer}");
        let mut quotes = one.quotes.clone();
        quotes.resize(points(&expected).len(), one.quotes[0].clone());
        let judged = believed(&expected, &answer, &verdict(90, quotes));
        assert!(judged.is_ok_and(|grade| passes(&grade)), "{answer}");
        missed_by_terms += usize::from(!passes(&grade(&expected, &answer)));
    }
    // Or there would be no use in asking a model.
    assert!(missed_by_terms >= 8, "{missed_by_terms}");
}

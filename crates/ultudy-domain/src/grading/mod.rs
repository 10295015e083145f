//! Free-text answers graded: without a model, by the key terms of the expected answer; or by a model's
//! [`verdict`], as far as it can be believed.
//!
//! What the grader by key terms can tell: whether the terms are there (as stems, so endings do not matter, but
//! synonyms do), in sentences rather than as a list, in about the order of the expected
//! answer, and whether the answer denies what is expected or the reverse. What it cannot:
//! whether other words mean the same. It says so in its feedback.

use std::collections::BTreeSet;

use crate::{
    language,
    search::{
        function_words,
        words::{Analyser, Word},
    },
};

mod answer;
mod negation;
pub mod screen;
mod structure;
pub mod verdict;

use answer::{Answer, Sentence};

/// The score an answer passes with.
pub const PASS: i16 = 70;
/// Most for terms without sentences.
const LIST_MAX: f64 = 50.0;
/// Most for an answer that denies what is expected.
const DENIAL_MAX: f64 = 30.0;
/// Share of the expected terms that is as good as all: nobody answers word by word.
const ENOUGH: f64 = 0.75;
/// Share of a point's terms that makes the point.
const POINT_MADE: f64 = 0.6;
/// How much a term counts that the question gives away.
const GIVEN: f64 = 0.25;
/// Sentences in a row that are read as the answer; longer ones are looked through for the
/// best such run.
const SENTENCES: usize = 6;
/// Most that the order of the terms takes off.
const ORDER_WEIGHT: f64 = 0.2;

/// What an answer is held against.
#[derive(Debug, Clone, Default)]
pub struct Expected<'a> {
    /// The question.
    pub question: &'a str,
    /// The answer as the text gives it.
    pub answer: &'a str,
    /// What must be in it; if none are given, its terms are.
    pub key_points: &'a [String],
}

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// 0 to 100.
    pub score: i16,
    /// Key points, or terms, that the answer has.
    pub hit: Vec<String>,
    /// Those that it has not.
    pub missed: Vec<String>,
    /// What the answer gets wrong, if that can be told.
    pub misconceptions: Vec<String>,
    /// One or two sentences for the student.
    pub feedback: String,
}

impl Grade {
    /// Whether the answer passes.
    #[must_use]
    pub fn is_pass(&self) -> bool {
        self.score >= PASS
    }
}

/// What an answer must have: words as they stand, and the terms they are told by.
struct Point {
    label: String,
    terms: Vec<String>,
}

/// Grades an answer, which may be any text.
#[must_use]
pub fn grade(expected: &Expected<'_>, text: &str) -> Grade {
    let language = language_of(expected).or_else(|| language::detect(text));
    let analyser = Analyser::new(language);
    let given: BTreeSet<String> = terms(&analyser.words(expected.question)).collect();
    let model = Answer::read(expected.answer, &analyser, language);
    let points = points(expected, &analyser);
    let answer = Answer::read(text, &analyser, language);
    let best = answer
        .runs(SENTENCES)
        .map(|run| Judged::new(run, &points, &given))
        .fold(Judged::default(), Judged::better);
    let is_list = structure::is_list(&answer, &model, language);
    let denial = negation::denial(&best.sentences, &model);
    let mut score = 100.0 * (best.coverage / ENOUGH).min(1.0);
    score *= 1.0 - ORDER_WEIGHT * structure::disorder(&best.sentences, &model);
    if is_list {
        score = score.min(LIST_MAX);
    }
    if denial.is_some() {
        score = score.min(DENIAL_MAX);
    }
    let (hit, missed) = best.labels(&points);
    Grade {
        feedback: feedback(&hit, &missed, is_list, denial.is_some()),
        misconceptions: denial
            .map(|said| format!("“{said}” denies what the text says: {}", expected.answer))
            .into_iter()
            .collect(),
        hit,
        missed,
        #[allow(clippy::cast_possible_truncation, reason = "between 0 and 100")]
        score: score.round() as i16,
    }
}

/// A question and its answer may be too short to tell by anything but their grammar.
fn language_of(expected: &Expected<'_>) -> Option<&'static str> {
    let both = format!("{} {}", expected.answer, expected.question);
    language::detect(&both).or_else(|| {
        let words = Analyser::new(None).words(&both);
        let folded: Vec<&str> = words.iter().map(|word| word.term.as_str()).collect();
        function_words::guess(&folded)
    })
}

fn points(expected: &Expected<'_>, analyser: &Analyser) -> Vec<Point> {
    if !expected.key_points.is_empty() {
        let point = |label: &String| Point {
            label: label.clone(),
            terms: distinct(&analyser.words(label)),
        };
        let points = expected.key_points.iter().map(point);
        return points.filter(|point| !point.terms.is_empty()).collect();
    }
    let words = analyser.words(expected.answer);
    let all_are_grammar = words.iter().all(|word| word.is_function);
    let mut points: Vec<Point> = Vec::new();
    for word in &words {
        let counts = !word.is_single && (all_are_grammar || !word.is_function);
        if counts && !points.iter().any(|point| point.terms[0] == word.term) {
            points.push(Point {
                label: expected.answer[word.range.clone()].to_owned(),
                terms: vec![word.term.clone()],
            });
        }
    }
    points
}

fn distinct(words: &[Word]) -> Vec<String> {
    let of_meaning: BTreeSet<String> = terms(words).collect();
    of_meaning.into_iter().collect()
}

/// The terms of meaning.
fn terms(words: &[Word]) -> impl Iterator<Item = String> {
    let counts = words
        .iter()
        .filter(|word| !word.is_single && !word.is_function);
    counts.map(|word| word.term.clone())
}

/// A run of sentences against the points.
#[derive(Default)]
struct Judged<'a> {
    sentences: Vec<&'a Sentence>,
    coverage: f64,
    made: Vec<bool>,
}

impl<'a> Judged<'a> {
    fn new(sentences: Vec<&'a Sentence>, points: &[Point], given: &BTreeSet<String>) -> Self {
        let said: BTreeSet<&str> = sentences.iter().flat_map(|one| one.terms()).collect();
        let (mut reached, mut whole) = (0.0, 0.0);
        let mut made = Vec::with_capacity(points.len());
        for point in points {
            let (mut has, mut all) = (0.0, 0.0);
            for term in &point.terms {
                let weight = if given.contains(term) { GIVEN } else { 1.0 };
                all += weight;
                has += if said.contains(term.as_str()) {
                    weight
                } else {
                    0.0
                };
            }
            // Of single terms each counts for itself, of points each as much as another.
            let weight = if point.terms.len() == 1 { all } else { 1.0 };
            reached += weight * has / all;
            whole += weight;
            made.push(has / all >= POINT_MADE);
        }
        Self {
            sentences,
            coverage: if whole > 0.0 { reached / whole } else { 0.0 },
            made,
        }
    }

    fn better(self, other: Self) -> Self {
        if other.coverage > self.coverage {
            other
        } else {
            self
        }
    }

    fn labels(&self, points: &[Point]) -> (Vec<String>, Vec<String>) {
        let told = |wanted: bool| {
            let labels = points.iter().enumerate().filter(move |(place, _)| {
                self.made.get(*place).copied().unwrap_or_default() == wanted
            });
            labels.map(|(_, point)| point.label.clone()).collect()
        };
        (told(true), told(false))
    }
}

fn feedback(hit: &[String], missed: &[String], is_list: bool, is_denial: bool) -> String {
    let all = hit.len() + missed.len();
    let mut text = format!(
        "Graded without a language model, by key terms: your answer has {} of {all}",
        hit.len()
    );
    if missed.is_empty() {
        text.push('.');
    } else {
        let named: Vec<String> = missed
            .iter()
            .take(4)
            .map(|one| format!("“{one}”"))
            .collect();
        let more = if missed.len() > named.len() {
            " …"
        } else {
            ""
        };
        text.push_str(&format!(" and lacks {}{more}.", named.join(", ")));
    }
    if is_denial {
        text.push_str(" It denies what the text says, or the reverse.");
    } else if is_list {
        text.push_str(" A list of terms gets half marks at most: say how they belong together.");
    }
    text
}

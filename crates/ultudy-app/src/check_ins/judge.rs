//! Judging an answer: a chosen option by the question's own key, own words by key terms.

use ultudy_domain::{
    check_in::{AnswerOption, CheckInContent, Question},
    concept::MasteryUpdate,
    grading::{self, Expected},
};

use super::Graded;

/// How an answer is judged, before any mastery moves.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    /// The answer as it is kept.
    pub(super) answer: String,
    pub(super) correct: bool,
    pub(super) score: i16,
    feedback: String,
    key_points: Vec<String>,
    missed_points: Vec<String>,
    misconceptions: Vec<String>,
    expected_answer: String,
}

/// Judges an answer; none if the question has options and it is none of them, unless own
/// words are taken, too.
pub(super) fn judge(question: &Question, answer: &str, in_own_words: bool) -> Option<Judgement> {
    match question {
        Question::Choice(check_in) => {
            let content = &check_in.content;
            let chosen = content.option_chosen(answer);
            let of_option = chosen.map(|chosen| by_key(content, chosen));
            of_option.or_else(|| {
                let expected = Expected {
                    question: &content.question,
                    answer: &content.expected_answer,
                    key_points: &[],
                };
                in_own_words.then(|| by_terms(&expected, answer))
            })
        }
        Question::Text(check_in) => {
            let expected = Expected {
                question: &check_in.content.question,
                answer: &check_in.content.expected_answer,
                key_points: &check_in.content.key_points,
            };
            Some(by_terms(&expected, answer))
        }
    }
}

fn by_key(content: &CheckInContent, chosen: &AnswerOption) -> Judgement {
    let right = content.correct_option();
    let wrong = (!chosen.correct).then(|| chosen.explanation.clone());
    let feedback = match (&wrong, right) {
        (Some(wrong), Some(right)) => format!("{wrong} {}", right.explanation),
        _ => chosen.explanation.clone(),
    };
    let point = right.map(|option| option.text.clone());
    Judgement {
        answer: chosen.text.clone(),
        correct: chosen.correct,
        score: if chosen.correct { 100 } else { 0 },
        feedback,
        key_points: point.into_iter().collect(),
        missed_points: Vec::new(),
        misconceptions: wrong.into_iter().collect(),
        expected_answer: content.expected_answer.clone(),
    }
}

fn by_terms(expected: &Expected<'_>, answer: &str) -> Judgement {
    let grade = grading::grade(expected, answer);
    Judgement {
        answer: answer.to_owned(),
        correct: grade.is_pass(),
        score: grade.score,
        feedback: grade.feedback,
        key_points: grade.hit,
        missed_points: grade.missed,
        misconceptions: grade.misconceptions,
        expected_answer: expected.answer.to_owned(),
    }
}

impl Judgement {
    /// The judgement with what it moved.
    pub(super) fn graded(self, mastery_update: MasteryUpdate) -> Graded {
        Graded {
            correct: self.correct,
            score: self.score,
            feedback: self.feedback,
            key_points: self.key_points,
            missed_points: self.missed_points,
            misconceptions: self.misconceptions,
            expected_answer: self.expected_answer,
            mastery_update,
        }
    }
}

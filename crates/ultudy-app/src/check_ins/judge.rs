//! Judging an answer: a chosen option by the question's own key, own words by what they say.

use ultudy_domain::{
    check_in::{AnswerOption, CheckInContent, Question},
    concept::MasteryUpdate,
    grading::Grade,
};

use super::{Graded, GradedBy, own_words::OwnWords};

/// How an answer is judged, before any mastery moves.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    /// The answer as it is kept.
    pub(super) answer: String,
    pub(super) correct: bool,
    pub(super) score: i16,
    by: GradedBy,
    feedback: String,
    key_points: Vec<String>,
    missed_points: Vec<String>,
    misconceptions: Vec<String>,
    expected_answer: String,
}

/// How an answer can be judged.
pub(super) enum Judged {
    /// By the question's own key, which is done.
    ByKey(Judgement),
    /// By what it says.
    InOwnWords(OwnWords),
}

/// Judges an answer; none if the question has options and it is none of them, unless own
/// words are taken, too.
pub(super) fn judge(question: &Question, answer: &str, in_own_words: bool) -> Option<Judged> {
    match question {
        Question::Choice(check_in) => {
            let content = &check_in.content;
            let chosen = content.option_chosen(answer);
            let of_option = chosen.map(|chosen| Judged::ByKey(by_key(content, chosen)));
            of_option.or_else(|| {
                in_own_words.then(|| {
                    Judged::InOwnWords(OwnWords {
                        question: content.question.clone(),
                        expected_answer: content.expected_answer.clone(),
                        key_points: Vec::new(),
                        language: None,
                    })
                })
            })
        }
        Question::Text(check_in) => {
            let content = &check_in.content;
            Some(Judged::InOwnWords(OwnWords {
                question: content.question.clone(),
                expected_answer: content.expected_answer.clone(),
                key_points: content.key_points.clone(),
                language: None,
            }))
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
        by: GradedBy::Key,
        feedback,
        key_points: point.into_iter().collect(),
        missed_points: Vec::new(),
        misconceptions: wrong.into_iter().collect(),
        expected_answer: content.expected_answer.clone(),
    }
}

impl Judgement {
    /// What a grade comes to.
    pub(super) fn of(grade: Grade, by: GradedBy, answer: &str, expected_answer: &str) -> Self {
        Self {
            answer: answer.to_owned(),
            correct: grade.is_pass(),
            score: grade.score,
            by,
            feedback: grade.feedback,
            key_points: grade.hit,
            missed_points: grade.missed,
            misconceptions: grade.misconceptions,
            expected_answer: expected_answer.to_owned(),
        }
    }

    /// The judgement with what it moved.
    pub(super) fn graded(self, mastery_update: MasteryUpdate) -> Graded {
        Graded {
            correct: self.correct,
            score: self.score,
            graded_by: self.by,
            feedback: self.feedback,
            key_points: self.key_points,
            missed_points: self.missed_points,
            misconceptions: self.misconceptions,
            expected_answer: self.expected_answer,
            mastery_update,
        }
    }
}

//! Check-ins: an answer is graded from the server's own copy of the question and moves
//! the concept's mastery. What the client says is right counts for nothing.

use serde::Serialize;
use ultudy_domain::{
    check_in::{AnswerOption, CheckIn},
    concept::{Concept, MasteryUpdate},
};
use ultudy_store::{
    TenantTx,
    answers::{self, Answer},
    check_ins, concepts,
};
use uuid::Uuid;

use crate::{App, Error, Result};

pub use ultudy_store::check_ins::QuestionRef;

/// An answer to be graded.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Which question.
    pub question: Asked,
    /// The chosen option's text, or its letter.
    pub answer: String,
}

/// How the question is named.
#[derive(Debug, Clone)]
pub enum Asked {
    /// By its id.
    Id(Uuid),
    /// By concept and wording; the option's text tells versions apart.
    Wording(QuestionRef),
}

/// How an answer was graded.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Graded {
    /// Whether it was right.
    pub correct: bool,
    /// 0 or 100.
    pub score: i16,
    /// Why, in a sentence or two.
    pub feedback: String,
    /// What to remember.
    pub key_points: Vec<String>,
    /// What the answer got wrong.
    pub misconceptions: Vec<String>,
    /// How the concept moved.
    pub mastery_update: MasteryUpdate,
}

/// Grades an answer and moves the concept.
///
/// # Errors
/// [`Error::NotFound`] for an unknown id; [`Error::Conflict`] for a question, or an option
/// of it, that this server never asked; then nothing moves.
pub async fn submit(app: &App, owner_id: &str, submission: &Submission) -> Result<Graded> {
    let mut tx = app.store.write(owner_id).await?;
    let (check_in, chosen) = recognise(&mut tx, submission).await?;
    // Locked, so that two answers at once both count.
    let before = concepts::lock(&mut tx, check_in.concept_id)
        .await?
        .ok_or(Error::NotFound("concept"))?;
    let after = before.mastery.after(chosen.correct);
    let now = app.clock.now();
    concepts::set_mastery(&mut tx, before.id, &after, now).await?;
    let answer = Answer {
        id: app.clock.new_id(),
        check_in_id: check_in.id,
        concept_id: before.id,
        answer: chosen.text.clone(),
        correct: chosen.correct,
        score: score(&chosen),
        answered_at: now,
    };
    answers::insert(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(graded(&check_in, &chosen, &before, after))
}

async fn recognise(tx: &mut TenantTx, submission: &Submission) -> Result<(CheckIn, AnswerOption)> {
    let unknown = || {
        Error::Conflict(
            "This question is from a version we no longer have. Please reload the lesson.".into(),
        )
    };
    match &submission.question {
        Asked::Id(id) => {
            let check_in = check_ins::find(tx, *id)
                .await?
                .ok_or(Error::NotFound("check-in"))?;
            let chosen = check_in.content.option_chosen(&submission.answer).cloned();
            let reason = "must be the text or the letter of one of the options";
            let chosen = chosen.ok_or_else(|| Error::field("answer", reason))?;
            Ok((check_in, chosen))
        }
        Asked::Wording(by) => {
            let versions = check_ins::search(tx, by).await?;
            let found = versions.into_iter().find_map(|check_in| {
                let chosen = check_in.content.option_chosen(&submission.answer).cloned();
                chosen.map(|chosen| (check_in, chosen))
            });
            found.ok_or_else(unknown)
        }
    }
}

fn score(chosen: &AnswerOption) -> i16 {
    if chosen.correct { 100 } else { 0 }
}

fn graded(
    check_in: &CheckIn,
    chosen: &AnswerOption,
    before: &Concept,
    after: ultudy_domain::mastery::Mastery,
) -> Graded {
    let right = check_in.content.correct_option();
    let wrong = (!chosen.correct).then(|| chosen.explanation.clone());
    let feedback = match (&wrong, right) {
        (Some(wrong), Some(right)) => format!("{wrong} {}", right.explanation),
        _ => chosen.explanation.clone(),
    };
    Graded {
        correct: chosen.correct,
        score: score(chosen),
        feedback,
        key_points: right
            .map(|option| option.text.clone())
            .into_iter()
            .collect(),
        misconceptions: wrong.into_iter().collect(),
        mastery_update: MasteryUpdate {
            concept_id: before.id,
            concept: before.name.clone(),
            old_state: before.mastery.state,
            new_state: after.state,
            total_attempts: after.total_attempts,
            correct_attempts: after.correct_attempts,
            consecutive_correct: after.consecutive_correct,
            accuracy_percent: after.accuracy_percent(),
        },
    }
}

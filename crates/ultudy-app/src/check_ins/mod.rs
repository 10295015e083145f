//! Check-ins: an answer is graded from the server's own copy of the question and moves
//! the concept's mastery. What the client says is right counts for nothing.

use serde::Serialize;
use ultudy_domain::{check_in::Question, concept::MasteryUpdate, mastery::Mastery, usage::MadeFor};
use ultudy_store::{
    TenantTx,
    answers::{self, Answer},
    check_ins, concepts, preferences,
};
use uuid::Uuid;

use crate::{App, Error, Result};

mod judge;
mod own_words;

use judge::Judged;
pub use ultudy_store::check_ins::QuestionRef;

/// An answer to be graded.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Which question.
    pub question: Asked,
    /// The chosen option's text, or its letter, or the student's own words.
    pub answer: String,
    /// Whether a question with options may be answered in one's own words, too.
    pub in_own_words: bool,
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
    /// 0 or 100 for a chosen option, 0 to 100 for own words.
    pub score: i16,
    /// By whom or what.
    pub graded_by: GradedBy,
    /// Why, in a sentence or two.
    pub feedback: String,
    /// What to remember; of own words, what the answer has of it.
    pub key_points: Vec<String>,
    /// What an answer in own words lacks.
    pub missed_points: Vec<String>,
    /// What the answer got wrong.
    pub misconceptions: Vec<String>,
    /// The answer as the text gives it.
    pub expected_answer: String,
    /// How the concept moved.
    pub mastery_update: MasteryUpdate,
}

/// By what an answer was graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GradedBy {
    /// The question's own key.
    Key,
    /// A language model, as far as the answer bears it out.
    Model,
    /// The key terms of the expected answer, without a model.
    KeyTerms,
}

/// Grades an answer and moves the concept. A model that reads it is waited for, with no transaction
/// open.
///
/// # Errors
/// [`Error::NotFound`] for an unknown id; [`Error::Conflict`] for a question, or an option
/// of it, that this server never asked; then nothing moves.
pub async fn submit(app: &App, owner_id: &str, submission: &Submission) -> Result<Graded> {
    let mut tx = app.store.write(owner_id).await?;
    let (question, judged) = recognise(&mut tx, submission).await?;
    let judgement = match (judged, &app.tutor) {
        (Judged::ByKey(judgement), _) => judgement,
        (Judged::InOwnWords(asked), None) => asked.by_terms(&submission.answer),
        (Judged::InOwnWords(mut asked), Some(tutor)) => {
            let concept = concepts::find(&mut tx, question.concept_id()).await?;
            let concept = concept.ok_or(Error::NotFound("concept"))?;
            asked.language = preferences::find(&mut tx).await?.language;
            drop(tx);
            let made_for = MadeFor {
                job_id: None,
                course_id: concept.course_id,
                document_id: Some(concept.document_id),
                section_id: concept.section_id,
            };
            let (whose, answer) = ((owner_id, made_for), &submission.answer);
            let judgement = asked.by_model(app, tutor, whose, answer).await;
            tx = app.store.write(owner_id).await?;
            // It may have gone meanwhile.
            let found = check_ins::find(&mut tx, question.id()).await?;
            if found.as_ref() != Some(&question) {
                return Err(Error::NotFound("check-in"));
            }
            judgement
        }
    };
    // Locked, so that two answers at once both count.
    let before = concepts::lock(&mut tx, question.concept_id())
        .await?
        .ok_or(Error::NotFound("concept"))?;
    let after = before.mastery.after(judgement.correct);
    let now = app.clock.now();
    concepts::set_mastery(&mut tx, before.id, &after, now).await?;
    let answer = Answer {
        id: app.clock.new_id(),
        check_in_id: question.id(),
        concept_id: before.id,
        answer: judgement.answer.clone(),
        correct: judgement.correct,
        score: judgement.score,
        answered_at: now,
    };
    answers::insert(&mut tx, &answer).await?;
    tx.commit().await?;
    let update = mastery_update(before.id, before.name, before.mastery, after);
    Ok(judgement.graded(update))
}

async fn recognise(tx: &mut TenantTx, submission: &Submission) -> Result<(Question, Judged)> {
    let Submission {
        question,
        answer,
        in_own_words,
    } = submission;
    match question {
        Asked::Id(id) => {
            let question = check_ins::find(tx, *id)
                .await?
                .ok_or(Error::NotFound("check-in"))?;
            let judged = judge::judge(&question, answer, *in_own_words);
            let reason = "must be the text or the letter of one of the options";
            let judged = judged.ok_or_else(|| Error::field("answer", reason))?;
            Ok((question, judged))
        }
        Asked::Wording(by) => {
            let versions = check_ins::search(tx, by).await?;
            let among = |in_own_words: bool| {
                versions.iter().find_map(|question| {
                    let judged = judge::judge(question, answer, in_own_words);
                    judged.map(|judged| (question.clone(), judged))
                })
            };
            // A version whose option it is comes before the latest one's own words.
            let found = among(false).or_else(|| in_own_words.then(|| among(true)).flatten());
            found.ok_or_else(|| {
                let message =
                    "This question is from a version we no longer have. Please reload the lesson.";
                Error::Conflict(message.into())
            })
        }
    }
}

fn mastery_update(id: Uuid, name: String, before: Mastery, after: Mastery) -> MasteryUpdate {
    MasteryUpdate {
        concept_id: id,
        concept: name,
        old_state: before.state,
        new_state: after.state,
        total_attempts: after.total_attempts,
        correct_attempts: after.correct_attempts,
        consecutive_correct: after.consecutive_correct,
        accuracy_percent: after.accuracy_percent(),
    }
}

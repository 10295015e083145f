//! Own words, read by a model where there is one and it can be believed, else graded by key terms.

use ultudy_domain::grading::{
    self, Expected, Grade, screen,
    verdict::{self, Doubt},
};
use ultudy_domain::usage::MadeFor;
use ultudy_llm::GradingInput;

use super::{GradedBy, judge::Judgement};
use crate::{App, Error, limits::Kind, spending::Account, tutor::Tutor};

/// Answers in own words that were graded: `outcome`.
const GRADED: &str = "ultudy_answers_graded_total";

/// A question that is answered in one's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnWords {
    pub(super) question: String,
    pub(super) expected_answer: String,
    pub(super) key_points: Vec<String>,
    /// The language of feedback; none: the question's.
    pub(super) language: Option<&'static str>,
}

/// Why the model's verdict is not what counts.
enum Instead {
    /// The answer is the expected one.
    Expected,
    /// It speaks to the grader.
    Screened,
    /// They have asked too much within the minute.
    Limited,
    /// A budget does not allow it.
    BudgetSpent,
    /// The model did not answer in time, or at all.
    Failed,
    /// What it says cannot be believed.
    Doubted(Doubt),
}

impl Instead {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Screened => "screened",
            Self::Limited => "limited",
            Self::BudgetSpent => "budget_spent",
            Self::Failed => "failed",
            Self::Doubted(doubt) => doubt.as_str(),
        }
    }
}

impl OwnWords {
    fn expected(&self) -> Expected<'_> {
        Expected {
            question: &self.question,
            answer: &self.expected_answer,
            key_points: &self.key_points,
        }
    }

    /// Graded by key terms.
    pub(super) fn by_terms(&self, answer: &str) -> Judgement {
        metrics::counter!(GRADED, "outcome" => "no_model").increment(1);
        self.judged_by_terms(answer)
    }

    /// Read by the model, and by key terms if nothing comes of that. Waits for it: no transaction may
    /// be open.
    pub(super) async fn by_model(
        &self,
        app: &App,
        tutor: &Tutor,
        (owner_id, made_for): (&str, MadeFor),
        answer: &str,
    ) -> Judgement {
        let read = self.read(app, tutor, (owner_id, made_for), answer).await;
        let outcome = read.as_ref().map_or_else(Instead::as_str, |_| "model");
        metrics::counter!(GRADED, "outcome" => outcome).increment(1);
        match read {
            Ok(grade) => Judgement::of(grade, GradedBy::Model, answer, &self.expected_answer),
            Err(_) => self.judged_by_terms(answer),
        }
    }

    async fn read(
        &self,
        app: &App,
        tutor: &Tutor,
        (owner_id, made_for): (&str, MadeFor),
        answer: &str,
    ) -> Result<Grade, Instead> {
        let expected = self.expected();
        let answer = screen::cleaned(answer);
        if verdict::is_expected(&expected, &answer) {
            return Err(Instead::Expected);
        }
        if screen::speaks_to_the_grader(&answer) {
            return Err(Instead::Screened);
        }
        let input = GradingInput {
            question: self.question.clone(),
            expected_answer: self.expected_answer.clone(),
            key_points: verdict::points(&expected),
            answer: answer.clone(),
            language: self.language,
        };
        let verdict = match tutor.known(owner_id, &input) {
            Some(verdict) => verdict,
            None => self.ask(app, tutor, (owner_id, made_for), &input).await?,
        };
        let believed = verdict::believed(&expected, &answer, &verdict);
        believed.map_err(|doubt| {
            tracing::info!(reason = doubt.as_str(), "a model's verdict is not believed");
            Instead::Doubted(doubt)
        })
    }

    async fn ask(
        &self,
        app: &App,
        tutor: &Tutor,
        (owner_id, made_for): (&str, MadeFor),
        input: &GradingInput,
    ) -> Result<verdict::Verdict, Instead> {
        let reserved = app
            .reserve(owner_id, Kind::Questions, app.clock.new_id())
            .await;
        let mut place = reserved.map_err(|refused| {
            if !matches!(refused, Error::Limited { .. }) {
                tracing::warn!(error = %refused, "a model is not asked for a verdict");
            }
            Instead::Limited
        })?;
        let account = Account::open(app, owner_id, made_for);
        // It counts whatever comes of it, also if nobody waits for the end: it is paid for.
        place.use_up();
        let verdict = tutor.verdict(owner_id, input, account.bill()).await;
        if !account.is_used() {
            place.give_back().await;
        }
        let was_refused = account.was_refused();
        account.close().await;
        verdict.map_err(|error| {
            tracing::info!(%error, "an answer is graded by key terms, since the model gave no verdict");
            match was_refused {
                true => Instead::BudgetSpent,
                false => Instead::Failed,
            }
        })
    }

    fn judged_by_terms(&self, answer: &str) -> Judgement {
        let grade = grading::grade(&self.expected(), answer);
        Judgement::of(grade, GradedBy::KeyTerms, answer, &self.expected_answer)
    }
}

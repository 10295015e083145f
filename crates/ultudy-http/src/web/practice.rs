//! `GET /practice`: a set of questions, put together as asked.

use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;
use ultudy_app::{
    Page, courses,
    practice::{self, PracticeItem, PracticeRequest, QUESTIONS_DEFAULT},
};
use ultudy_domain::{course::Course, practice::Difficulty};
use uuid::Uuid;

use super::{
    markdown::{self, Html},
    page,
    visitor::Visitor,
    words,
};
use crate::{HttpState, error::ApiError, input::Params, routes::practice::mcq::difficulty};

/// What to practise; nothing yet without `go`.
#[derive(Debug, Default, Deserialize)]
pub struct PracticeParams {
    go: Option<String>,
    course_id: Option<Uuid>,
    document_id: Option<Uuid>,
    topic: Option<String>,
    weak_areas: Option<String>,
    difficulty: Option<String>,
    n: Option<usize>,
}

#[derive(Template)]
#[template(path = "practice.html")]
pub(super) struct PracticePage {
    pub(super) at: &'static str,
    pub(super) courses: Vec<Course>,
    pub(super) course_id: Option<Uuid>,
    pub(super) document_id: Option<Uuid>,
    pub(super) topic: String,
    pub(super) weak_areas: bool,
    pub(super) difficulty: Difficulty,
    pub(super) count: usize,
    /// The set; none before one was asked for.
    pub(super) questions: Option<Vec<QuestionText>>,
}

/// A question without its answer: the script asks the server for that.
pub(super) struct QuestionText {
    pub(super) item: PracticeItem,
    pub(super) question: Html,
    pub(super) choices: Vec<Choice>,
}

/// An answer to choose.
pub(super) struct Choice {
    pub(super) answer: String,
    pub(super) text: Html,
    pub(super) why: Html,
    pub(super) is_right: bool,
}

/// The page.
pub async fn practice(
    State(state): State<HttpState>,
    visitor: Visitor,
    Params(params): Params<PracticeParams>,
) -> Result<Response, ApiError> {
    let (app, owner) = (&state.app, &visitor.owner);
    let mut shown = PracticePage {
        at: "practice",
        courses: courses::list(app, owner, false, Page::ALL).await?,
        course_id: params.course_id,
        document_id: params.document_id,
        topic: params.topic.unwrap_or_default(),
        weak_areas: params.weak_areas.is_some(),
        difficulty: difficulty(params.difficulty.as_deref())?,
        count: params.n.unwrap_or(QUESTIONS_DEFAULT),
        questions: None,
    };
    if params.go.is_some() {
        let set = practice::set(app, owner, &shown.request()).await?;
        shown.questions = Some(set.into_iter().map(QuestionText::new).collect());
    }
    page::answer(&shown)
}

impl PracticePage {
    fn request(&self) -> PracticeRequest {
        PracticeRequest {
            topic: Some(self.topic.clone()),
            course_id: self.course_id,
            document_id: self.document_id,
            chapter: None,
            weak_areas: self.weak_areas,
            count: self.count,
            difficulty: self.difficulty,
        }
    }

    /// Whether this many questions are asked for.
    pub(super) fn is_count(&self, count: &usize) -> bool {
        self.count == *count
    }

    /// Whether a course is the chosen one.
    pub(super) fn is_chosen(&self, course: &Course) -> bool {
        self.course_id == Some(course.id)
    }
}

impl QuestionText {
    pub(super) fn new(item: PracticeItem) -> Self {
        let answers = item.choices.iter().zip(&item.explanations).enumerate();
        let choices = answers.map(|(place, (answer, why))| Choice {
            answer: answer.clone(),
            text: markdown::inline(answer),
            why: markdown::inline(why),
            is_right: place == item.correct_index,
        });
        Self {
            choices: choices.collect(),
            question: markdown::block(&item.question),
            item,
        }
    }
}

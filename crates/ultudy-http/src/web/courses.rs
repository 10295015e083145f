//! `GET /`: the student's courses.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use chrono::NaiveDate;
use ultudy_app::{Page, courses, documents};
use ultudy_domain::{course::Course, document::Document};
use uuid::Uuid;

use super::{page, visitor::Visitor, words};
use crate::{HttpState, error::ApiError};

#[derive(Template)]
#[template(path = "courses.html")]
pub(super) struct CoursesPage {
    pub(super) at: &'static str,
    pub(super) courses: Vec<CourseCard>,
    pub(super) archived: Vec<CourseCard>,
    /// Documents that belong to no course.
    pub(super) loose: Vec<Document>,
}

/// A course in a list.
pub(super) struct CourseCard {
    pub(super) course: Course,
    pub(super) documents: usize,
    pub(super) exam: Option<String>,
    /// Within the next two weeks.
    pub(super) exam_is_near: bool,
}

/// The page.
pub async fn courses(
    State(state): State<HttpState>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let all = courses::list(&state.app, &visitor.owner, true, Page::ALL).await?;
    let documents = documents::list(&state.app, &visitor.owner, None, Page::ALL).await?;
    page::answer(&CoursesPage::new(all, documents, visitor.today()))
}

impl CoursesPage {
    pub(super) fn new(courses: Vec<Course>, documents: Vec<Document>, today: NaiveDate) -> Self {
        let mut counts: HashMap<Uuid, usize> = HashMap::new();
        for course_id in documents.iter().filter_map(|document| document.course_id) {
            *counts.entry(course_id).or_default() += 1;
        }
        let cards = courses.into_iter().map(|course| {
            let documents = counts.get(&course.id).copied().unwrap_or_default();
            CourseCard::new(course, documents, today)
        });
        let (archived, courses) = cards.partition(|card| card.course.archived);
        Self {
            at: "courses",
            courses,
            archived,
            loose: documents
                .into_iter()
                .filter(|document| document.course_id.is_none())
                .collect(),
        }
    }
}

impl CourseCard {
    pub(super) fn new(course: Course, documents: usize, today: NaiveDate) -> Self {
        let days = course.exam_date.map(|day| (day - today).num_days());
        Self {
            documents,
            exam: course.exam_date.map(|day| words::exam(day, today)),
            exam_is_near: days.is_some_and(|days| (0..=14).contains(&days)),
            course,
        }
    }
}

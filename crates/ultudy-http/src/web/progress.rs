//! `GET /progress`: everything learnt so far.

use std::collections::HashSet;

use askama::Template;
use axum::{extract::State, response::Response};
use ultudy_app::progress;
use ultudy_domain::{
    progress::{
        ChapterProgress, ConceptProgress, MasteryCounts, NO_CHAPTER, ProgressOverview, StudyStats,
        WeakArea,
    },
    study_session::StudySession,
};
use uuid::Uuid;

use super::{learn, page, visitor::Visitor, words};
use crate::{HttpState, error::ApiError};

#[derive(Template)]
#[template(path = "progress.html")]
pub(super) struct ProgressPage {
    pub(super) at: &'static str,
    pub(super) overall: MasteryCounts,
    pub(super) groups: Vec<Group>,
    pub(super) weak_areas: Vec<WeakArea>,
    pub(super) sessions: Vec<SessionRow>,
    pub(super) stats: StudyStats,
    /// Whether lessons cost something.
    pub(super) has_costs: bool,
}

/// A course's concepts, or those of no course.
pub(super) struct Group {
    pub(super) course_id: Option<Uuid>,
    pub(super) name: String,
    pub(super) counts: MasteryCounts,
    pub(super) chapters: Vec<Chapter>,
}

/// A chapter's concepts.
pub(super) struct Chapter {
    /// None where the documents name no chapter.
    pub(super) name: Option<String>,
    pub(super) counts: MasteryCounts,
    pub(super) concepts: Vec<ConceptProgress>,
}

/// A study session.
pub(super) struct SessionRow {
    pub(super) session: StudySession,
    /// When it began, by the visitor's clock.
    pub(super) started: String,
}

/// The page.
pub async fn progress(
    State(state): State<HttpState>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let overview = progress::overview(&state.app, &visitor.owner, None, None).await?;
    let mut progress = ProgressPage::new(overview, &visitor);
    progress.has_costs = state.app.spending.is_on;
    page::answer(&progress)
}

impl ProgressPage {
    pub(super) fn new(overview: ProgressOverview, visitor: &Visitor) -> Self {
        let row = |session: StudySession| SessionRow {
            started: visitor
                .local(session.started_at)
                .format("%-d %B, %H:%M")
                .to_string(),
            session,
        };
        Self {
            at: "progress",
            overall: overview.content_mastery.overall,
            groups: groups(&overview),
            weak_areas: overview.weak_areas,
            sessions: overview.study_sessions.into_iter().map(row).collect(),
            stats: overview.stats,
            has_costs: false,
        }
    }
}

fn groups(overview: &ProgressOverview) -> Vec<Group> {
    let courses = overview.content_mastery.by_course.values();
    let mut groups: Vec<Group> = courses
        .map(|course| Group {
            course_id: Some(course.course_id),
            name: course.course_name.clone(),
            counts: course.overall,
            chapters: course.chapters.iter().map(Chapter::new).collect(),
        })
        .collect();
    groups.extend(of_no_course(overview));
    groups
}

/// Concepts of documents that belong to no course.
fn of_no_course(overview: &ProgressOverview) -> Option<Group> {
    let courses = overview.content_mastery.by_course.values();
    let chapters = courses.flat_map(|course| course.chapters.values());
    let placed: HashSet<Uuid> = chapters
        .flat_map(|chapter| chapter.concepts.iter().map(|concept| concept.id))
        .collect();
    let mut chapters = Vec::new();
    for (name, chapter) in &overview.content_mastery.by_chapter {
        let concepts: Vec<ConceptProgress> = chapter
            .concepts
            .iter()
            .filter(|concept| !placed.contains(&concept.id))
            .cloned()
            .collect();
        if !concepts.is_empty() {
            let counts = MasteryCounts::of(concepts.iter().map(|concept| concept.mastery_state));
            chapters.push(Chapter::new((name, &ChapterProgress { concepts, counts })));
        }
    }
    let states = chapters.iter().flat_map(|chapter| &chapter.concepts);
    let counts = MasteryCounts::of(states.map(|concept| concept.mastery_state));
    (!chapters.is_empty()).then(|| Group {
        course_id: None,
        name: "Without a course".into(),
        counts,
        chapters,
    })
}

impl Chapter {
    fn new((name, chapter): (&String, &ChapterProgress)) -> Self {
        Self {
            name: (name != NO_CHAPTER).then(|| name.clone()),
            counts: chapter.counts,
            concepts: chapter.concepts.clone(),
        }
    }
}

//! Courses and study sessions of the original.

use std::collections::HashSet;

use ultudy_domain::{
    course::Course,
    field::{CHAPTER_MAX, LABEL_MAX, NAME_MAX},
    study_session::{SessionType, StudySession},
};
use ultudy_store::{
    courses,
    imported::{self, Noun},
    study_sessions,
};
use uuid::Uuid;

use super::{ImportError, Importer, Report, row::Row};

const COURSES: &str = "courses";
const SESSIONS: &str = "study_sessions";
/// Longest session that is counted, in minutes.
const MINUTES_MAX: i32 = 24 * 60;

impl Importer<'_> {
    /// Brings an owner's courses.
    pub(super) async fn courses(&mut self, owner_id: &str) -> Result<(), ImportError> {
        let rows = self.rows(COURSES, owner_id, None).await?;
        let now = self.app.clock.now();
        let mut tx = self.app.store.write(owner_id).await?;
        let known = imported::ids(&mut tx, Noun::Courses).await?;
        for row in rows {
            if known.contains(&row.id) {
                self.report.table(COURSES).known += 1;
                continue;
            }
            let report = &mut self.report;
            let created_at = row.time("created_at").unwrap_or(now);
            let updated_at = row.time("updated_at").unwrap_or(created_at);
            let is_archived = row.value("archived").as_bool().unwrap_or(false);
            let archived_at = row
                .time("archived_at")
                .or_else(|| is_archived.then_some(updated_at));
            let exam_date = row.date("exam_date");
            if exam_date.is_none() && row.has("exam_date") {
                report.mend(COURSES, &row.id_text, "its exam date is none, and left out");
            }
            let name = cut(report, COURSES, &row, "name", NAME_MAX).unwrap_or_else(|| {
                report.mend(
                    COURSES,
                    &row.id_text,
                    "it has no name, and is called “Course”",
                );
                "Course".to_owned()
            });
            let course = Course {
                id: row.id,
                name,
                code: cut(report, COURSES, &row, "code", LABEL_MAX),
                term: cut(report, COURSES, &row, "term", LABEL_MAX),
                exam_date,
                archived: archived_at.is_some(),
                archived_at,
                created_at,
                updated_at,
            };
            courses::insert(&mut tx, &course).await?;
            report.table(COURSES).imported += 1;
        }
        Ok(tx.commit().await?)
    }

    /// Brings an owner's study sessions, after what they refer to.
    pub(super) async fn study_sessions(&mut self, owner_id: &str) -> Result<(), ImportError> {
        let rows = self.rows(SESSIONS, owner_id, None).await?;
        let now = self.app.clock.now();
        let mut tx = self.app.store.write(owner_id).await?;
        let known = imported::ids(&mut tx, Noun::StudySessions).await?;
        let there = [
            ("course_id", imported::ids(&mut tx, Noun::Courses).await?),
            (
                "document_id",
                imported::ids(&mut tx, Noun::Documents).await?,
            ),
        ];
        for row in rows {
            let report = &mut self.report;
            if known.contains(&row.id) {
                report.table(SESSIONS).known += 1;
                continue;
            }
            let session_type = row.text("session_type").map(str::to_lowercase);
            let Some(session_type) = session_type.as_deref().and_then(SessionType::parse) else {
                report.leave_out(SESSIONS, &row.id_text, "its type is not known here");
                continue;
            };
            let [course_id, document_id] = [0, 1].map(|place: usize| {
                let (column, ids) = &there[place];
                existing(report, SESSIONS, &row, column, ids)
            });
            let total = row.count("total_check_ins").unwrap_or(0);
            let minutes = row.count("duration_minutes");
            let session = StudySession {
                id: row.id,
                session_type,
                chapter: cut(report, SESSIONS, &row, "chapter", CHAPTER_MAX),
                document_id,
                course_id,
                total_check_ins: total,
                correct_check_ins: row.count("correct_check_ins").unwrap_or(0).min(total),
                duration_minutes: minutes.map(|minutes| minutes.min(MINUTES_MAX)),
                started_at: row.time("started_at").unwrap_or(now),
                completed_at: row.time("completed_at"),
            };
            study_sessions::insert(&mut tx, &session).await?;
            report.table(SESSIONS).imported += 1;
        }
        Ok(tx.commit().await?)
    }
}

/// A text that fits here.
pub(super) fn cut(
    report: &mut Report,
    table: &'static str,
    row: &Row,
    column: &str,
    max: usize,
) -> Option<String> {
    let (text, is_cut) = row.short_text(column, max);
    if is_cut {
        report.mend(table, &row.id_text, "a text is longer than here, and cut");
    }
    text
}

/// The row that a column refers to, if it came over.
pub(super) fn existing(
    report: &mut Report,
    table: &'static str,
    row: &Row,
    column: &str,
    there: &HashSet<Uuid>,
) -> Option<Uuid> {
    let id = row.reference(column);
    let found = id.filter(|id| there.contains(id));
    if found.is_none() && row.has(column) {
        let what = match column {
            "course_id" => "its course is not here, and left out",
            "section_id" => "its section is not here, and left out",
            _ => "its document is not here, and left out",
        };
        report.mend(table, &row.id_text, what);
    }
    found
}

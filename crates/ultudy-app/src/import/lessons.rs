//! Lessons of the original with their concepts, and concepts that no lesson holds.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use ultudy_domain::field::NAME_MAX;
use ultudy_store::{
    TenantTx, concepts,
    generations::{self, NewGeneration},
    imported::{self, LoneConcept, Noun},
    lessons::{self, LessonOf, NewLesson},
};
use uuid::Uuid;

use super::{
    ImportError, Importer,
    content::{self, Converted},
    documents::{Bundle, There},
    mastery::{Known, States, Wanted},
    row::Row,
};
use crate::{Error, lessons::own};

const LESSONS: &str = "lessons";
const CONCEPTS: &str = "concepts";

impl Importer<'_> {
    /// Brings a document's lessons, the latest first: a section has one.
    pub(super) async fn lessons(
        &mut self,
        tx: &mut TenantTx,
        bundle: &Bundle,
        there: &mut There,
        states: &mut States,
    ) -> Result<(), ImportError> {
        let sections: HashMap<Uuid, &Row> =
            bundle.sections.iter().map(|row| (row.id, row)).collect();
        let mut rows: Vec<&Row> = bundle.lessons.iter().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.time("created_at")));
        for row in rows {
            if there.lessons.contains(&row.id) {
                self.report.table(LESSONS).known += 1;
                continue;
            }
            let section_id = row.reference("section_id");
            let section = section_id.and_then(|id| sections.get(&id).copied());
            if section_id.is_some() && section.is_none() {
                self.report
                    .leave_out(LESSONS, &row.id_text, "its section is not here");
                continue;
            }
            if section.is_some_and(|section| !there.sections.contains(&section.id)) {
                self.report
                    .leave_out(LESSONS, &row.id_text, "its section did not come over");
                continue;
            }
            let of = match section {
                Some(section) => LessonOf::Section(section.id),
                None => LessonOf::Document(bundle.row.id),
            };
            if lessons::id(tx, of).await?.is_some() {
                self.report
                    .leave_out(LESSONS, &row.id_text, "there is a later one");
                continue;
            }
            let title = section.unwrap_or(&bundle.row);
            let column = if section.is_some() { "name" } else { "title" };
            let topic = title.text(column).unwrap_or("Lesson").to_owned();
            match content::convert(row, &topic, pages_of(section)) {
                Ok(converted) => {
                    self.note_dropped(row, &converted);
                    let section = section.map(|section| (section.id, topic.as_str()));
                    self.lesson(tx, bundle, row, section, converted, states, there)
                        .await?;
                }
                Err(reason) => self.report.leave_out(LESSONS, &row.id_text, reason),
            }
        }
        Ok(())
    }

    fn note_dropped(&mut self, row: &Row, converted: &Converted) {
        let report = &mut self.report;
        for _ in 0..converted.dropped_concepts {
            let what = "a concept has no name of its own or nothing to ask, and is left out";
            report.mend(LESSONS, &row.id_text, what);
        }
        for _ in 0..converted.dropped_questions {
            let what = "a question is not sound (not four options, or not one right), and left out";
            report.mend(LESSONS, &row.id_text, what);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all that a lesson stands between"
    )]
    async fn lesson(
        &mut self,
        tx: &mut TenantTx,
        bundle: &Bundle,
        row: &Row,
        section: Option<(Uuid, &str)>,
        converted: Converted,
        states: &mut States,
        there: &mut There,
    ) -> Result<(), ImportError> {
        let now = self.app.clock.now();
        let created_at = row.time("created_at").unwrap_or(now);
        let bytes = serde_json::to_vec(&json!(["import", converted.content]));
        let bytes = bytes.map_err(Error::internal)?;
        let generation = NewGeneration {
            key: hex::encode(Sha256::digest(bytes)),
            content: converted.content,
            provider: "import".to_owned(),
            model: "original".to_owned(),
            tokens: None,
            cost_micros: None,
        };
        let content = generations::insert(tx, &generation, created_at).await?;
        let taken = concepts::names(tx, bundle.row.id).await?;
        let mut new = own::concepts(&*self.app.clock, &content, section, &taken);
        let mut known: Vec<(Uuid, Known)> = Vec::new();
        for (concept, stored) in new.iter_mut().zip(&content.concepts) {
            let found = states.take(Wanted {
                name: &stored.name,
                lesson_id: row.id,
                section_id: section.map(|(id, _)| id),
                document_id: bundle.row.id,
                course_id: bundle.row.reference("course_id"),
            });
            if let Some(found) = found {
                if there.concepts.insert(found.id) {
                    concept.id = found.id;
                }
                known.push((concept.id, found));
                self.report.table(CONCEPTS).imported += found.rows;
            }
        }
        let lesson = NewLesson {
            id: row.id,
            document_id: bundle.row.id,
            section_id: section.map(|(id, _)| id),
            generation_key: generation.key,
            variant: 0,
            concepts: new,
        };
        lessons::insert(tx, &lesson, &content, created_at).await?;
        for (id, found) in known {
            if found.mastery.total_attempts > 0 {
                let at = found.last_reviewed_at.unwrap_or(created_at);
                concepts::set_mastery(tx, id, &found.mastery, at).await?;
            }
        }
        there.lessons.insert(row.id);
        self.report.table(LESSONS).imported += 1;
        Ok(())
    }

    /// Brings concepts that no lesson holds: a lesson of the same name takes them over once
    /// there is one.
    pub(super) async fn lone_concepts(
        &mut self,
        owner_id: &str,
        states: States,
    ) -> Result<(), ImportError> {
        let mut tx = self.app.store.write(owner_id).await?;
        let documents = imported::ids(&mut tx, Noun::Documents).await?;
        let sections = imported::ids(&mut tx, Noun::Sections).await?;
        let there: HashSet<Uuid> = imported::ids(&mut tx, Noun::Concepts).await?;
        let names = imported::concept_names(&mut tx).await?;
        for state in states.rest() {
            let (row, report) = (&state.row, &mut self.report);
            let was_added = state.document_id.is_none() && names.contains(&state.folded_name);
            if there.contains(&row.id) || was_added {
                report.table(CONCEPTS).known += 1;
                continue;
            }
            let document_id = state.document_id.filter(|id| documents.contains(id));
            let name = row.short_text("name", NAME_MAX).0;
            let (Some(document_id), Some(name)) = (document_id, name) else {
                let reason = match (state.document_id, row.text("name")) {
                    (_, None) => "it has no name",
                    (None, _) => "it has no document, and no lesson has a concept of its name",
                    (Some(_), _) => "its document did not come over",
                };
                report.leave_out(CONCEPTS, &row.id_text, reason);
                continue;
            };
            let known = state.known();
            let concept = LoneConcept {
                id: row.id,
                document_id,
                section_id: state.section_id.filter(|id| sections.contains(id)),
                concept_number: row.count("concept_number").unwrap_or(0),
                name,
                mastery: known.mastery,
                last_reviewed_at: known.last_reviewed_at,
                created_at: row
                    .time("created_at")
                    .unwrap_or_else(|| self.app.clock.now()),
            };
            match imported::insert_lone_concept(&mut tx, &concept).await? {
                true => report.table(CONCEPTS).imported += 1,
                false => report.leave_out(
                    CONCEPTS,
                    &row.id_text,
                    "its document has a concept of this name",
                ),
            }
        }
        Ok(tx.commit().await?)
    }
}

/// The pages that a lesson on a section comes from.
fn pages_of(section: Option<&Row>) -> [u32; 2] {
    let page = |column| {
        section
            .and_then(|row| row.count(column))
            .filter(|page| *page > 0)
    };
    let start = page("page_start").unwrap_or(1);
    let end = page("page_end").unwrap_or(start).max(start);
    [start, end].map(|page| u32::try_from(page).unwrap_or(1))
}

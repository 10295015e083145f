//! Making a generation one student's own: ids for its concepts and check-ins, and names
//! that are unique in the document, since pages and progress address concepts by name.

use std::collections::HashSet;

use ultudy_domain::lesson::LessonContent;
use ultudy_store::{
    concepts::ConceptName,
    lessons::{LessonOf, NewConcept, NewLesson},
};
use uuid::Uuid;

use crate::clock::Clock;

/// What a student's lesson is to teach.
pub(super) struct Place {
    pub(super) document_id: Uuid,
    /// With its name; none for the whole document.
    pub(super) section: Option<(Uuid, String)>,
    pub(super) variant: i32,
}

impl Place {
    pub(super) fn of(&self) -> LessonOf {
        match &self.section {
            Some((id, _)) => LessonOf::Section(*id),
            None => LessonOf::Document(self.document_id),
        }
    }

    /// What a job came to that has made the lesson.
    pub(super) fn result(&self, lesson_id: Uuid, content: &LessonContent) -> serde_json::Value {
        serde_json::json!({
            "document_id": self.document_id,
            "section_id": self.section.as_ref().map(|(id, _)| id),
            "lesson_id": lesson_id,
            "concepts": content.concepts.len(),
        })
    }
}

/// The student's copy of the generation of this `key`, under a new id; `taken` are the document's
/// names.
pub(super) fn lesson(
    clock: &dyn Clock,
    place: &Place,
    key: &str,
    content: &LessonContent,
    taken: &[ConceptName],
) -> NewLesson {
    let section = place.section.as_ref();
    let section = section.map(|(id, name)| (*id, name.as_str()));
    NewLesson {
        id: clock.new_id(),
        document_id: place.document_id,
        section_id: section.map(|(id, _)| id),
        generation_key: key.to_owned(),
        variant: place.variant,
        concepts: concepts(clock, content, section, taken),
    }
}

/// The concepts of `content` as rows. `taken` are the document's names; those of the same
/// section are this lesson's own from before, and keep their mastery.
pub(crate) fn concepts(
    clock: &dyn Clock,
    content: &LessonContent,
    section: Option<(Uuid, &str)>,
    taken: &[ConceptName],
) -> Vec<NewConcept> {
    let section_id = section.map(|(id, _)| id);
    let elsewhere = taken.iter().filter(|name| name.section_id != section_id);
    let mut used: HashSet<String> = elsewhere.map(|name| name.name.to_lowercase()).collect();
    let place = section.map_or("overview", |(_, name)| name);
    content
        .concepts
        .iter()
        .map(|concept| {
            let name = unique_name(&concept.name, place, &mut used);
            let check_ins = concept
                .check_ins
                .iter()
                .map(|check_in| (clock.new_id(), check_in.clone()))
                .collect();
            let text_check_ins = concept
                .text_check_ins
                .iter()
                .map(|check_in| (clock.new_id(), check_in.clone()))
                .collect();
            NewConcept {
                id: clock.new_id(),
                name,
                check_ins,
                text_check_ins,
            }
        })
        .collect()
}

/// `name`, or `name (place)`, or `name (place 2)` …: the first that is not used.
fn unique_name(name: &str, place: &str, used: &mut HashSet<String>) -> String {
    let placed = std::iter::once(format!("{name} ({place})"));
    let numbered = (2..).map(|number| format!("{name} ({place} {number})"));
    let mut candidates = std::iter::once(name.to_owned())
        .chain(placed)
        .chain(numbered);
    let free = candidates.find(|candidate| used.insert(candidate.to_lowercase()));
    free.unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_used_elsewhere_is_told_apart_by_its_place() {
        let mut used = HashSet::from(["limit".to_owned()]);
        assert_eq!(unique_name("Limit", "Series", &mut used), "Limit (Series)");
        assert_eq!(
            unique_name("Limit", "Series", &mut used),
            "Limit (Series 2)"
        );
        assert_eq!(unique_name("Sum", "Series", &mut used), "Sum");
    }
}

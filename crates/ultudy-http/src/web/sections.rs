//! A document's sections as the course and the document show them.

use std::collections::HashMap;

use ultudy_domain::{
    mastery::MasteryState,
    progress::{ConceptProgress, MasteryCounts, ProgressOverview},
    section::Section,
};
use uuid::Uuid;

/// A section with how well its concepts are known.
pub(super) struct SectionRow {
    pub(super) section: Section,
    /// Its concepts' states, in lesson order.
    pub(super) states: Vec<MasteryState>,
    pub(super) counts: MasteryCounts,
}

/// A document and one of its sections; no section for the lesson on the whole document.
type Place = (Uuid, Option<Uuid>);

/// The states of concepts, each with its place in the lesson, by where they are taught.
pub(super) struct States(HashMap<Place, Vec<(i32, MasteryState)>>);

impl States {
    pub(super) fn of(overview: &ProgressOverview) -> Self {
        let mut states: HashMap<Place, Vec<_>> = HashMap::new();
        for concept in all_concepts(overview) {
            let place = (concept.document_id, concept.section_id);
            let state = (concept.concept_number, concept.mastery_state);
            states.entry(place).or_default().push(state);
        }
        for places in states.values_mut() {
            places.sort_by_key(|(number, _)| *number);
        }
        Self(states)
    }

    /// Of one section, or of the lesson on the whole document, in lesson order.
    pub(super) fn get(&self, document_id: Uuid, section_id: Option<Uuid>) -> Vec<MasteryState> {
        let found = self.0.get(&(document_id, section_id));
        found.map_or_else(Vec::new, |states| {
            states.iter().map(|(_, state)| *state).collect()
        })
    }
}

impl SectionRow {
    /// The sections in order, each with its states.
    pub(super) fn all(sections: Vec<Section>, states: &States) -> Vec<Self> {
        let row = |section: Section| {
            let states = states.get(section.document_id, Some(section.id));
            let counts = MasteryCounts::of(states.iter().copied());
            Self {
                section,
                states,
                counts,
            }
        };
        sections.into_iter().map(row).collect()
    }
}

/// How well all of them are known together.
pub(super) fn total(sections: &[SectionRow]) -> MasteryCounts {
    MasteryCounts::of(sections.iter().flat_map(|row| row.states.iter().copied()))
}

/// Every concept, whatever its course.
pub(super) fn all_concepts(overview: &ProgressOverview) -> impl Iterator<Item = &ConceptProgress> {
    let chapters = overview.content_mastery.by_chapter.values();
    chapters.flat_map(|chapter| &chapter.concepts)
}

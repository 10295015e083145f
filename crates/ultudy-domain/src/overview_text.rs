//! The overview of progress as the text that is answered. A concept stands in it twice, under its
//! chapter and under its course, but is written once.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    Timestamp,
    concept::Concept,
    mastery::MasteryState,
    progress::{MasteryCounts, NO_CHAPTER, StudyStats, weak_areas},
    study_session::StudySession,
};

/// What [`crate::progress::ProgressOverview::gather`] would gather, as JSON.
#[must_use]
pub fn json(
    concepts: &[Concept],
    course_names: &BTreeMap<Uuid, String>,
    study_sessions: &[StudySession],
    stats: StudyStats,
) -> Vec<u8> {
    let written = Written::new(concepts);
    let overall = written.counts(written.all());
    let mut out = Vec::with_capacity(2 * written.text.len() + 4096);
    push(&mut out, "{\"content_mastery\":{\"by_chapter\":");
    written.push_chapters(&mut out, written.all());
    push(&mut out, ",\"by_course\":{");
    let mut by_course: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, concept) in concepts.iter().enumerate() {
        if let Some(course_id) = concept.course_id {
            by_course.entry(course_id).or_default().push(place);
        }
    }
    for (number, (course_id, own)) in by_course.iter().enumerate() {
        push_comma(&mut out, number);
        push_json(&mut out, course_id);
        push(&mut out, ":{\"course_id\":");
        push_json(&mut out, course_id);
        push(&mut out, ",\"course_name\":");
        let name = course_names.get(course_id);
        push_json(&mut out, name.map_or("", String::as_str));
        push(&mut out, ",\"chapters\":");
        let own = || own.iter().copied();
        written.push_chapters(&mut out, own());
        push(&mut out, ",\"overall\":");
        push_json(&mut out, &written.counts(own()));
        push(&mut out, "}");
    }
    push(&mut out, "},\"overall\":");
    push_json(&mut out, &overall);
    for (name, count) in [
        (",\"total_concepts\":", overall.total),
        (",\"mastered_concepts\":", overall.mastered),
        (",\"understood_concepts\":", overall.understood),
    ] {
        push(&mut out, name);
        push_json(&mut out, &count);
    }
    push(&mut out, "},\"weak_areas\":");
    push_json(&mut out, &weak_areas(concepts, course_names));
    push(&mut out, ",\"study_sessions\":");
    push_json(&mut out, study_sessions);
    push(&mut out, ",\"stats\":");
    push_json(&mut out, &stats);
    push(&mut out, "}");
    out
}

/// [`crate::progress::ConceptProgress`], borrowed.
#[derive(Serialize)]
struct One<'a> {
    id: Uuid,
    name: &'a str,
    document_id: Uuid,
    section_id: Option<Uuid>,
    concept_number: i32,
    mastery_state: MasteryState,
    total_attempts: i32,
    correct_attempts: i32,
    accuracy: i32,
    last_reviewed_at: Option<Timestamp>,
}

/// Concepts, each written once.
struct Written<'a> {
    concepts: &'a [Concept],
    text: Vec<u8>,
    /// Where each ends in the text.
    ends: Vec<usize>,
}

impl<'a> Written<'a> {
    fn new(concepts: &'a [Concept]) -> Self {
        let mut text = Vec::with_capacity(360 * concepts.len());
        let mut ends = Vec::with_capacity(concepts.len());
        for concept in concepts {
            let one = One {
                id: concept.id,
                name: &concept.name,
                document_id: concept.document_id,
                section_id: concept.section_id,
                concept_number: concept.concept_number,
                mastery_state: concept.mastery.state,
                total_attempts: concept.mastery.total_attempts,
                correct_attempts: concept.mastery.correct_attempts,
                accuracy: concept.mastery.accuracy_percent(),
                last_reviewed_at: concept.last_reviewed_at,
            };
            push_json(&mut text, &one);
            ends.push(text.len());
        }
        Self {
            concepts,
            text,
            ends,
        }
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        0..self.concepts.len()
    }

    fn counts(&self, places: impl Iterator<Item = usize>) -> MasteryCounts {
        MasteryCounts::of(places.map(|place| self.concepts[place].mastery.state))
    }

    fn push_chapters(&self, out: &mut Vec<u8>, places: impl Iterator<Item = usize>) {
        let mut chapters: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for place in places {
            let chapter = self.concepts[place].chapter.as_deref();
            let own = chapters.entry(chapter.unwrap_or(NO_CHAPTER)).or_default();
            own.push(place);
        }
        push(out, "{");
        for (number, (chapter, own)) in chapters.iter().enumerate() {
            push_comma(out, number);
            push_json(out, chapter);
            push(out, ":{\"concepts\":[");
            for (number, place) in own.iter().enumerate() {
                push_comma(out, number);
                let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
                out.extend_from_slice(&self.text[begin..self.ends[*place]]);
            }
            push(out, "],");
            // Its members stand beside the concepts.
            let at = out.len();
            push_json(out, &self.counts(own.iter().copied()));
            out.remove(at);
        }
        push(out, "}");
    }
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn push_comma(out: &mut Vec<u8>, number: usize) {
    if number > 0 {
        out.push(b',');
    }
}

fn push_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Only maps with other keys than strings and failing writers cannot be written.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::{mastery::Mastery, progress::ProgressOverview};

    fn concept(n: u128, chapter: Option<&str>, course: Option<u128>) -> Concept {
        let answers = [true, false, true, true];
        let mastery = answers.iter().take(usize::try_from(n % 5).unwrap());
        Concept {
            id: Uuid::from_u128(n),
            name: format!("\"{n}\" \\ 日本"),
            document_id: Uuid::from_u128(100),
            section_id: n.is_multiple_of(2).then(|| Uuid::from_u128(n)),
            course_id: course.map(Uuid::from_u128),
            chapter: chapter.map(Into::into),
            concept_number: 1,
            mastery: mastery.fold(Mastery::NEW, |mastery, right| mastery.after(*right)),
            last_reviewed_at: n.is_multiple_of(3).then_some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn what_is_written_is_what_serde_writes() {
        let concepts = [
            concept(1, Some("b\n\"x\""), Some(7)),
            concept(2, None, Some(7)),
            concept(3, Some("a"), None),
            concept(4, Some("b\n\"x\""), Some(6)),
            concept(5, Some("a"), Some(7)),
            concept(6, None, None),
        ];
        let names = BTreeMap::from([(Uuid::from_u128(7), "Analysis \"1\"".to_owned())]);
        for count in 0..=concepts.len() {
            let concepts = &concepts[..count];
            let gathered =
                ProgressOverview::gather(concepts, &names, Vec::new(), StudyStats::default());
            let written = json(concepts, &names, &[], StudyStats::default());
            assert_eq!(
                String::from_utf8(written).unwrap(),
                serde_json::to_string(&gathered).unwrap()
            );
        }
    }
}

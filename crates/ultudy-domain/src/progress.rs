//! Progress: a student's concepts gathered by chapter and by course.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{concept::Concept, mastery::MasteryState, study_session::StudySession};

/// Name under which concepts of documents without a chapter are gathered.
pub const NO_CHAPTER: &str = "Uncategorized";

/// Most weak areas and study sessions listed.
pub const LISTED_MAX: usize = 10;

/// One concept in the overview.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConceptProgress {
    /// The concept's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The document it comes from.
    pub document_id: Uuid,
    /// The section it comes from; none for a lesson on the whole document.
    pub section_id: Option<Uuid>,
    /// Place in its lesson, from 1.
    pub concept_number: i32,
    /// Where it stands.
    pub mastery_state: MasteryState,
    /// Answers given.
    pub total_attempts: i32,
    /// Right ones among them.
    pub correct_attempts: i32,
    /// Share of right answers, in per cent.
    pub accuracy: i32,
    /// When it was last answered.
    pub last_reviewed_at: Option<DateTime<Utc>>,
}

impl From<&Concept> for ConceptProgress {
    fn from(concept: &Concept) -> Self {
        Self {
            id: concept.id,
            name: concept.name.clone(),
            document_id: concept.document_id,
            section_id: concept.section_id,
            concept_number: concept.concept_number,
            mastery_state: concept.mastery.state,
            total_attempts: concept.mastery.total_attempts,
            correct_attempts: concept.mastery.correct_attempts,
            accuracy: concept.mastery.accuracy_percent(),
            last_reviewed_at: concept.last_reviewed_at,
        }
    }
}

/// How many concepts stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MasteryCounts {
    /// Concepts in all.
    pub total: i32,
    /// Mastered ones.
    pub mastered: i32,
    /// Understood ones.
    pub understood: i32,
    /// Ones that slipped.
    pub needs_review: i32,
    /// Ones never answered or only introduced.
    pub not_learned: i32,
    /// (mastered + half of understood) of total, in per cent.
    pub percentage: i32,
}

impl MasteryCounts {
    /// Counts the given states.
    #[must_use]
    pub fn of(states: impl IntoIterator<Item = MasteryState>) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.total += 1;
            match state {
                MasteryState::Mastered => counts.mastered += 1,
                MasteryState::Understood => counts.understood += 1,
                MasteryState::NeedsReview => counts.needs_review += 1,
                MasteryState::NotLearned | MasteryState::Introduced => counts.not_learned += 1,
            }
        }
        counts.percentage =
            crate::mastery::percent(2 * counts.mastered + counts.understood, 2 * counts.total);
        counts
    }
}

/// A chapter's concepts and counts.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ChapterProgress {
    /// Its concepts, in lesson order.
    pub concepts: Vec<ConceptProgress>,
    /// How many stand where.
    #[serde(flatten)]
    pub counts: MasteryCounts,
}

/// A course's chapters and counts.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CourseProgress {
    /// The course's id.
    pub course_id: Uuid,
    /// Its name.
    pub course_name: String,
    /// Its chapters.
    pub chapters: BTreeMap<String, ChapterProgress>,
    /// The course as a whole.
    pub overall: MasteryCounts,
}

/// Everything learnt, by chapter and by course.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ContentMastery {
    /// By chapter name, exactly as the documents carry it.
    pub by_chapter: BTreeMap<String, ChapterProgress>,
    /// By course id.
    pub by_course: BTreeMap<Uuid, CourseProgress>,
    /// All together.
    pub overall: MasteryCounts,
    /// Concepts in all.
    pub total_concepts: i32,
    /// Mastered ones.
    pub mastered_concepts: i32,
    /// Understood ones.
    pub understood_concepts: i32,
}

/// A concept that was tried and is not understood.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WeakArea {
    /// The concept's id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its chapter.
    pub chapter: Option<String>,
    /// The document it comes from.
    pub document_id: Uuid,
    /// The section it comes from; none for a lesson on the whole document.
    pub section_id: Option<Uuid>,
    /// Place in its lesson, from 1.
    pub concept_number: i32,
    /// Where it stands.
    pub mastery_state: MasteryState,
    /// Share of right answers, in per cent.
    pub accuracy: i32,
    /// Answers given.
    pub total_attempts: i32,
    /// Its course.
    pub course_id: Option<Uuid>,
    /// Its course's name.
    pub course_name: Option<String>,
}

/// Sums over all study sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StudyStats {
    /// Sessions.
    pub total_sessions: i64,
    /// Questions answered in them.
    pub total_check_ins: i64,
    /// Right ones among them.
    pub total_correct: i64,
    /// Share of right answers, in per cent.
    pub overall_accuracy: i64,
    /// Minutes studied.
    pub total_study_time_minutes: i64,
}

/// `GET /progress/overview`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ProgressOverview {
    /// Concepts by chapter and course.
    pub content_mastery: ContentMastery,
    /// Weakest first, at most [`LISTED_MAX`].
    pub weak_areas: Vec<WeakArea>,
    /// Latest first, at most [`LISTED_MAX`].
    pub study_sessions: Vec<StudySession>,
    /// Sums over all sessions.
    pub stats: StudyStats,
}

impl ProgressOverview {
    /// Gathers the concepts (in lesson order) with their courses' names.
    #[must_use]
    pub fn gather(
        concepts: &[Concept],
        course_names: &BTreeMap<Uuid, String>,
        study_sessions: Vec<StudySession>,
        stats: StudyStats,
    ) -> Self {
        let overall = MasteryCounts::of(concepts.iter().map(|c| c.mastery.state));
        let mut by_course = BTreeMap::new();
        for course_id in concepts.iter().filter_map(|c| c.course_id) {
            by_course.entry(course_id).or_insert_with(|| {
                let own: Vec<&Concept> = concepts
                    .iter()
                    .filter(|c| c.course_id == Some(course_id))
                    .collect();
                CourseProgress {
                    course_id,
                    course_name: course_names.get(&course_id).cloned().unwrap_or_default(),
                    overall: MasteryCounts::of(own.iter().map(|c| c.mastery.state)),
                    chapters: chapters(own),
                }
            });
        }
        Self {
            content_mastery: ContentMastery {
                by_chapter: chapters(concepts),
                by_course,
                overall,
                total_concepts: overall.total,
                mastered_concepts: overall.mastered,
                understood_concepts: overall.understood,
            },
            weak_areas: weak_areas(concepts, course_names),
            study_sessions,
            stats,
        }
    }
}

fn chapters<'a>(
    concepts: impl IntoIterator<Item = &'a Concept>,
) -> BTreeMap<String, ChapterProgress> {
    let mut grouped: BTreeMap<String, Vec<&Concept>> = BTreeMap::new();
    for concept in concepts {
        let chapter = concept
            .chapter
            .clone()
            .unwrap_or_else(|| NO_CHAPTER.to_owned());
        grouped.entry(chapter).or_default().push(concept);
    }
    grouped
        .into_iter()
        .map(|(chapter, own)| {
            let counts = MasteryCounts::of(own.iter().map(|c| c.mastery.state));
            let concepts = own.into_iter().map(ConceptProgress::from).collect();
            (chapter, ChapterProgress { concepts, counts })
        })
        .collect()
}

pub(crate) fn weak_areas(
    concepts: &[Concept],
    course_names: &BTreeMap<Uuid, String>,
) -> Vec<WeakArea> {
    let is_weak = |concept: &&Concept| {
        matches!(
            concept.mastery.state,
            MasteryState::NeedsReview | MasteryState::Introduced
        )
    };
    let mut weak: Vec<&Concept> = concepts.iter().filter(is_weak).collect();
    weak.sort_by_key(|c| {
        (
            c.mastery.accuracy_percent(),
            std::cmp::Reverse(c.mastery.total_attempts),
        )
    });
    weak.into_iter()
        .take(LISTED_MAX)
        .map(|concept| WeakArea {
            id: concept.id,
            name: concept.name.clone(),
            chapter: concept.chapter.clone(),
            document_id: concept.document_id,
            section_id: concept.section_id,
            concept_number: concept.concept_number,
            mastery_state: concept.mastery.state,
            accuracy: concept.mastery.accuracy_percent(),
            total_attempts: concept.mastery.total_attempts,
            course_id: concept.course_id,
            course_name: concept
                .course_id
                .and_then(|id| course_names.get(&id).cloned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastery::Mastery;

    fn concept(name: &str, chapter: Option<&str>, answers: &[bool]) -> Concept {
        Concept {
            id: Uuid::nil(),
            name: name.into(),
            document_id: Uuid::nil(),
            section_id: None,
            course_id: Some(Uuid::nil()),
            chapter: chapter.map(Into::into),
            concept_number: 1,
            mastery: answers.iter().fold(Mastery::NEW, |m, &a| m.after(a)),
            last_reviewed_at: None,
        }
    }

    #[test]
    fn percentage_counts_understood_as_half() {
        let counts = MasteryCounts::of([
            MasteryState::Mastered,
            MasteryState::Understood,
            MasteryState::NotLearned,
            MasteryState::NeedsReview,
        ]);
        assert_eq!(counts.percentage, 37);
    }

    #[test]
    fn concepts_are_gathered_by_chapter_and_the_weak_ones_named() {
        let concepts = [
            concept("Limits", Some("One"), &[true, true]),
            concept("Series", None, &[false]),
        ];
        let names = BTreeMap::from([(Uuid::nil(), "Analysis".to_owned())]);
        let overview = ProgressOverview::gather(&concepts, &names, vec![], StudyStats::default());
        assert_eq!(
            overview.content_mastery.by_chapter["One"].counts.percentage,
            100
        );
        assert_eq!(
            overview.content_mastery.by_chapter[NO_CHAPTER]
                .counts
                .not_learned,
            1
        );
        assert_eq!(overview.weak_areas.len(), 1);
        assert_eq!(
            overview.weak_areas[0].course_name.as_deref(),
            Some("Analysis")
        );
    }
}

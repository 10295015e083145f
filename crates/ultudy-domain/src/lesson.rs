//! A lesson: what a generator makes of a section, and what the student is given.
//!
//! [`LessonContent`] is owned by nobody and keyed by what went in; [`Lesson`] is one
//! student's copy, whose concepts carry ids and mastery.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::check_in::{CheckIn, CheckInContent, TextCheckIn, TextCheckInContent};

/// What a lesson is about in three answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SummaryParts {
    /// What is covered, point by point.
    pub what: Vec<String>,
    /// Why it matters.
    pub why: String,
    /// What the student can do afterwards.
    pub outcome: String,
}

/// A formula and what its letters stand for, both as Markdown with `$…$`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Formula {
    /// The formula.
    pub formula: String,
    /// Its variables, explained; may be empty.
    pub variables: String,
}

/// A generator's result, before it is anybody's: all texts are Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LessonContent {
    /// Title.
    pub topic: String,
    /// Summary as one Markdown text.
    pub summary: String,
    /// The same in parts.
    pub summary_parts: SummaryParts,
    /// The explanation of the whole.
    pub explanation: String,
    /// Examples of the whole.
    pub examples: Vec<String>,
    /// Analogies.
    pub analogies: Vec<String>,
    /// The concepts, in the order they are learnt; names unique without regard to case.
    pub concepts: Vec<ConceptContent>,
}

/// One concept of a [`LessonContent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConceptContent {
    /// Name, unique in the lesson without regard to case.
    pub name: String,
    /// Explanation.
    pub explanation: String,
    /// Examples.
    pub examples: Vec<String>,
    /// Analogies.
    pub analogies: Vec<String>,
    /// Formulas.
    pub formulas: Vec<Formula>,
    /// Notes worth remembering.
    pub important_notes: Vec<String>,
    /// First and last page it comes from.
    pub pages: [u32; 2],
    /// Questions with four options; none where no wrong answer could be taken for right.
    pub check_ins: Vec<CheckInContent>,
    /// Questions to answer in one's own words, at least one where `check_ins` has none;
    /// lessons made before there were any have none.
    #[serde(default)]
    pub text_check_ins: Vec<TextCheckInContent>,
}

/// A student's lesson as the API answers it, at the top level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Lesson {
    /// The lesson's id.
    pub id: Uuid,
    /// The document it teaches.
    pub document_id: Uuid,
    /// The section it teaches; none for the whole document.
    pub section_id: Option<Uuid>,
    /// The document's course.
    pub course_id: Option<Uuid>,
    /// The document's chapter.
    pub chapter: Option<String>,
    /// Title.
    pub topic: String,
    /// Summary as one Markdown text.
    pub summary: String,
    /// The same in parts.
    pub summary_parts: SummaryParts,
    /// The explanation of the whole.
    pub explanation: String,
    /// Examples of the whole.
    pub examples: Vec<String>,
    /// Analogies.
    pub analogies: Vec<String>,
    /// The concepts, in the order they are learnt.
    pub concepts: Vec<LessonConcept>,
    /// All check-ins, flat.
    pub check_ins: Vec<CheckIn>,
    /// All questions to answer in one's own words, flat.
    pub text_check_ins: Vec<TextCheckIn>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// One concept of a student's lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LessonConcept {
    /// The concept's id, which carries its mastery.
    pub id: Uuid,
    /// Name, unique in the document without regard to case.
    pub name: String,
    /// Explanation.
    pub explanation: String,
    /// Examples.
    pub examples: Vec<String>,
    /// Analogies.
    pub analogies: Vec<String>,
    /// Formulas.
    pub formulas: Vec<Formula>,
    /// Notes worth remembering.
    pub important_notes: Vec<String>,
    /// First and last page it comes from.
    pub pages: [u32; 2],
    /// Its questions.
    pub check_ins: Vec<CheckIn>,
    /// Its questions to answer in one's own words.
    pub text_check_ins: Vec<TextCheckIn>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_stored_before_open_questions_still_loads() {
        let stored = serde_json::json!({
            "name": "cell", "explanation": "", "examples": [], "analogies": [], "formulas": [],
            "important_notes": [], "pages": [1, 1], "check_ins": []
        });
        let concept: ConceptContent = serde_json::from_value(stored).expect("it was valid");
        assert!(concept.text_check_ins.is_empty());
    }
}

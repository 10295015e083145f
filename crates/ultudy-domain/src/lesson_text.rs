//! A lesson written down as it is answered, so that to read it is to copy it.
//!
//! A lesson never changes but for its document's course and chapter. What stays is written as
//! JSON once, in pieces of a line each (compact JSON has no line breaks) and each question once;
//! the answer, in which questions stand up to three times, is put together from the pieces.

use serde::Serialize;
use uuid::Uuid;

use crate::lesson::{Formula, Lesson, LessonConcept, SummaryParts};

/// What of a lesson never changes. Lines: the members before `concepts`; of each concept its
/// members before its questions, its check-ins and its questions to answer in one's own words;
/// the members after all questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonText(String);

/// A student's lesson, ready to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLesson {
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
    /// The rest.
    pub text: LessonText,
}

/// The members that stand before what never changes.
#[derive(Serialize)]
struct Changing<'a> {
    id: Uuid,
    document_id: Uuid,
    section_id: Option<Uuid>,
    course_id: Option<Uuid>,
    chapter: Option<&'a str>,
}

#[derive(Serialize)]
struct Opening<'a> {
    topic: &'a str,
    summary: &'a str,
    summary_parts: &'a SummaryParts,
    explanation: &'a str,
    examples: &'a [String],
    analogies: &'a [String],
}

#[derive(Serialize)]
struct ConceptOpening<'a> {
    id: Uuid,
    name: &'a str,
    explanation: &'a str,
    examples: &'a [String],
    analogies: &'a [String],
    formulas: &'a [Formula],
    important_notes: &'a [String],
    pages: [u32; 2],
}

#[derive(Serialize)]
struct Ending {
    created_at: crate::Timestamp,
}

impl LessonText {
    /// Writes a lesson down.
    #[must_use]
    pub fn of(lesson: &Lesson) -> Self {
        let opening = inner(&Opening {
            topic: &lesson.topic,
            summary: &lesson.summary,
            summary_parts: &lesson.summary_parts,
            explanation: &lesson.explanation,
            examples: &lesson.examples,
            analogies: &lesson.analogies,
        });
        let ending = inner(&Ending {
            created_at: lesson.created_at,
        });
        let concepts = lesson.concepts.iter().flat_map(|concept| {
            [
                concept_opening(concept),
                inner(&concept.check_ins),
                inner(&concept.text_check_ins),
            ]
        });
        let lines: Vec<String> = [opening]
            .into_iter()
            .chain(concepts)
            .chain([ending])
            .collect();
        Self(lines.join("\n"))
    }

    /// What was written down before; none if it is no such text.
    #[must_use]
    pub fn kept(text: String) -> Option<Self> {
        let lines = text.split('\n').count();
        (lines >= 2 && lines % 3 == 2).then_some(Self(text))
    }

    /// To be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn concept_opening(concept: &LessonConcept) -> String {
    inner(&ConceptOpening {
        id: concept.id,
        name: &concept.name,
        explanation: &concept.explanation,
        examples: &concept.examples,
        analogies: &concept.analogies,
        formulas: &concept.formulas,
        important_notes: &concept.important_notes,
        pages: concept.pages,
    })
}

/// What stands between the brackets of an object or array.
fn inner(value: &impl Serialize) -> String {
    // Only maps with other keys than strings and failing writers cannot be written.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut characters = json.chars();
    characters.next();
    characters.next_back();
    characters.as_str().to_owned()
}

impl WrittenLesson {
    /// Writes a lesson down.
    #[must_use]
    pub fn of(lesson: &Lesson) -> Self {
        Self {
            id: lesson.id,
            document_id: lesson.document_id,
            section_id: lesson.section_id,
            course_id: lesson.course_id,
            chapter: lesson.chapter.clone(),
            text: LessonText::of(lesson),
        }
    }

    /// The lesson as a JSON object, with or without its questions. Those with options stand also
    /// under `checkins`, the name that older clients read.
    #[must_use]
    pub fn json(&self, with_questions: bool) -> String {
        let changing = inner(&Changing {
            id: self.id,
            document_id: self.document_id,
            section_id: self.section_id,
            course_id: self.course_id,
            chapter: self.chapter.as_deref(),
        });
        let mut lines = self.text.0.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let concepts = self.text.0.split('\n').count() / 3;
        let mut json = String::with_capacity(3 * self.text.0.len() + changing.len() + 256);
        json.extend(["{", &changing, ",", next(), ",\"concepts\":["]);
        let mut check_ins = Vec::with_capacity(concepts);
        let mut text_check_ins = Vec::with_capacity(concepts);
        for number in 0..concepts {
            let comma = if number == 0 { "{" } else { ",{" };
            json.extend([comma, next(), ",\"check_ins\":["]);
            for (name, all) in [
                ("],\"text_check_ins\":[", &mut check_ins),
                ("]}", &mut text_check_ins),
            ] {
                let own = next();
                if with_questions && !own.is_empty() {
                    json.push_str(own);
                    all.push(own);
                }
                json.push_str(name);
            }
        }
        json.push_str("],\"check_ins\":[");
        push_joined(&mut json, &check_ins);
        json.push_str("],\"text_check_ins\":[");
        push_joined(&mut json, &text_check_ins);
        json.extend(["],", next(), ",\"checkins\":["]);
        push_joined(&mut json, &check_ins);
        json.push_str("]}");
        json
    }
}

fn push_joined(json: &mut String, lists: &[&str]) {
    for (number, list) in lists.iter().enumerate() {
        if number > 0 {
            json.push(',');
        }
        json.push_str(list);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::check_in::{AnswerOption, CheckIn, CheckInContent, TextCheckIn, TextCheckInContent};

    const AWKWARD: &str = "a \"quoted\"\nline, \\ 日本 \u{2028} },{";

    fn check_in(n: u128) -> CheckIn {
        CheckIn {
            id: Uuid::from_u128(n),
            concept_id: Uuid::from_u128(7),
            content: CheckInContent {
                question: AWKWARD.into(),
                options: vec![AnswerOption {
                    letter: "A".into(),
                    text: AWKWARD.into(),
                    correct: true,
                    explanation: String::new(),
                }],
                expected_answer: AWKWARD.into(),
                hint: "\n".into(),
                pages: [1, 2],
            },
        }
    }

    fn text_check_in(n: u128) -> TextCheckIn {
        TextCheckIn {
            id: Uuid::from_u128(n),
            concept_id: Uuid::from_u128(7),
            content: TextCheckInContent {
                question: AWKWARD.into(),
                expected_answer: AWKWARD.into(),
                key_points: vec![AWKWARD.into()],
                pages: [1, 2],
            },
        }
    }

    fn concept(n: u128, check_ins: Vec<CheckIn>, texts: Vec<TextCheckIn>) -> LessonConcept {
        LessonConcept {
            id: Uuid::from_u128(n),
            name: AWKWARD.into(),
            explanation: AWKWARD.into(),
            examples: vec![AWKWARD.into(), String::new()],
            analogies: vec![],
            formulas: vec![Formula {
                formula: "$a$".into(),
                variables: String::new(),
            }],
            important_notes: vec![],
            pages: [3, 4],
            check_ins,
            text_check_ins: texts,
        }
    }

    fn lesson(concepts: Vec<LessonConcept>, chapter: Option<&str>) -> Lesson {
        let check_ins = concepts.iter().flat_map(|c| c.check_ins.clone());
        let texts = concepts.iter().flat_map(|c| c.text_check_ins.clone());
        Lesson {
            id: Uuid::from_u128(1),
            document_id: Uuid::from_u128(2),
            section_id: chapter.map(|_| Uuid::from_u128(3)),
            course_id: chapter.map(|_| Uuid::from_u128(4)),
            chapter: chapter.map(Into::into),
            topic: AWKWARD.into(),
            summary: String::new(),
            summary_parts: SummaryParts::default(),
            explanation: AWKWARD.into(),
            examples: vec![AWKWARD.into()],
            analogies: vec![],
            check_ins: check_ins.collect(),
            text_check_ins: texts.collect(),
            concepts,
            created_at: crate::Timestamp::from_timestamp(1_780_000_000, 123_456_000).unwrap(),
        }
    }

    /// As serde writes it.
    fn serialised(lesson: &Lesson) -> String {
        let json = serde_json::to_string(lesson).unwrap();
        let check_ins = serde_json::to_string(&lesson.check_ins).unwrap();
        format!(
            "{},\"checkins\":{check_ins}}}",
            json.strip_suffix('}').unwrap()
        )
    }

    #[test]
    fn what_is_put_together_is_what_serde_writes() {
        let many = vec![
            concept(10, vec![check_in(11), check_in(12)], vec![]),
            concept(20, vec![], vec![]),
            concept(30, vec![], vec![text_check_in(31), text_check_in(32)]),
            concept(40, vec![check_in(41)], vec![text_check_in(42)]),
        ];
        for (concepts, chapter) in [(many.clone(), Some(AWKWARD)), (many, None), (vec![], None)] {
            let lesson = lesson(concepts, chapter);
            let written = WrittenLesson::of(&lesson);
            assert_eq!(written.json(true), serialised(&lesson));
            let kept = LessonText::kept(written.text.as_str().to_owned());
            assert_eq!(kept, Some(written.text.clone()));
            let mut bare = lesson;
            bare.check_ins.clear();
            bare.text_check_ins.clear();
            for concept in &mut bare.concepts {
                concept.check_ins.clear();
                concept.text_check_ins.clear();
            }
            assert_eq!(written.json(false), serialised(&bare));
        }
    }

    #[test]
    fn another_text_is_none() {
        for text in ["", "{}", "a\nb\nc", "a\nb\nc\nd"] {
            assert_eq!(LessonText::kept(text.into()), None, "{text:?}");
        }
    }
}

//! What tests show on pages: small, and hostile where a text may come from outside.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    response::Response,
};
use chrono::{DateTime, NaiveDate, Utc};
use tower::ServiceExt;
use ultudy_domain::{
    check_in::{AnswerOption, CheckIn, CheckInContent, LETTERS, TextCheckIn, TextCheckInContent},
    course::Course,
    document::{Document, MaterialType, Sectioning},
    lesson::{ConceptContent, Formula, Lesson, LessonConcept, LessonContent, SummaryParts},
    section::Section,
};
use uuid::Uuid;

/// What `site` answers to a GET.
pub async fn answer(site: Router, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    site.oneshot(request).await.unwrap()
}

/// An answer's text.
pub async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A text that would run if it got into a page as it is.
pub const HOSTILE: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'";

/// A moment on 1 June 2026.
pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_300_800, 0).unwrap_or_default()
}

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn course(number: u128, name: &str, exam_date: Option<NaiveDate>) -> Course {
    Course {
        id: id(number),
        name: name.into(),
        code: Some("MATH 101".into()),
        term: None,
        exam_date,
        archived: false,
        archived_at: None,
        created_at: moment(),
        updated_at: moment(),
    }
}

pub fn document(title: &str) -> Document {
    Document {
        id: id(20),
        title: title.into(),
        pages: 40,
        uploaded_at: moment(),
        material_type: Some(MaterialType::Lecture),
        chapter: Some(title.into()),
        user_tags: Vec::new(),
        course_id: Some(id(1)),
        sectioning: Sectioning::EqualParts,
        language: Some("en".into()),
        unreadable_pages: vec![4, 7, 8, 9],
        recognised_pages: vec![5],
        transcribed_pages: vec![2, 3],
    }
}

pub fn section(number: i32, name: &str) -> Section {
    Section {
        id: id(30 + u128::from(number.unsigned_abs())),
        document_id: id(20),
        section_number: number,
        name: name.into(),
        description: Some(name.into()),
        page_start: number * 2,
        page_end: number * 2 + 1,
        concepts_generated: number == 1,
        created_at: moment(),
    }
}

/// A lesson of so many concepts, each with formulas, lists and two questions.
pub fn lesson(concepts: u128) -> Lesson {
    let concepts: Vec<LessonConcept> = (0..concepts).map(concept).collect();
    Lesson {
        id: id(50),
        document_id: id(20),
        section_id: Some(id(31)),
        course_id: Some(id(1)),
        chapter: Some("Limits".into()),
        topic: "Limits".into(),
        summary: "What a *limit* is.".into(),
        summary_parts: SummaryParts {
            what: vec![
                "Limits of sequences, $a_n \\to a$".into(),
                "Their rules".into(),
            ],
            why: "Everything in analysis is made of them.".into(),
            outcome: "You can compute $\\lim_{n \\to \\infty} \\frac{1}{n}$.".into(),
        },
        explanation: "A sequence **converges** if it gets close and stays close.".into(),
        examples: vec!["$1, \\frac12, \\frac13, \\dots$".into()],
        analogies: vec!["A train that slows into its station.".into()],
        check_ins: concepts
            .iter()
            .flat_map(|concept| concept.check_ins.clone())
            .collect(),
        text_check_ins: concepts
            .iter()
            .flat_map(|concept| concept.text_check_ins.clone())
            .collect(),
        concepts,
        created_at: moment(),
    }
}

/// The same lesson before it is anybody's, of one concept.
pub fn content() -> LessonContent {
    let lesson = lesson(1);
    let concepts = lesson.concepts.into_iter().map(|concept| ConceptContent {
        name: concept.name,
        explanation: concept.explanation,
        examples: concept.examples,
        analogies: concept.analogies,
        formulas: concept.formulas,
        important_notes: concept.important_notes,
        pages: concept.pages,
        check_ins: concept.check_ins.into_iter().map(|c| c.content).collect(),
        text_check_ins: Vec::new(),
    });
    LessonContent {
        topic: lesson.topic,
        summary: lesson.summary,
        summary_parts: lesson.summary_parts,
        explanation: lesson.explanation,
        examples: lesson.examples,
        analogies: lesson.analogies,
        concepts: concepts.collect(),
    }
}

fn concept(number: u128) -> LessonConcept {
    LessonConcept {
        id: id(100 + number),
        name: format!("Concept {number}"),
        explanation: "The **limit** of $a_n$ is the number $a$ such that for every $\\varepsilon > 0$ \
            all but finitely many members lie within $\\varepsilon$ of it:\n\n\
            $$\\forall \\varepsilon > 0\\ \\exists N\\ \\forall n \\ge N: |a_n - a| < \\varepsilon$$\n\n\
            | n | 1/n |\n|---|---|\n| 1 | 1 |\n| 2 | 0.5 |\n\n```python\nprint([1 / n for n in range(1, 10)])\n```"
            .into(),
        examples: vec!["The sequence $\\frac{1}{n}$ tends to 0.".into(), "So does $\\frac{1}{n^2}$.".into()],
        analogies: Vec::new(),
        formulas: vec![Formula {
            formula: "$$\\sum_{k=0}^{n} \\binom{n}{k} x^k y^{n-k} = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} \\cdot \\sqrt{x^2 + y^2} + \\int_0^\\infty e^{-t^2}\\,dt$$".into(),
            variables: "$n$: how many; $x$, $y$: any numbers".into(),
        }],
        important_notes: vec!["A limit is unique.".into()],
        pages: [3, 4],
        check_ins: vec![check_in(number, 0), check_in(number, 1)],
        text_check_ins: vec![TextCheckIn {
            id: id(5_000 + number),
            concept_id: id(100 + number),
            content: TextCheckInContent {
                question: "What is a limit?".into(),
                expected_answer: "REASON-TEXT what a sequence comes close to".into(),
                key_points: vec!["close".into()],
                pages: [3, 3],
            },
        }],
    }
}

/// Its second option is right.
fn check_in(concept: u128, number: u128) -> CheckIn {
    let option = |(place, letter): (usize, &&str)| AnswerOption {
        letter: (*letter).into(),
        text: format!("option {place} with $x^{place}$"),
        correct: place == 1,
        explanation: format!("REASON-{place} because $x > {place}$"),
    };
    CheckIn {
        id: id(1_000 + concept * 10 + number),
        concept_id: id(100 + concept),
        content: CheckInContent {
            question: "What is the limit of $\\frac{1}{n}$?".into(),
            options: LETTERS.iter().enumerate().map(option).collect(),
            expected_answer: "option 1 with $x^1$".into(),
            hint: "Try some members.".into(),
            pages: [3, 3],
        },
    }
}

//! Everything found, for programs.

use serde::Serialize;
use ultudy_domain::{document::FoundHeading, lesson::LessonContent, section::ExtractedSection};

use super::super::studied::{Fault, Studied};

#[derive(Serialize)]
struct Json<'a> {
    title: &'a str,
    language: Option<&'a str>,
    headings: &'a [FoundHeading],
    sections: &'a [ExtractedSection],
    concepts: &'a [String],
    lessons: Vec<Numbered<'a>>,
}

/// A lesson with the number of its section, from 1: a section without text has none.
#[derive(Serialize)]
struct Numbered<'a> {
    section_number: usize,
    #[serde(flatten)]
    lesson: &'a LessonContent,
}

/// Writes it, with a line's end.
pub(super) fn write(studied: &Studied) -> Result<String, Fault> {
    let lessons = (1..).zip(studied.chapters());
    let json = Json {
        title: &studied.title,
        language: studied.document.language.as_deref(),
        headings: &studied.document.headings,
        sections: &studied.document.sections,
        concepts: &studied.concepts,
        lessons: lessons
            .filter_map(|(section_number, (_, lesson))| {
                lesson.map(|lesson| Numbered {
                    section_number,
                    lesson,
                })
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&json).map_err(Fault::of)?;
    Ok(text + "\n")
}

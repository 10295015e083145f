//! A document: one uploaded file of a course, and what was read from it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{figure::ExtractedFigure, section::ExtractedSection};

/// What kind of material a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MaterialType {
    /// A book or a chapter of one.
    Textbook,
    /// Lecture notes or slides.
    Lecture,
    /// Exercises, a worksheet.
    Tutorial,
    /// A past exam.
    Exam,
}

impl MaterialType {
    /// Every kind, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Textbook, Self::Lecture, Self::Tutorial, Self::Exam];

    /// The name used in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Textbook => "textbook",
            Self::Lecture => "lecture",
            Self::Tutorial => "tutorial",
            Self::Exam => "exam",
        }
    }

    /// The kind of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A document that is ready: it appears in lists only once its sections are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Document {
    /// The document's id.
    pub id: Uuid,
    /// Title shown to the student.
    pub title: String,
    /// Number of pages.
    pub pages: i32,
    /// When the upload was accepted.
    pub uploaded_at: DateTime<Utc>,
    /// Textbook, lecture, tutorial or exam.
    pub material_type: Option<MaterialType>,
    /// Chapter the student filed it under.
    pub chapter: Option<String>,
    /// The student's own tags.
    pub user_tags: Vec<String>,
    /// The course it belongs to.
    pub course_id: Option<Uuid>,
    /// How its sections were found.
    pub sectioning: Sectioning,
    /// ISO 639-1 code of the language most of it is in, where that is clear.
    pub language: Option<String>,
    /// Pages that hold no text that can be read, by number from 1; lessons leave them out.
    pub unreadable_pages: Vec<u32>,
    /// Pages whose text was recognised from their picture, by number from 1; it may hold
    /// mistakes.
    pub recognised_pages: Vec<u32>,
    /// Pages whose text a language model read from their picture, by number from 1; it may hold
    /// mistakes.
    pub transcribed_pages: Vec<u32>,
}

/// What can be set on a document. `None` leaves a field as it is; `Some(None)` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentChange {
    /// New title, already checked.
    pub title: Option<String>,
    /// New kind.
    pub material_type: Option<Option<MaterialType>>,
    /// New chapter.
    pub chapter: Option<Option<String>>,
    /// New tags.
    pub user_tags: Option<Vec<String>>,
    /// New course; the caller has checked that it is the owner's.
    pub course_id: Option<Option<Uuid>>,
}

/// How a document's sections were found; shown to the student.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sectioning {
    /// From the file's own outline (bookmarks).
    Outline,
    /// From headings, by size and weight.
    Headings,
    /// From a printed contents page.
    Contents,
    /// Nothing to go by: equal runs of pages.
    EqualParts,
}

impl Sectioning {
    /// The name used in the API and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outline => "outline",
            Self::Headings => "headings",
            Self::Contents => "contents",
            Self::EqualParts => "equal_parts",
        }
    }

    /// The method of this name; an unknown name counts as equal parts.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "outline" => Self::Outline,
            "headings" => Self::Headings,
            "contents" => Self::Contents,
            _ => Self::EqualParts,
        }
    }
}

/// What the child process read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExtractedDocument {
    /// The title in the file's own metadata, if it holds a usable one.
    pub title: Option<String>,
    /// Number of pages.
    pub page_count: u32,
    /// How the sections were found.
    pub sectioning: Sectioning,
    /// The sections, in reading order; never empty.
    pub sections: Vec<ExtractedSection>,
    /// The headings, in reading order: the outline's where it was used, else the printed
    /// ones that were found.
    pub headings: Vec<FoundHeading>,
    /// The pictures, by number from 1; a number may be missing where one was too large.
    pub figures: Vec<ExtractedFigure>,
    /// Pages that hold no text that can be read, by number from 1.
    pub unreadable_pages: Vec<u32>,
    /// Pages whose text was recognised from their picture, by number from 1.
    pub recognised_pages: Vec<u32>,
    /// Pages whose text a language model read from their picture, by number from 1.
    pub transcribed_pages: Vec<u32>,
    /// ISO 639-1 code of the language most of it is in, where that is clear.
    pub language: Option<String>,
}

/// A heading of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FoundHeading {
    /// As printed, or as the outline has it.
    pub title: String,
    /// The page it stands on, from 1.
    pub page: u32,
    /// Its depth, from 1.
    pub level: u8,
}

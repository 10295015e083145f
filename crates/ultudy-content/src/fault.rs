//! What can be wrong with a file: a code for programs, a sentence for the student.

use serde::{Deserialize, Serialize};
use ultudy_domain::job::JobFailure;

/// The file's own fault; reading it again gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    Damaged,
    Encrypted,
    Empty,
    TooManyPages,
    TooMuchMemory,
    TooSlow,
    CrashedReader,
}

impl Fault {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Damaged => "pdf_damaged",
            Self::Encrypted => "pdf_encrypted",
            Self::Empty => "pdf_empty",
            Self::TooManyPages => "pdf_too_many_pages",
            Self::TooMuchMemory => "pdf_too_much_memory",
            Self::TooSlow => "pdf_too_slow",
            Self::CrashedReader => "pdf_crashed_reader",
        }
    }

    /// What is wrong, and what the student can do about it.
    fn message(self, pages_max: u32) -> String {
        match self {
            Self::Damaged => "This PDF is damaged and could not be read: please download or export it again, or print it to a new PDF.".into(),
            Self::Encrypted => "This PDF asks for a password: please save a copy without one and upload that.".into(),
            Self::Empty => "This PDF has no pages: please check the file and upload it again.".into(),
            Self::TooManyPages => format!(
                "This PDF has more than {pages_max} pages, the most that can be read: please split it and upload the parts you study."
            ),
            Self::TooMuchMemory => "This PDF takes more memory to read than is allowed: please split it into smaller files, or print it to a new PDF.".into(),
            Self::TooSlow => "This PDF takes longer to read than is allowed: please split it into smaller files, or print it to a new PDF.".into(),
            Self::CrashedReader => "This PDF broke the program that reads it: please print it to a new PDF and upload that.".into(),
        }
    }

    /// The failure a job ends with.
    pub(crate) fn failure(self, pages_max: u32) -> JobFailure {
        JobFailure {
            code: self.code().to_owned(),
            message: self.message(pages_max),
        }
    }
}

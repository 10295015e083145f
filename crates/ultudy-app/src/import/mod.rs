//! Importing from the original Ultudy (Node.js): its PostgreSQL tables and its folder of
//! uploaded files become ours, owner by owner, under the ids they had, so that a second run
//! finds what the first one brought. What is there is left as it is; a row that cannot come
//! over is told with its reason, and the rest goes on.

mod content;
mod documents;
mod lessons;
mod mastery;
mod report;
mod row;
mod sections;
mod study;

use std::path::PathBuf;

use ultudy_store::{
    StoreError,
    original::{Original, OriginalRow},
};

use crate::{App, Error};

use row::Row;

pub use report::{Reason, Report, TableReport};

/// The tables that come over, with the columns that are read of them.
const TABLES: &[(&str, &[&str])] = &[
    (
        "courses",
        &[
            "id",
            "owner_id",
            "name",
            "code",
            "term",
            "exam_date",
            "created_at",
            "updated_at",
            "archived",
            "archived_at",
        ],
    ),
    (
        "documents",
        &[
            "id",
            "owner_id",
            "title",
            "pages",
            "created_at",
            "material_type",
            "chapter",
            "user_tags",
            "course_id",
        ],
    ),
    (
        "sections",
        &[
            "id",
            "owner_id",
            "document_id",
            "section_number",
            "name",
            "description",
            "page_start",
            "page_end",
            "created_at",
            "markdown_text",
            // Told by the document and by the lesson.
            "course_id",
            "chapter",
            "concepts_generated",
            "updated_at",
        ],
    ),
    (
        "lessons",
        &[
            "id",
            "owner_id",
            "document_id",
            "section_id",
            "summary",
            "explanation",
            "examples",
            "analogies",
            "concepts",
            "created_at",
            "course_id",
            "chapter",
            "updated_at",
        ],
    ),
    (
        "concepts",
        &[
            "id",
            "owner_id",
            "name",
            "document_id",
            "section_id",
            "lesson_id",
            "course_id",
            "concept_number",
            "mastery_state",
            "total_attempts",
            "correct_attempts",
            "consecutive_correct",
            "last_reviewed_at",
            "created_at",
            "chapter",
            "updated_at",
        ],
    ),
    (
        "study_sessions",
        &[
            "id",
            "owner_id",
            "session_type",
            "chapter",
            "document_id",
            "course_id",
            "total_check_ins",
            "correct_check_ins",
            "duration_minutes",
            "started_at",
            "completed_at",
        ],
    ),
];

/// Where it comes from.
#[derive(Debug, Clone)]
pub struct Import {
    /// The original's database, `postgres://…`.
    pub url: String,
    /// The folder with its uploaded files, `<owner_id>/<document id>.pdf`.
    pub files: PathBuf,
}

/// Why an import stopped. Run again, it brings what is missing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The original's database does not answer as it should.
    #[error("the original's database: {0}")]
    Original(#[source] StoreError),
    /// It is another database.
    #[error("this is no database of the original: it has no table {0}")]
    NoTable(&'static str),
    /// The folder of files, or one of them, cannot be read.
    #[error("{}: {source}", path.display())]
    Files {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Our own database or object store does not answer.
    #[error("{}", cause(.0))]
    Ours(#[source] Error),
}

impl<E: Into<Error>> From<E> for ImportError {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

/// An import that runs.
struct Importer<'a> {
    app: &'a App,
    original: Original,
    files: &'a std::path::Path,
    report: Report,
}

/// Imports everything; tells `progress` how many of the owners are done.
///
/// # Errors
/// See [`ImportError`]; what was imported stays.
pub async fn node(
    app: &App,
    import: &Import,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Report, ImportError> {
    let folder = std::fs::metadata(&import.files).and_then(|is| match is.is_dir() {
        true => Ok(()),
        false => Err(std::io::ErrorKind::NotADirectory.into()),
    });
    folder.map_err(|source| ImportError::Files {
        path: import.files.clone(),
        source,
    })?;
    let mut importer = Importer {
        app,
        original: Original::open(&import.url)
            .await
            .map_err(ImportError::Original)?,
        files: &import.files,
        report: Report::default(),
    };
    importer.look().await?;
    let names: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    let owners = importer.original.owners(&names).await;
    let owners = owners.map_err(ImportError::Original)?;
    let total = owners.len() as u64;
    importer.report.owners = total;
    for (done, owner_id) in (1..).zip(&owners) {
        importer.owner(owner_id).await?;
        progress(done, total);
    }
    Ok(importer.report)
}

impl Importer<'_> {
    /// Finds what is there and has no place here.
    async fn look(&mut self) -> Result<(), ImportError> {
        let tables = self.original.tables().await;
        let tables = tables.map_err(ImportError::Original)?;
        for (name, columns) in TABLES {
            let table = tables.iter().find(|table| table.name == *name);
            let table = table.ok_or(ImportError::NoTable(name))?;
            let unknown = table
                .columns
                .iter()
                .filter(|column| !columns.contains(&column.as_str()));
            let unknown = unknown.map(|column| format!("{name}.{column}"));
            self.report.ignored_columns.extend(unknown);
        }
        for table in tables {
            if table.rows > 0 && !TABLES.iter().any(|(name, _)| *name == table.name) {
                self.report.no_place.insert(table.name, table.rows);
            }
        }
        Ok(())
    }

    /// Brings all of one owner.
    async fn owner(&mut self, owner_id: &str) -> Result<(), ImportError> {
        if owner_id.trim().is_empty() {
            return self.leave_out_owner(owner_id).await;
        }
        self.courses(owner_id).await?;
        let mut states = mastery::States::new(self.rows("concepts", owner_id, None).await?);
        self.documents(owner_id, &mut states).await?;
        self.lone_concepts(owner_id, states).await?;
        self.study_sessions(owner_id).await
    }

    async fn leave_out_owner(&mut self, owner_id: &str) -> Result<(), ImportError> {
        for (table, _) in TABLES {
            for row in self.rows(table, owner_id, None).await? {
                self.report
                    .leave_out(table, &row.id_text, "its owner is blank");
            }
        }
        Ok(())
    }

    /// An owner's rows that can be read.
    async fn rows(
        &mut self,
        table: &'static str,
        owner_id: &str,
        document_id: Option<&str>,
    ) -> Result<Vec<Row>, ImportError> {
        let found = self.original.rows(table, owner_id, document_id).await;
        let mut rows = Vec::new();
        for row in found.map_err(ImportError::Original)? {
            match row {
                OriginalRow::Row(json) => match Row::new(json) {
                    Ok(row) => rows.push(row),
                    Err(id) => self.report.leave_out(table, &id, "its id is no UUID"),
                },
                OriginalRow::TooLong(id) => {
                    self.report.leave_out(table, &id, "it is longer than 4 MiB");
                }
            }
        }
        Ok(rows)
    }
}

/// What the database said: the error's own words are for students.
fn cause(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

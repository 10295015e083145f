//! Documents of the original with their files, sections and lessons: each document in one
//! transaction.

use std::{
    collections::HashSet,
    path::{Component, Path, PathBuf},
};

use tokio_util::{io::ReaderStream, sync::CancellationToken};
use ultudy_domain::{
    document::{DocumentChange, MaterialType, Sectioning},
    field::{CHAPTER_MAX, NAME_MAX},
    job::{JobType, Priority},
};
use ultudy_store::{
    TenantTx, chunks,
    documents::{self, NewDocument, Reading},
    imported::{self, Noun},
    jobs::{self, NewJob},
    sections,
};
use uuid::Uuid;

use super::{
    ImportError, Importer,
    mastery::States,
    row::Row,
    study::{cut, existing},
};
use crate::{
    Error,
    blobs::Incoming,
    documents::held::{self, Gone},
    search::index::{self, Source},
};

const DOCUMENTS: &str = "documents";
pub(super) const SECTIONS: &str = "sections";

/// What the owner has already.
pub(super) struct There {
    pub(super) documents: HashSet<Uuid>,
    pub(super) courses: HashSet<Uuid>,
    pub(super) sections: HashSet<Uuid>,
    pub(super) lessons: HashSet<Uuid>,
    pub(super) concepts: HashSet<Uuid>,
}

/// A document whose rows are at hand.
pub(super) struct Bundle {
    pub(super) row: Row,
    pub(super) sections: Vec<Row>,
    pub(super) lessons: Vec<Row>,
}

impl There {
    async fn read(tx: &mut TenantTx) -> Result<Self, ImportError> {
        Ok(Self {
            documents: imported::ids(tx, Noun::Documents).await?,
            courses: imported::ids(tx, Noun::Courses).await?,
            sections: imported::ids(tx, Noun::Sections).await?,
            lessons: imported::ids(tx, Noun::Lessons).await?,
            concepts: imported::ids(tx, Noun::Concepts).await?,
        })
    }
}

impl Importer<'_> {
    /// Brings an owner's documents, and what hangs on them.
    pub(super) async fn documents(
        &mut self,
        owner_id: &str,
        states: &mut States,
    ) -> Result<(), ImportError> {
        let rows = self.rows(DOCUMENTS, owner_id, None).await?;
        let mut tx = self.app.store.read(owner_id).await?;
        let mut there = There::read(&mut tx).await?;
        drop(tx);
        for row in rows {
            let mut bundle = Bundle {
                sections: self.rows(SECTIONS, owner_id, Some(&row.id_text)).await?,
                lessons: self.rows("lessons", owner_id, Some(&row.id_text)).await?,
                row,
            };
            let order = |row: &Row| (row.count("section_number"), row.time("created_at"));
            bundle.sections.sort_by_key(order);
            let before = self.report.clone();
            match self.document(owner_id, &bundle, &mut there, states).await {
                Err(ImportError::Ours(Error::Conflict(_))) => {
                    self.report = before;
                    self.leave_out_document(&bundle, "it is in conflict with what is here");
                }
                outcome => outcome?,
            }
        }
        self.leave_out_orphans(owner_id).await
    }

    /// Tells the sections and lessons whose document the original does not have.
    async fn leave_out_orphans(&mut self, owner_id: &str) -> Result<(), ImportError> {
        for table in [SECTIONS, "lessons"] {
            let orphans = self.original.without_document(table, owner_id).await;
            for id in orphans.map_err(ImportError::Original)? {
                let reason = "the original has no such document";
                self.report.leave_out(table, &id, reason);
            }
        }
        Ok(())
    }

    async fn document(
        &mut self,
        owner_id: &str,
        bundle: &Bundle,
        there: &mut There,
        states: &mut States,
    ) -> Result<(), ImportError> {
        let is_known = there.documents.contains(&bundle.row.id);
        let incoming = match is_known {
            true => None,
            false => match self.file(owner_id, &bundle.row).await? {
                Ok(incoming) => Some(incoming),
                Err(reason) => {
                    self.leave_out_document(bundle, reason);
                    return Ok(());
                }
            },
        };
        let gone = held::gone(self.app, owner_id, &incoming).await?;
        let mut tx = self.app.store.write(owner_id).await?;
        match incoming {
            Some(incoming) => {
                let file = (incoming, &gone);
                self.new_document(&mut tx, bundle, file, there).await?;
                self.report.table(DOCUMENTS).imported += 1;
            }
            None => {
                self.report.table(DOCUMENTS).known += 1;
                let known = bundle
                    .sections
                    .iter()
                    .filter(|row| there.sections.contains(&row.id));
                self.report.table(SECTIONS).known += known.count() as u64;
                for row in &bundle.sections {
                    if !there.sections.contains(&row.id) {
                        let reason = "its document came over without it";
                        self.report.leave_out(SECTIONS, &row.id_text, reason);
                    }
                }
            }
        }
        there.documents.insert(bundle.row.id);
        self.lessons(&mut tx, bundle, there, states).await?;
        Ok(tx.commit().await?)
    }

    fn leave_out_document(&mut self, bundle: &Bundle, reason: &'static str) {
        let report = &mut self.report;
        report.leave_out(DOCUMENTS, &bundle.row.id_text, reason);
        for (table, rows) in [(SECTIONS, &bundle.sections), ("lessons", &bundle.lessons)] {
            for row in rows {
                report.leave_out(table, &row.id_text, "its document did not come over");
            }
        }
    }

    /// The document's file in our store, or why it cannot be.
    async fn file(
        &self,
        owner_id: &str,
        row: &Row,
    ) -> Result<Result<Incoming, &'static str>, ImportError> {
        let Some(path) = path_of(self.files, owner_id, &row.id_text) else {
            return Ok(Err("its owner's name can be no folder"));
        };
        let file = match tokio::fs::File::open(&path).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Err("its file is missing"));
            }
            Err(source) => return Err(ImportError::Files { path, source }),
        };
        let (id, most) = (self.app.clock.new_id(), self.app.upload_bytes_max);
        match self
            .app
            .blobs
            .receive(id, ReaderStream::new(file), most)
            .await
        {
            Ok(incoming) => Ok(Ok(incoming)),
            Err(Error::Unsupported(_)) => Ok(Err("its file is no PDF")),
            Err(Error::TooLarge { .. }) => Ok(Err("its file is larger than UPLOAD_MAX_MB")),
            Err(Error::Interrupted) => Ok(Err("its file cannot be read to the end")),
            Err(error) => Err(error.into()),
        }
    }

    /// Stores a document with its sections, visible. One without sections waits to be read as
    /// an upload does.
    async fn new_document(
        &mut self,
        tx: &mut TenantTx,
        bundle: &Bundle,
        (incoming, gone): (Incoming, &Gone),
        there: &mut There,
    ) -> Result<(), ImportError> {
        let now = self.app.clock.now();
        let document = self.checked(bundle, &incoming, there);
        let is_kept = held::hold(tx, &incoming, gone, now).await?;
        documents::insert(tx, &document).await?;
        let rows = self.checked_sections(bundle, there);
        if rows.is_empty() {
            let job = NewJob {
                id: self.app.clock.new_id(),
                job_type: JobType::UploadPdf,
                priority: Priority::Low,
                data: serde_json::json!({
                    "document_id": document.id,
                    "course_id": document.course_id,
                    "title": document.title,
                    "chapter": document.chapter,
                    "file_name": document.file_name,
                    "bytes": incoming.size,
                }),
                document_id: document.id,
                section_id: None,
                dedupe_key: format!("upload:{}", document.id),
            };
            jobs::enqueue(tx, &job, now).await?;
            let what = "it has no sections: the server reads its file when it starts";
            self.report.mend(DOCUMENTS, &bundle.row.id_text, what);
        } else {
            let sources = rows.iter().map(Source::from).collect();
            let passages = index::read(sources, &CancellationToken::new())
                .await?
                .unwrap_or_default();
            let last_page = rows.iter().map(|section| section.page_end).max();
            let pages = bundle.row.count("pages").filter(|pages| *pages > 0);
            let reading = Reading {
                pages: pages.or(last_page).unwrap_or(1),
                sectioning: Sectioning::Headings,
                language: passages.language,
                unreadable_pages: &[],
                recognised_pages: &[],
                transcribed_pages: &[],
            };
            documents::publish(tx, document.id, &reading).await?;
            let created_at = bundle.row.time("created_at").unwrap_or(now);
            sections::insert_all(tx, document.id, &rows, created_at).await?;
            chunks::insert_all(tx, document.id, passages.language, &passages.chunks).await?;
            self.tag(tx, bundle, document.id).await?;
        }
        // Kept before the commit, for the reason that an upload's file is.
        if is_kept {
            incoming.keep();
        }
        Ok(())
    }

    fn checked(&mut self, bundle: &Bundle, incoming: &Incoming, there: &There) -> NewDocument {
        let (row, report) = (&bundle.row, &mut self.report);
        let material_type = row.text("material_type").map(str::to_lowercase);
        let known_type = material_type.as_deref().and_then(MaterialType::parse);
        if material_type.is_some() && known_type.is_none() {
            report.mend(
                DOCUMENTS,
                &row.id_text,
                "its material type is not known here",
            );
        }
        let title = cut(report, DOCUMENTS, row, "title", NAME_MAX);
        let title = title.unwrap_or_else(|| "Document".to_owned());
        NewDocument {
            id: row.id,
            file_name: format!("{title}.pdf"),
            title,
            course_id: existing(report, DOCUMENTS, row, "course_id", &there.courses),
            chapter: cut(report, DOCUMENTS, row, "chapter", CHAPTER_MAX),
            material_type: known_type,
            sha256: incoming.sha256.clone(),
            uploaded_at: row
                .time("created_at")
                .unwrap_or_else(|| self.app.clock.now()),
        }
    }

    async fn tag(&self, tx: &mut TenantTx, bundle: &Bundle, id: Uuid) -> Result<(), ImportError> {
        let tags = bundle.row.json("user_tags");
        let tags = tags.as_ref().and_then(serde_json::Value::as_array);
        let texts = tags.into_iter().flatten().filter_map(|tag| tag.as_str());
        let tags: Vec<String> = texts.map(str::to_owned).collect();
        if tags.is_empty() {
            return Ok(());
        }
        let change = DocumentChange {
            user_tags: Some(tags),
            ..DocumentChange::default()
        };
        documents::update(tx, id, &change).await?;
        Ok(())
    }
}

/// Where a document's file lies; none if the owner's name would lead elsewhere.
fn path_of(folder: &Path, owner_id: &str, document_id: &str) -> Option<PathBuf> {
    let mut parts = Path::new(owner_id).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) => {
            Some(folder.join(owner_id).join(format!("{document_id}.pdf")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_s_name_does_not_lead_out_of_the_folder() {
        let folder = Path::new("/files");
        let path = |owner: &str| path_of(folder, owner, "d");
        assert_eq!(path("auth0|1"), Some("/files/auth0|1/d.pdf".into()));
        for bad in ["..", "../x", "/etc", "a/b", "", "."] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }
}

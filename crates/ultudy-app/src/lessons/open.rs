//! Opening a lesson: what a student finds there besides its texts, which never change
//! and so need not be read each time.

use std::collections::HashMap;

use ultudy_domain::{document::Document, mastery::MasteryState, section::Section};
use ultudy_store::{
    concepts, documents,
    lessons::{self, LessonOf},
    sections,
};
use uuid::Uuid;

use crate::{App, Error, Result};

/// A lesson, or the place for one.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The document it teaches.
    pub document: Document,
    /// The section it teaches; none for the whole document.
    pub section: Option<Section>,
    /// The section to learn after that one.
    pub next: Option<Section>,
    /// The lesson's id, if it has been made.
    pub lesson_id: Option<Uuid>,
    /// Where its concepts stand, by id.
    pub states: HashMap<Uuid, MasteryState>,
}

/// Opens the lesson on a section or a whole document, whether or not it has been made.
///
/// # Errors
/// [`Error::NotFound`] for the section or document.
pub async fn open(app: &App, owner_id: &str, of: LessonOf) -> Result<Opened> {
    let mut tx = app.store.read(owner_id).await?;
    let (document_id, section, next) = match of {
        LessonOf::Document(id) => (id, None, None),
        LessonOf::Section(id) => {
            let mut found = sections::with_next(&mut tx, id).await?.into_iter();
            let section = found.next().ok_or(Error::NotFound("section"))?;
            (section.document_id, Some(section), found.next())
        }
    };
    let document = documents::find(&mut tx, document_id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    let lesson_id = lessons::id(&mut tx, of).await?;
    let states = match lesson_id {
        Some(id) => concepts::states(&mut tx, id).await?,
        None => Vec::new(),
    };
    Ok(Opened {
        document,
        section,
        next,
        lesson_id,
        states: states.into_iter().collect(),
    })
}

impl Opened {
    /// What the lesson is called before it has a title of its own.
    #[must_use]
    pub fn title(&self) -> &str {
        let section = self.section.as_ref();
        section.map_or(&self.document.title, |section| &section.name)
    }
}

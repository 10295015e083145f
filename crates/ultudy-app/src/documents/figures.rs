//! Figures: stored with the document they are in, served beside its lessons.

use ultudy_domain::{Timestamp, figure::ExtractedFigure};
use ultudy_store::{
    TenantTx, documents,
    figures::{self, FigureFile, NewFigure},
};
use uuid::Uuid;

use super::held::{self, Gone};
use crate::{App, Error, Result, blobs::Incoming};

pub use ultudy_store::figures::FigureSize;

/// Where a figure lies.
pub type StoredFigure = FigureFile;

/// A figure of a document that is ready; its bytes are read with `Blobs::read`.
///
/// # Errors
/// [`Error::NotFound`] for the document or the figure.
pub async fn figure(app: &App, owner_id: &str, id: Uuid, number: i32) -> Result<StoredFigure> {
    let mut tx = app.store.read(owner_id).await?;
    documents::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("document"))?;
    figures::file(&mut tx, id, number)
        .await?
        .ok_or(Error::NotFound("figure"))
}

/// How large the figures of a document are, by number; none for one that is not there.
///
/// # Errors
/// The database does not answer.
pub async fn figure_sizes(app: &App, owner_id: &str, id: Uuid) -> Result<Vec<FigureSize>> {
    let mut tx = app.store.read(owner_id).await?;
    Ok(figures::sizes(&mut tx, id).await?)
}

/// Figures whose files lie in the object store and are nobody's yet: deleted again unless
/// [`Self::keep`] is called.
pub(crate) struct Uploaded {
    figures: Vec<(ExtractedFigure, Incoming)>,
    gone: Gone,
}

/// Puts the files of figures into the object store.
///
/// # Errors
/// The object store does not take one, or the database does not answer.
pub(crate) async fn upload(
    app: &App,
    owner_id: &str,
    figures: Vec<ExtractedFigure>,
) -> Result<Uploaded> {
    let mut uploaded = Vec::with_capacity(figures.len());
    for mut figure in figures {
        let data = std::mem::take(&mut figure.data);
        let incoming = app.blobs.put(app.clock.new_id(), data).await?;
        uploaded.push((figure, incoming));
    }
    // Contents are held in one order, so that two transactions do not wait for each other.
    uploaded.sort_by(|(_, one), (_, other)| one.sha256.cmp(&other.sha256));
    let gone = held::gone(app, owner_id, uploaded.iter().map(|(_, file)| file)).await?;
    Ok(Uploaded {
        figures: uploaded,
        gone,
    })
}

impl Uploaded {
    /// Stores the rows. Of a content that is held already the new copy is dropped.
    pub(crate) async fn store(
        &mut self,
        tx: &mut TenantTx,
        document_id: Uuid,
        now: Timestamp,
    ) -> Result<()> {
        let mut rows = Vec::with_capacity(self.figures.len());
        let mut needed = Vec::with_capacity(self.figures.len());
        for (figure, incoming) in self.figures.drain(..) {
            rows.push(row(&figure, &incoming));
            if held::hold(tx, &incoming, &self.gone, now).await? {
                needed.push((figure, incoming));
            }
        }
        self.figures = needed;
        Ok(figures::insert_all(tx, document_id, &rows).await?)
    }

    /// They belong to rows that are about to be committed.
    pub(crate) fn keep(self) {
        for (_, incoming) in self.figures {
            incoming.keep();
        }
    }
}

fn row(figure: &ExtractedFigure, incoming: &Incoming) -> NewFigure {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    NewFigure {
        number: number(figure.number),
        page: number(figure.page),
        sha256: incoming.sha256.clone(),
        media_type: figure.media_type.clone(),
        width: number(figure.width),
        height: number(figure.height),
        caption: figure.caption.clone(),
    }
}

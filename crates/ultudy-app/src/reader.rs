//! The seam between the product and whatever reads its documents.

use std::fs::File;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use ultudy_domain::{
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    page_text::PageReader,
};

/// Reads documents, so that no file can harm the process that asks.
#[async_trait]
pub trait DocumentReader: Send + Sync {
    /// Looks whether a file opens, within seconds.
    ///
    /// # Errors
    /// The machine's; what is wrong with the file is the answer.
    async fn probe(&self, file: File) -> Result<Probe, ExtractError>;

    /// Reads a whole file, `pages` some of them from their pictures first; nothing of it runs on when this
    /// returns or is dropped.
    ///
    /// # Errors
    /// [`ExtractError`]: the file's fault, the caller's wish, or the machine's.
    async fn extract(
        &self,
        file: File,
        pages: Option<&dyn PageReader>,
        progress: &mut (dyn FnMut(ExtractProgress) + Send),
        cancel: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError>;
}

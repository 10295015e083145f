//! What reads pages from their pictures.

use async_trait::async_trait;
use ultudy_domain::page_text::{PagePicture, PageText};

use crate::{Bill, GenerateError, GeneratorIdentity};

/// Reads pages from their pictures.
///
/// An implementation must give, for each picture, what stands on it and nothing else, as plain text in
/// blocks; what it cannot read it leaves out.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// Who reads: of another, a page may read otherwise.
    fn identity(&self) -> GeneratorIdentity;

    /// The text of each of these, in their order; none where nothing could be read. The calls go on the
    /// bill, and end when this is dropped.
    ///
    /// # Errors
    /// [`GenerateError`]: none of them was read.
    async fn transcribe(
        &self,
        pictures: &[PagePicture],
        bill: &Bill,
    ) -> Result<Vec<Option<PageText>>, GenerateError>;
}

//! What can be written of a document, one format a file.

mod html;
mod json;
mod markdown;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{
    Desk,
    progress::Progress,
    studied::{self, Fault},
};

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Lessons and text as Markdown.
    Md,
    /// The same as one page that needs nothing else.
    Html,
    /// Everything found, for programs.
    Json,
}

/// Studies a file and writes the output; says where, if it is not standard output.
pub(super) async fn write(
    desk: &Desk,
    path: &Path,
    file: File,
    progress: &Progress,
) -> Result<Option<PathBuf>, Fault> {
    let studied = studied::study(&desk.extractor, path, file, progress, &desk.cancel).await?;
    let (extension, content) = match desk.format {
        Format::Md => ("md", markdown::write(&studied)),
        Format::Html => ("html", html::write(&studied)?),
        Format::Json => ("json", json::write(&studied)?),
    };
    desk.output.write(path, extension, content.as_bytes())
}

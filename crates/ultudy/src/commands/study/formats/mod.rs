//! What can be written of a document, one format a file.

mod html;
mod json;
mod markdown;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use super::{
    Desk, Progress,
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
    /// All of the file's text, before anything is left out.
    Text,
}

impl Format {
    /// The ending of a file of this format.
    fn extension(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::Text => "txt",
        }
    }
}

/// Studies a file and writes the output; says where, if it is not standard output.
pub(super) async fn write(
    desk: &Desk,
    path: &Path,
    file: File,
    progress: &Progress,
) -> Result<Option<PathBuf>, Fault> {
    let extension = desk.format.extension();
    let content = match desk.format {
        Format::Text => {
            progress.stage("reading");
            desk.extractor.text(file, &desk.cancel).await? + "\n"
        }
        Format::Md => {
            let studied = studied::study(desk, path, file, progress).await?;
            let figures = &studied.document.figures;
            let content = |folder: Option<&str>| markdown::write(&studied, folder);
            let output = &desk.output;
            return output.write_with_figures(path, extension, figures, &content);
        }
        Format::Html => html::write(&studied::study(desk, path, file, progress).await?)?,
        Format::Json => json::write(&studied::study(desk, path, file, progress).await?)?,
    };
    desk.output.write(path, extension, content.as_bytes())
}

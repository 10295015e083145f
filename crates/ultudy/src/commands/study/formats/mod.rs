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
    studied::{self, Fault, Studied},
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
    let content = if desk.format == Format::Text {
        progress.stage("reading");
        desk.extractor.text(file, &desk.cancel).await? + "\n"
    } else {
        content(
            desk.format,
            &studied::study(desk, path, file, progress).await?,
        )?
    };
    let extension = desk.format.extension();
    desk.output.write(path, extension, content.as_bytes())
}

fn content(format: Format, studied: &Studied) -> Result<String, Fault> {
    match format {
        Format::Html => html::write(studied),
        Format::Json => json::write(studied),
        Format::Md | Format::Text => Ok(markdown::write(studied)),
    }
}

//! The files that are named, and those in the folders that are named.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _},
    path::{Path, PathBuf},
};

use ultudy_app::blobs::{MARK_WITHIN, NOT_A_PDF, is_pdf};

use super::studied::Fault;

/// What a name on the command line led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file, of whatever kind.
    File(PathBuf),
    /// Nothing to read.
    Not {
        /// What was named.
        path: PathBuf,
        /// Why it cannot be read.
        reason: String,
    },
}

impl Found {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Not { path, .. } => path,
        }
    }
}

/// The files of these names in their order; of a folder the files in it, by name, without
/// hidden ones and without folders of its own.
pub(super) fn find(names: &[PathBuf]) -> Vec<Found> {
    names.iter().flat_map(|name| find_one(name)).collect()
}

fn find_one(name: &Path) -> Vec<Found> {
    let not = |reason: String| {
        vec![Found::Not {
            path: name.to_owned(),
            reason,
        }]
    };
    let found = fs::metadata(name).and_then(|metadata| {
        if metadata.is_dir() {
            in_folder(name)
        } else {
            Ok(vec![name.to_owned()])
        }
    });
    match found {
        Ok(paths) if paths.is_empty() => not("There are no files in this folder.".into()),
        Ok(paths) => paths.into_iter().map(Found::File).collect(),
        Err(error) => not(error.to_string()),
    }
}

fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    let mut paths: Vec<PathBuf> = entries
        .into_iter()
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path())
        .filter(|path| !path.is_dir())
        .collect();
    paths.sort();
    Ok(paths)
}

/// Opens a file that is taken for a PDF and is not too large.
pub(super) fn open(path: &Path, bytes_max: u64) -> Result<File, Fault> {
    let fault = |error: io::Error| Fault::File(error.to_string());
    let metadata = fs::metadata(path).map_err(fault)?;
    // Opening a pipe would wait for somebody to write into it.
    if !metadata.is_file() {
        return Err(Fault::File("This is not a file.".into()));
    }
    if metadata.len() > bytes_max {
        return Err(Fault::File(format!(
            "This file is larger than {} MB (UPLOAD_MAX_MB).",
            bytes_max >> 20
        )));
    }
    let mut file = File::open(path).map_err(fault)?;
    let mut head = Vec::new();
    (&file)
        .take(MARK_WITHIN as u64)
        .read_to_end(&mut head)
        .map_err(fault)?;
    if !is_pdf(&head) {
        return Err(Fault::File(NOT_A_PDF.into()));
    }
    file.rewind().map_err(fault)?;
    Ok(file)
}

/// A path as it may be shown on a terminal: names can hold anything.
pub(super) fn shown(path: &Path) -> String {
    let name = path.to_string_lossy();
    name.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.pdf", "a.txt", ".hidden.pdf"] {
            fs::write(path(name), "x").unwrap();
        }
        fs::create_dir(path("deeper")).unwrap();
        let found = find(&[folder.path().to_owned(), path("none.pdf")]);
        assert_eq!(
            found[..2],
            [Found::File(path("a.txt")), Found::File(path("b.pdf"))]
        );
        assert!(
            matches!(&found[2..], [Found::Not { path: named, .. }] if *named == path("none.pdf"))
        );
    }

    #[test]
    fn an_empty_folder_is_said_to_be_empty() {
        let folder = tempfile::tempdir().unwrap();
        let found = find(&[folder.path().to_owned()]);
        assert!(matches!(&found[..], [Found::Not { reason, .. }] if reason.contains("no files")));
    }

    #[test]
    fn what_is_no_pdf_or_too_large_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let reason = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            match open(&path, 10) {
                Err(Fault::File(reason)) => reason,
                _ => String::new(),
            }
        };
        assert_eq!(reason(b"plain"), NOT_A_PDF);
        assert!(reason(b"%PDF-1.7 and more").contains("larger"));
        assert_eq!(reason(b"%PDF-1.7"), "");
        assert!(matches!(
            open(Path::new("/dev/null"), 10),
            Err(Fault::File(_))
        ));
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(shown(Path::new("a\u{1b}[2Jb.pdf")), "a\u{FFFD}[2Jb.pdf");
    }
}

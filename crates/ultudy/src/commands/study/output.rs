//! Where it goes: standard output, or a folder in which nothing is overwritten.

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;
use ultudy_domain::figure::ExtractedFigure;

use super::studied::Fault;
use crate::commands::Failure;

/// Longest name given to a file without its ending, in bytes; file systems take 255.
const STEM_MAX: usize = 200;
/// Read and write for all, less what the user's mask takes away.
const MODE: u32 = 0o666;

/// Where the outputs go.
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// A folder.
    Folder(PathBuf),
}

impl Output {
    /// The folder, made if it is not there; none for standard output.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = folder else {
            return Ok(Self::Stdout);
        };
        fs::create_dir_all(folder).map_err(|error| Failure::new(folder.display(), error))?;
        Ok(Self::Folder(folder.to_owned()))
    }

    /// Writes what was made of `input`; says where, if it is not standard output.
    pub(super) fn write(
        &self,
        input: &Path,
        extension: &str,
        content: &[u8],
    ) -> Result<Option<PathBuf>, Fault> {
        match self {
            Self::Stdout => print(content).map_err(Fault::of).map(|()| None),
            Self::Folder(folder) => {
                let written = put(folder, &stem(input), extension, content);
                written.map(Some).map_err(Fault::of)
            }
        }
    }

    /// Writes what was made of `input` with its pictures in a folder beside it. `content` is
    /// told that folder's name, relative to what it makes; none where there is no folder.
    pub(super) fn write_with_figures(
        &self,
        input: &Path,
        extension: &str,
        figures: &[ExtractedFigure],
        content: &dyn Fn(Option<&str>) -> String,
    ) -> Result<Option<PathBuf>, Fault> {
        match self {
            Self::Folder(folder) if !figures.is_empty() => {
                let written = put_with_figures(folder, &stem(input), extension, figures, content);
                written.map(Some).map_err(Fault::of)
            }
            _ => self.write(input, extension, content(None).as_bytes()),
        }
    }
}

/// The name of a figure's file in its folder.
pub(super) fn figure_file(figure: &ExtractedFigure) -> String {
    let extension = figure.media_type.rsplit('/').next().unwrap_or_default();
    let extension = if extension == "jpeg" { "jpg" } else { "png" };
    format!("{}.{extension}", figure.number)
}

/// A reader that has seen enough, such as `head`, is no failure.
fn print(content: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(content).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        ended => ended,
    }
}

/// A file on its way into the folder.
fn draft(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(".ultudy-")
        .permissions(Permissions::from_mode(MODE))
        .tempfile_in(folder)?;
    file.write_all(content)?;
    Ok(file)
}

/// Writes a file and its figures, or nothing, under the first name that is free for both.
fn put_with_figures(
    folder: &Path,
    stem: &str,
    extension: &str,
    figures: &[ExtractedFigure],
    content: &dyn Fn(Option<&str>) -> String,
) -> io::Result<PathBuf> {
    for number in 1_u64.. {
        let stem = numbered(stem, number);
        let path = folder.join(format!("{stem}.{extension}"));
        let name = format!("{stem}.figures");
        if path.exists() {
            continue;
        }
        let Some(beside) = Beside::new(folder.join(&name))? else {
            continue;
        };
        for figure in figures {
            fs::write(beside.path.join(figure_file(figure)), &figure.data)?;
        }
        let file = draft(folder, content(Some(&name)).as_bytes())?;
        if settle(file, &path)?.is_none() {
            beside.keep();
            return Ok(path);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A folder of figures, gone again when dropped unless it is kept.
struct Beside {
    path: PathBuf,
    kept: bool,
}

impl Beside {
    /// None if there is something of this name.
    fn new(path: PathBuf) -> io::Result<Option<Self>> {
        match fs::create_dir(&path) {
            Ok(()) => Ok(Some(Self { path, kept: false })),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "figures are left behind");
        }
    }
}

/// Writes a file whole or not at all, under the first name of `stem.x`, `stem-2.x` … that
/// is free; says where it is.
fn put(folder: &Path, stem: &str, extension: &str, content: &[u8]) -> io::Result<PathBuf> {
    let mut file = draft(folder, content)?;
    for number in 1_u64.. {
        let path = folder.join(numbered(stem, number) + "." + extension);
        match settle(file, &path)? {
            None => return Ok(path),
            Some(taken) => file = taken,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Gives the file its name, or gives it back if the name is taken.
fn settle(file: NamedTempFile, path: &Path) -> io::Result<Option<NamedTempFile>> {
    match file.persist_noclobber(path) {
        Ok(_) => Ok(None),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(Some(refused.file))
        }
        Err(refused) => Err(refused.error),
    }
}

fn numbered(stem: &str, number: u64) -> String {
    match number {
        1 => stem.to_owned(),
        number => format!("{stem}-{number}"),
    }
}

/// A file name from the input's own that is safe anywhere: not hidden, no option, no path,
/// nothing that steers a terminal.
fn stem(input: &Path) -> String {
    let name = input.file_stem().unwrap_or_default().to_string_lossy();
    let safe = |c: char| {
        if c.is_control() || "/\\:*?\"<>|".contains(c) {
            '_'
        } else {
            c
        }
    };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_start_matches(['.', '-', ' ']).trim_end();
    match &name[..name.floor_char_boundary(STEM_MAX)] {
        "" => "document".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_safe() {
        for (input, wanted) in [
            ("a/b/Vorlesung 3.pdf", "Vorlesung 3"),
            ("-rf.pdf", "rf"),
            ("..pdf", "document"),
            ("a:b\nc.pdf", "a_b_c"),
            ("日本語.pdf", "日本語"),
        ] {
            assert_eq!(stem(Path::new(input)), wanted);
        }
        assert!(stem(Path::new(&"ä".repeat(200))).len() <= STEM_MAX);
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let put = |content: &str| put(folder.path(), "a", "md", content.as_bytes()).unwrap();
        let (first, second) = (put("one"), put("two"));
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
        assert_eq!(fs::read_to_string(second).unwrap(), "two");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            2,
            "no leftovers"
        );
    }
}

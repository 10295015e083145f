//! Packages of npm that `cargo xtask test` installs into the folder of built programs.

use std::{io, path::PathBuf};

use crate::{Error, Result};

/// The folder of this name, in which packages are installed.
///
/// # Errors
/// They are not.
pub(crate) fn installed(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let mut places = program.ancestors().map(|folder| folder.join(name));
    places
        .find(|place| place.join("node_modules").is_dir())
        .ok_or_else(|| Error::Start {
            program: name.to_owned(),
            source: io::Error::new(
                io::ErrorKind::NotFound,
                format!("no target/{name}/node_modules"),
            ),
        })
}

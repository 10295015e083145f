//! The child becomes another program, its limits staying on.

use std::{io, os::unix::process::CommandExt, path::PathBuf, process::Command};

/// Where programs, their libraries and their data are.
const SYSTEM: [&str; 9] = [
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/opt",
    "/nix",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/dev/null",
];

/// Where Tesseract looks for its languages, if they are somewhere else.
pub(crate) const TESSDATA: &str = "TESSDATA_PREFIX";

/// What a program may read of the file system, whatever it is fed.
pub(super) fn readable(command: &[String]) -> Vec<PathBuf> {
    let program = command.first().map(PathBuf::from);
    let beside = program.and_then(|program| Some(program.canonicalize().ok()?.parent()?.into()));
    let system = SYSTEM.iter().map(PathBuf::from);
    let data = std::env::var_os(TESSDATA).map(PathBuf::from);
    system.chain(beside).chain(data).collect()
}

/// Becomes the program; comes back only if that is impossible.
pub(super) fn become_program(command: &[String]) -> io::Error {
    let Some((program, args)) = command.split_first() else {
        return io::Error::other("no program is named");
    };
    Command::new(program).args(args).exec()
}

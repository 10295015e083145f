//! Programs that refuse to run as root, run as somebody else when the tests do.

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use tempfile::TempDir;

use crate::{Error, Result};

/// The user that Debian's database packages make.
const USER: &str = "postgres";

/// A command that does not run as root.
pub(crate) fn command(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", USER, "--clear-groups"])
        .arg(program);
    command
}

/// A temporary folder in which such a command may write.
pub(crate) fn temp_dir() -> Result<TempDir> {
    let dir = tempfile::Builder::new()
        .prefix("ultudy-test-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    if rustix::process::geteuid().is_root() {
        let chown = Command::new("chown").arg(USER).arg(dir.path()).output();
        let output = chown.map_err(|source| Error::Start {
            program: "chown".into(),
            source,
        })?;
        if !output.status.success() {
            return Err(Error::Failed {
                program: format!("chown {USER} (is postgresql installed? `cargo xtask test` does)"),
                status: output.status,
                output: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
    }
    Ok(dir)
}

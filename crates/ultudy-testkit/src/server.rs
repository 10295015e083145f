//! The real program on a free port, with a data folder of its own.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{
    Error, Result,
    database::Database,
    process::{ChildProcess, children},
    wait,
};

/// Longest that the program may take to start, to drain, or to clear up.
const PATIENCE: Duration = Duration::from_secs(45);
/// The setting that names the database.
const DATABASE_URL: &str = "DATABASE_URL";
const DATABASE_URL_FILE: &str = "DATABASE_URL_FILE";
/// What the program says once it listens.
const ANNOUNCEMENT: &str = "Ultudy listens on ";

/// A running server.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    /// What it is told to do; empty for what it does untold.
    command: Vec<String>,
    settings: Vec<(String, String)>,
    data: TempDir,
    process: ChildProcess,
    base_url: String,
    said: String,
    // Goes after the process.
    database: Option<Database>,
}

impl Server {
    /// Starts `program` with these settings over its defaults, on a free port and an empty data
    /// folder; it answers when this returns. Settings that name no database get the one that
    /// the tests are to run on ([`Database::for_tests`]).
    ///
    /// # Errors
    /// It cannot be started or says nothing; its log is in the error.
    pub async fn start(program: impl AsRef<Path>, settings: &[(&str, &str)]) -> Result<Self> {
        Self::start_as(&[], program, settings).await
    }

    /// The same by one of its commands: `api` or `worker`.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_as(
        command: &[&str],
        program: impl AsRef<Path>,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let data = tempfile::Builder::new().prefix("ultudy-test-").tempdir()?;
        let mut settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let program = program.as_ref().to_owned();
        let named = [DATABASE_URL, DATABASE_URL_FILE];
        let names_one = settings
            .iter()
            .any(|(name, _)| named.contains(&name.as_str()));
        let database = match names_one {
            true => None,
            false => Database::for_tests(&program)?,
        };
        settings.extend(database.iter().map(|of| (DATABASE_URL.into(), of.url())));
        let (process, base_url, said) = launch(&program, &command, &settings, data.path()).await?;
        Ok(Self {
            program,
            command,
            settings,
            data,
            process,
            base_url,
            said,
            database,
        })
    }

    /// The PostgreSQL database it was given; `None` if it runs on SQLite or on what its
    /// settings name.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What it printed before it said where it listens.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// Its settings.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// Changes a setting, from its next start on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.into(), value.into()));
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Its data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(log_path(self.data.path())).unwrap_or_default()
    }

    /// `kill -9`, of the server alone: what it started must notice by itself.
    ///
    /// # Errors
    /// The system refuses, or a child outlives it.
    pub async fn kill(&mut self) -> Result<()> {
        let children = children(self.id());
        self.process.signal(Signal::KILL)?;
        self.process.child_mut().wait()?;
        wait::until(
            "the killed server's children are gone",
            PATIENCE,
            async || children.iter().all(|pid| !is_alive(*pid)),
        )
        .await
    }

    /// Stops all its threads until [`Self::thaw`], as a machine that is put to sleep does.
    ///
    /// # Errors
    /// The system refuses.
    pub fn freeze(&mut self) -> Result<()> {
        Ok(self.process.signal(Signal::STOP)?)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn thaw(&mut self) -> Result<()> {
        Ok(self.process.signal(Signal::CONT)?)
    }

    /// Asks it to stop (SIGTERM), and does not wait.
    ///
    /// # Errors
    /// The system refuses.
    pub fn tell_to_stop(&mut self) -> Result<()> {
        Ok(self.process.signal(Signal::TERM)?)
    }

    /// Waits until it takes no more connections.
    ///
    /// # Errors
    /// It goes on doing so.
    pub async fn closed(&self) -> Result<()> {
        let address = self.base_url.trim_start_matches("http://");
        wait::until("nobody is let in any more", PATIENCE, async || {
            TcpStream::connect(address).await.is_err()
        })
        .await
    }

    /// Waits until it has ended, however that was.
    ///
    /// # Errors
    /// It takes too long.
    pub async fn ended(&mut self) -> Result<()> {
        let process = &mut self.process;
        wait::until("the server has ended", PATIENCE, async || {
            !process.is_running().unwrap_or(true)
        })
        .await
    }

    /// Asks it to stop and waits until it has, well.
    ///
    /// # Errors
    /// It does not stop in time, or ends badly.
    pub async fn terminate(&mut self) -> Result<()> {
        let status = self.process.terminate(PATIENCE).await?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            program: self.program.display().to_string(),
            status,
            output: self.log(),
        })
    }

    /// Starts it again on the same data folder; stops it first if it still runs.
    ///
    /// # Errors
    /// As [`Self::start`] and [`Self::terminate`].
    pub async fn restart(&mut self) -> Result<()> {
        if self.process.is_running()? {
            self.terminate().await?;
        }
        let (process, base_url, said) = launch(
            &self.program,
            &self.command,
            &self.settings,
            self.data.path(),
        )
        .await?;
        (self.process, self.base_url, self.said) = (process, base_url, said);
        Ok(())
    }

    /// The log once it holds `text`: lines are written a moment after what they tell of.
    ///
    /// # Panics
    /// When it never does.
    pub async fn logged(&self, text: &str) -> String {
        let told = wait::until("the log tells it", PATIENCE, async || {
            self.log().contains(text)
        });
        assert!(told.await.is_ok(), "nothing of {text:?}\n{}", self.log());
        self.log()
    }

    /// Waits until exactly `count` uploaded files lie in the data folder, and nothing in its
    /// temporary folder.
    ///
    /// # Panics
    /// When that does not come to be.
    pub async fn wait_for_objects(&self, count: usize) {
        let (objects, temporary) = (self.data_dir().join("objects"), self.data_dir().join("tmp"));
        let reached = wait::until("the files are as expected", PATIENCE, async || {
            files(&objects).len() == count && files(&temporary).is_empty()
        });
        let outcome = reached.await;
        assert!(
            outcome.is_ok(),
            "{:?} {:?}\n{}",
            files(&objects),
            files(&temporary),
            self.log()
        );
    }

    /// Waits until no uploaded and no temporary file is left.
    ///
    /// # Panics
    /// When that does not come to be.
    pub async fn wait_for_no_objects(&self) {
        self.wait_for_objects(0).await;
    }

    /// Waits until no document is being read.
    ///
    /// # Panics
    /// When that does not come to be.
    pub async fn wait_for_no_children(&self) {
        let gone = wait::until("no child is left", PATIENCE, async || {
            children(self.id()).is_empty()
        });
        assert!(gone.await.is_ok(), "{:?}", children(self.id()));
    }
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

async fn launch(
    program: &Path,
    arguments: &[String],
    settings: &[(String, String)],
    folder: &Path,
) -> Result<(ChildProcess, String, String)> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(log_path(folder))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("PORT", "0")
        .env("DATA_DIR", folder.join("data"));
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    let mut process = ChildProcess::spawn(&mut command)?;
    let stdout = process.child_mut().stdout.take();
    let reading = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        let mut output = stdout.map(BufReader::new);
        let announcement = loop {
            let mut line = String::new();
            let read = output.as_mut().map(|output| output.read_line(&mut line));
            if read.transpose()?.unwrap_or_default() == 0 {
                break None;
            }
            match line.trim().strip_prefix(ANNOUNCEMENT) {
                Some(url) => break Some(url.to_owned()),
                None => said.push_str(&line),
            }
        };
        Ok::<_, std::io::Error>((announcement, said))
    });
    match reading.await.map_err(std::io::Error::other)?? {
        (Some(url), said) => Ok((process, url, said)),
        (None, _) => Err(Error::Failed {
            program: program.display().to_string(),
            status: process.kill()?,
            output: fs::read_to_string(log_path(folder)).unwrap_or_default(),
        }),
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Whether a process runs; one that has ended and only waits to be buried does not.
fn is_alive(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .any(|line| line.starts_with("State:") && !line.contains('Z') && !line.contains('X'))
}

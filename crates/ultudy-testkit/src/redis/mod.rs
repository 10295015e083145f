//! A real Redis for tests, empty when it starts and gone when it is dropped.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{Error, Result, ports, process::ChildProcess, tls::Certificate, unprivileged, wait};

mod cluster;
mod replica;

pub use cluster::Cluster;

const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Every write is in the file before it is acknowledged, so that a killed server comes back
/// with what it said it had.
const SETTINGS: [&str; 7] = [
    "--bind 127.0.0.1",
    "--appendonly yes",
    "--appendfsync no",
    "--save ''",
    "--enable-debug-command yes",
    "--maxmemory-policy noeviction",
    // A replica's first copy is not put off, by 5 seconds, for others that might want one, too.
    "--repl-diskless-sync-delay 0",
];

/// A running server.
#[derive(Debug)]
pub struct Redis {
    process: Option<ChildProcess>,
    port: u16,
    settings: Vec<String>,
    /// Its certificate, if it speaks TLS.
    tls: Option<Certificate>,
    password: Option<String>,
    dir: TempDir,
}

impl Redis {
    /// Starts a server of its own.
    ///
    /// # Errors
    /// Redis is not installed, or does not start.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts a server of its own with these settings, each as on its command line, such as
    /// `--maxmemory 10mb`.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn start_with(settings: &[&str]) -> Result<Self> {
        Self::serve(settings, None, None)
    }

    /// Starts one that wants this password.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn start_with_password(password: &str) -> Result<Self> {
        let setting = format!("--requirepass {password}");
        Self::serve(&[&setting], Some(password.to_owned()), None)
    }

    /// Starts one that speaks TLS only, with a certificate for `localhost`.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn start_with_tls() -> Result<Self> {
        let certificate = Certificate::for_localhost()?;
        let (cert, key) = (certificate.path(), certificate.key_path());
        let files = format!(
            "--tls-auth-clients no --tls-cert-file {} --tls-key-file {}",
            cert.display(),
            key.display()
        );
        Self::serve(&[&files], None, Some(certificate))
    }

    /// The server that the tests of this process share; it stops with the last of them.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Redis>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    fn serve(
        settings: &[&str],
        password: Option<String>,
        tls: Option<Certificate>,
    ) -> Result<Self> {
        let mut server = Self {
            process: None,
            port: ports::free_port()?,
            settings: settings.iter().map(|setting| (*setting).into()).collect(),
            tls,
            password,
            dir: tempfile::Builder::new().prefix("ultudy-test-").tempdir()?,
        };
        server.start_again()?;
        Ok(server)
    }

    /// Starts it after [`Redis::kill`], on the same port, with what it had.
    ///
    /// # Errors
    /// See [`Redis::start`].
    pub fn start_again(&mut self) -> Result<()> {
        let mut command = Command::new("redis-server");
        let settings = SETTINGS.into_iter().map(str::to_owned);
        for setting in settings.chain(self.settings.iter().cloned()) {
            command.args(setting.split(' ').map(|word| word.trim_matches('\'')));
        }
        let (port, tls_port) = match self.tls {
            None => (self.port, 0),
            Some(_) => (0, self.port),
        };
        command.arg("--port").arg(port.to_string());
        if tls_port > 0 {
            command.arg("--tls-port").arg(tls_port.to_string());
        }
        let dir = self.dir.path();
        command.arg("--dir").arg(dir);
        command.arg("--logfile").arg(dir.join("log"));
        let started = unprivileged::serve(&mut command, dir, "Redis answers", || {
            self.cli(["PING"]).is_ok_and(|answer| answer == "PONG")
        });
        self.process = Some(started?);
        Ok(())
    }

    /// Kills it at once, as a crash does.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
        }
        Ok(())
    }

    /// Takes away all that a killed server has stored: it comes back empty.
    ///
    /// # Errors
    /// The files cannot be removed.
    pub fn lose_data(&mut self) -> Result<()> {
        self.kill()?;
        let files = self.dir.path().join("appendonlydir");
        Ok(fs::remove_dir_all(files)?)
    }

    /// Stops all its threads until [`Redis::thaw`]: it holds its connections and says nothing.
    ///
    /// # Errors
    /// The system refuses.
    pub fn freeze(&mut self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn thaw(&mut self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        if let Some(process) = &mut self.process {
            process.signal(signal)?;
        }
        Ok(())
    }

    /// Sends one command; what `redis-cli` prints, an element a line. A refusal is text, too.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn cli(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String> {
        let mut cli = Command::new("redis-cli");
        cli.args(["-h", self.host(), "-p", &self.port.to_string(), "--raw"]);
        if let Some(certificate) = &self.tls {
            cli.arg("--tls").arg("--cacert").arg(certificate.path());
        }
        if let Some(password) = &self.password {
            cli.env("REDISCLI_AUTH", password);
        }
        output_of(cli.args(words))
    }

    /// Where it is reached, with what it wants to be shown.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() {
            "rediss"
        } else {
            "redis"
        };
        let secret = match &self.password {
            Some(password) => format!(":{password}@"),
            None => String::new(),
        };
        format!("{scheme}://{secret}{}:{}", self.host(), self.port)
    }

    /// The certificate of one that speaks TLS, as `SSL_CERT_FILE` takes it.
    #[must_use]
    pub fn certificate(&self) -> Option<&Path> {
        self.tls.as_ref().map(Certificate::path)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The id of its process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(ChildProcess::id)
    }

    /// What it has logged.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log(&self) -> Result<String> {
        Ok(unprivileged::log(self.dir.path())?)
    }

    fn host(&self) -> &'static str {
        // The certificate's name is checked.
        if self.tls.is_some() {
            "localhost"
        } else {
            "127.0.0.1"
        }
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::TERM)?;
            wait::until_blocking("Redis has stopped", STOP_LIMIT, || {
                !process.is_running().unwrap_or(true)
            })?;
        }
        Ok(())
    }
}

fn output_of(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(source) => return Err(Error::Start { program, source }),
    };
    if !output.status.success() {
        return Err(Error::Failed {
            program,
            status: output.status,
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_killed_server_comes_back_with_what_it_had_and_without_what_it_lost() {
        let mut redis = Redis::start().unwrap();
        redis.cli(["SET", "key", "value"]).unwrap();
        redis.kill().unwrap();
        assert!(redis.cli(["PING"]).is_err());
        redis.start_again().unwrap();
        assert_eq!(redis.cli(["GET", "key"]).unwrap(), "value");
        redis.lose_data().unwrap();
        redis.start_again().unwrap();
        assert_eq!(redis.cli(["GET", "key"]).unwrap(), "");
    }

    #[test]
    fn a_password_and_tls_are_asked_for() {
        let mut guarded = Redis::start_with_password("secret").unwrap();
        assert_eq!(guarded.cli(["PING"]).unwrap(), "PONG");
        guarded.password = None;
        assert!(guarded.cli(["PING"]).unwrap().contains("NOAUTH"));

        let encrypted = Redis::start_with_tls().unwrap();
        assert_eq!(encrypted.cli(["PING"]).unwrap(), "PONG");
        assert!(encrypted.url().starts_with("rediss://localhost:"));
    }
}

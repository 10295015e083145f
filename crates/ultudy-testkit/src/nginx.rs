//! A real nginx with the shipped settings before a test's API servers.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::ExitStatus,
};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{
    Error, Result, ports,
    process::{self, ChildProcess},
    tls::Certificate,
    unprivileged,
};

const PROGRAM: &str = "/usr/sbin/nginx";

/// The files that operators are given.
const MAIN: &str = include_str!("../../../deploy/nginx/nginx.conf");
const SITE: &str = include_str!("../../../deploy/nginx/ultudy-site.conf");
const HTTPS: &str = include_str!("../../../deploy/nginx/tls.conf.example");
const APIS: &str = include_str!("../../../deploy/nginx/ultudy-apis.conf");

/// How long old processes may take to end, as shipped.
const SHUTDOWN: &str = "worker_shutdown_timeout 30m;";

/// The server's line that the others are made of.
const FIRST_API: &str = "127.0.0.1:3001";

/// What the example of https takes the place of.
const PLAIN: &str = "    server {
        listen 80;
        include ultudy-site.conf;
    }
";

/// A running nginx.
#[derive(Debug)]
pub struct Nginx {
    process: ChildProcess,
    port: u16,
    dir: TempDir,
}

impl Nginx {
    /// Starts one before servers at these loopback ports.
    ///
    /// # Errors
    /// nginx is not installed, has something against the files, or does not start.
    pub fn start(apis: &[u16]) -> Result<Self> {
        Self::start_with(&servers(apis)?)
    }

    /// Starts one before the servers that these lines name, as ultudy-apis.conf does.
    ///
    /// # Errors
    /// As [`Nginx::start`].
    pub fn start_with(apis: &str) -> Result<Self> {
        let port = ports::free_port()?;
        Self::start_as(&Listens::Http { port }, apis, &[])
    }

    /// Starts one whose old processes may take so many seconds to end once it has read its files anew.
    ///
    /// # Errors
    /// As [`Nginx::start`].
    pub fn start_shutting_down_within(seconds: u32, apis: &[u16]) -> Result<Self> {
        let port = ports::free_port()?;
        let shutdown = format!("worker_shutdown_timeout {seconds}s;");
        let also = [(SHUTDOWN, shutdown)];
        Self::start_as(&Listens::Http { port }, &servers(apis)?, &also)
    }

    /// Starts one that listens by https, with this certificate, at [`Nginx::port`], and by http at
    /// `plain_port`, from where it sends everybody to the other, as the shipped example has it.
    ///
    /// # Errors
    /// As [`Nginx::start`].
    pub fn start_https(apis: &[u16], certificate: &Certificate, plain_port: u16) -> Result<Self> {
        let listens = Listens::Https {
            port: ports::free_port()?,
            plain_port,
            certificate,
        };
        Self::start_as(&listens, &servers(apis)?, &[])
    }

    fn start_as(listens: &Listens<'_>, apis: &str, also: &[(&str, String)]) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let port = listens.port();
        let text = main(dir.path(), listens, also)?;
        fs::write(dir.path().join("nginx.conf"), text)?;
        fs::write(dir.path().join("ultudy-site.conf"), SITE)?;
        fs::write(dir.path().join("ultudy-apis.conf"), apis)?;
        check(dir.path())?;
        let process = serve(dir.path(), port)?;
        Ok(Self { process, port, dir })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The id of its main process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The ids of the processes that serve: those of the settings it goes by now, and those of earlier ones
    /// that have not ended.
    #[must_use]
    pub fn workers(&self) -> Vec<u32> {
        process::children(self.pid())
    }

    /// A line for each request so far.
    #[must_use]
    pub fn access_log(&self) -> String {
        fs::read_to_string(self.dir.path().join("access.log")).unwrap_or_default()
    }

    /// What it had to complain of.
    #[must_use]
    pub fn error_log(&self) -> String {
        fs::read_to_string(self.dir.path().join("error.log")).unwrap_or_default()
    }

    /// Has it read its files anew.
    ///
    /// # Errors
    /// The system refuses.
    pub fn reload(&mut self) -> Result<()> {
        Ok(self.process.signal(Signal::HUP)?)
    }

    /// Kills all its processes at once; what they were passing on breaks off.
    ///
    /// # Errors
    /// The system refuses.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        Ok(())
    }

    /// Starts it again on the same port, once it was killed.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.process = serve(self.dir.path(), self.port)?;
        Ok(())
    }
}

/// Starts it by the files in a folder.
fn serve(dir: &Path, port: u16) -> Result<ChildProcess> {
    let mut nginx = command(dir)?;
    nginx.args(["-g", "daemon off;"]);
    unprivileged::serve(&mut nginx, dir, "nginx listens", || {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    })
}

/// By what it is reached.
enum Listens<'a> {
    Http {
        port: u16,
    },
    Https {
        port: u16,
        plain_port: u16,
        certificate: &'a Certificate,
    },
}

impl Listens<'_> {
    fn port(&self) -> u16 {
        match self {
            Self::Http { port } | Self::Https { port, .. } => *port,
        }
    }

    /// What stands in the shipped files, and what does here.
    fn replacements(&self) -> Vec<(&str, String)> {
        let at = |port: &u16| format!("listen 127.0.0.1:{port}");
        match self {
            Self::Http { port } => vec![("listen 80;", at(port) + ";")],
            Self::Https {
                port,
                plain_port,
                certificate,
            } => {
                let [chain, key] = [certificate.path(), certificate.key_path()];
                vec![
                    (PLAIN, HTTPS.to_owned()),
                    ("listen 80;", at(plain_port) + ";"),
                    ("listen 443 ", at(port) + " "),
                    (
                        "/etc/letsencrypt/live/study.example.org/fullchain.pem",
                        chain.display().to_string(),
                    ),
                    (
                        "/etc/letsencrypt/live/study.example.org/privkey.pem",
                        key.display().to_string(),
                    ),
                ]
            }
        }
    }
}

/// Lines for servers at these loopback ports, made of the shipped one.
fn servers(ports: &[u16]) -> Result<String> {
    let line = APIS.lines().find(|line| line.contains(FIRST_API));
    let line = line.ok_or_else(|| lacks(FIRST_API))?;
    let servers = ports
        .iter()
        .map(|port| line.replace(FIRST_API, &format!("127.0.0.1:{port}")) + "\n");
    Ok(servers.collect())
}

/// The shipped file but for addresses and paths.
fn main(dir: &Path, listens: &Listens<'_>, also: &[(&str, String)]) -> Result<String> {
    let own = dir.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {own}/{what};"))
        .join(" ");
    let mut text = MAIN.to_owned();
    let shipped_here = [
        ("/var/log/nginx/", format!("{own}/")),
        ("/run/nginx.pid", format!("{own}/nginx.pid")),
        ("http {", format!("http {{ {temporary}")),
        // More than an unprivileged process may ask for.
        ("worker_rlimit_nofile 65536;", String::new()),
        (
            "worker_connections 32768;",
            "worker_connections 4096;".into(),
        ),
    ];
    let replacements = listens.replacements().into_iter().chain(shipped_here);
    for (shipped, here) in replacements.chain(also.iter().cloned()) {
        if !text.contains(shipped) {
            return Err(lacks(shipped));
        }
        text = text.replace(shipped, &here);
    }
    Ok(text)
}

fn command(dir: &Path) -> Result<std::process::Command> {
    let mut command = unprivileged::command(Path::new(PROGRAM))?;
    let at = |name: &str| -> PathBuf { dir.join(name) };
    command.arg("-p").arg(dir);
    command.arg("-c").arg(at("nginx.conf"));
    command.arg("-e").arg(at("error.log"));
    Ok(command)
}

/// `nginx -t`, which may warn of nothing.
fn check(dir: &Path) -> Result<()> {
    let output = command(dir)?
        .arg("-t")
        .output()
        .map_err(|source| Error::Start {
            program: PROGRAM.into(),
            source,
        })?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && !said.contains("[warn]") {
        return Ok(());
    }
    Err(Error::Failed {
        program: format!("{PROGRAM} -t"),
        status: output.status,
        output: said,
    })
}

fn lacks(what: &str) -> Error {
    Error::Failed {
        program: format!("deploy/nginx, which has no {what:?} any more"),
        status: ExitStatus::default(),
        output: String::new(),
    }
}

//! A real PostgreSQL server for tests, empty when it starts and gone when it is dropped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{Error, Result, ports, process::ChildProcess, unprivileged, wait};

/// Where Debian puts the programs of each major version.
const VERSIONS: &str = "/usr/lib/postgresql";
const STOP_LIMIT: Duration = Duration::from_secs(20);
const STOP_MILLISECONDS: u128 = STOP_LIMIT.as_millis();

/// The program's two roles, and the users every server starts with beside the superuser.
/// The member inherits nothing: a transaction that forgot its role may do nothing.
const USERS: &str = "
    CREATE ROLE ultudy_tenant NOLOGIN;
    CREATE ROLE ultudy_system NOLOGIN;
    CREATE ROLE owner LOGIN IN ROLE ultudy_tenant, ultudy_system;
    CREATE ROLE member LOGIN NOINHERIT IN ROLE ultudy_tenant, ultudy_system;
    CREATE ROLE stranger LOGIN CREATEROLE;";

/// Its data dies with it.
const SETTINGS: [&str; 4] = [
    "fsync=off",
    "full_page_writes=off",
    "max_connections=100",
    "shared_buffers=16MB",
];

/// As whom to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May do everything; row-level security does not apply.
    Superuser,
    /// Owns the databases, and so the tables it migrates.
    Owner,
    /// Owns nothing; member of the program's two roles, as in production.
    Member,
    /// Member of nothing, but may make roles.
    Stranger,
}

impl User {
    /// The name it logs in with.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Superuser => "superuser",
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Stranger => "stranger",
        }
    }
}

/// A running server. Every user may connect without a password, from this machine.
#[derive(Debug)]
pub struct Postgres {
    process: ChildProcess,
    port: u16,
    programs: PathBuf,
    databases: AtomicU32,
    /// The database that [`Postgres::copy_database`] copies.
    template: Mutex<Option<String>>,
    dir: TempDir,
}

impl Postgres {
    /// Starts a server of its own.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not start.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts a server of its own with these settings, such as `shared_buffers=1GB`, over its
    /// own small ones.
    ///
    /// # Errors
    /// See [`Postgres::start`].
    pub fn start_with(settings: &[&str]) -> Result<Self> {
        let programs = programs()?;
        let dir = unprivileged::temp_dir()?;
        let data = dir.path().join("data");
        init(&programs, &data)?;
        configure(&data, settings)?;
        let port = ports::free_port()?;
        let server = Self {
            process: serve(&programs, &data, dir.path(), port)?,
            port,
            programs,
            databases: AtomicU32::new(0),
            template: Mutex::default(),
            dir,
        };
        server.sql("postgres", USERS)?;
        Ok(server)
    }

    /// Starts a copy of this server that reads only, kept up by streaming replication. It has
    /// this server's databases and users.
    ///
    /// # Errors
    /// See [`Postgres::start`].
    pub fn start_replica(&self) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let data = dir.path().join("data");
        let mut copy = unprivileged::command(&self.programs.join("pg_basebackup"))?;
        copy.args(["--checkpoint=fast", "--write-recovery-conf", "--no-sync"])
            .arg("--dbname")
            .arg(self.url(User::Superuser, "postgres"))
            .arg("--pgdata")
            .arg(&data);
        output_of(&mut copy)?;
        let port = ports::free_port()?;
        Ok(Self {
            process: serve(&self.programs, &data, dir.path(), port)?,
            port,
            programs: self.programs.clone(),
            databases: AtomicU32::new(0),
            template: Mutex::default(),
            dir,
        })
    }

    /// The server that the tests of this process share; it stops with the last of them.
    ///
    /// # Errors
    /// See [`Postgres::start`].
    pub fn shared() -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    /// Makes an empty database that belongs to `owner`; its name.
    ///
    /// # Errors
    /// The server refuses.
    pub fn create_database(&self, owner: User) -> Result<String> {
        self.create(owner, "template1")
    }

    fn create(&self, owner: User, template: &str) -> Result<String> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let owner = owner.name();
        let create = format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}");
        self.sql("postgres", &create)?;
        Ok(name)
    }

    /// Makes a database that is as `fill` makes one of the owner's; its name. It is filled once and
    /// copied from then on, which is several times as fast.
    ///
    /// # Errors
    /// The server refuses; what `fill` says.
    pub fn copy_database(&self, fill: impl FnOnce(&str) -> Result<()>) -> Result<String> {
        let mut template = self.template.lock().unwrap_or_else(PoisonError::into_inner);
        let original = match &*template {
            Some(original) => original.clone(),
            None => {
                let original = self.create_database(User::Owner)?;
                fill(&original)?;
                template.insert(original).clone()
            }
        };
        drop(template);
        self.create(User::Owner, &original)
    }

    /// Runs statements as the superuser; what `psql` prints, without decoration.
    ///
    /// # Errors
    /// The server refuses, or cannot be reached.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        psql(&self.programs, self.port, database, statements)
    }

    /// Where `user` reaches `database`.
    #[must_use]
    pub fn url(&self, user: User, database: &str) -> String {
        url(user, self.port, database)
    }

    /// From now on `user` shows this password; the others are trusted as before.
    ///
    /// # Errors
    /// The server refuses.
    pub fn require_password(&self, user: User, password: &str) -> Result<()> {
        let name = user.name();
        let rules = self.dir.path().join("data/pg_hba.conf");
        let before = fs::read_to_string(&rules)?;
        let rule = format!("host all {name} 127.0.0.1/32 scram-sha-256\n");
        if !before.starts_with(&rule) {
            fs::write(&rules, rule + &before)?;
        }
        let set = format!("ALTER ROLE {name} PASSWORD '{password}'");
        self.sql("postgres", &set)?;
        self.sql("postgres", "SELECT pg_reload_conf()").map(drop)
    }

    /// Ends every connection to `database` but for the one that does this, and waits until they
    /// are gone.
    ///
    /// # Errors
    /// The server refuses.
    pub fn disconnect(&self, database: &str) -> Result<()> {
        let end = format!(
            "SELECT pg_terminate_backend(pid, {STOP_MILLISECONDS}) FROM pg_stat_activity
            WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        );
        self.sql("postgres", &end).map(drop)
    }

    /// Stops it at once, as a crash does, and starts it again on the same port.
    ///
    /// # Errors
    /// It does not stop, or does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.start_again()
    }

    /// Starts it again on the same port, once it was stopped.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_again(&mut self) -> Result<()> {
        let dir = self.dir.path();
        self.process = serve(&self.programs, &dir.join("data"), dir, self.port)?;
        Ok(())
    }

    /// Stops it at once, as a crash does.
    ///
    /// # Errors
    /// It does not stop.
    pub fn stop(&mut self) -> Result<()> {
        // SIGQUIT stops all its processes at once and takes its shared memory away, which
        // SIGKILL would leave behind.
        let process = &mut self.process;
        process.signal(Signal::QUIT)?;
        wait::until_blocking("PostgreSQL has stopped", STOP_LIMIT, || {
            !process.is_running().unwrap_or(true)
        })
    }

    /// What it has logged.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn log(&self) -> Result<String> {
        Ok(unprivileged::log(self.dir.path())?)
    }

    /// The id of its main process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.stop().is_err() {
            eprintln!("PostgreSQL does not stop by itself and is killed");
        }
    }
}

/// The URL of a loopback server without passwords.
pub(crate) fn url(user: User, port: u16, database: &str) -> String {
    format!("postgres://{}@127.0.0.1:{port}/{database}", user.name())
}

/// The newest version's folder of programs.
fn programs() -> Result<PathBuf> {
    let missing = |source| Error::Start {
        program: "postgresql".into(),
        source,
    };
    let mut versions: Vec<u32> = fs::read_dir(VERSIONS)
        .map_err(missing)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let newest = versions
        .pop()
        .ok_or_else(|| missing(std::io::ErrorKind::NotFound.into()))?;
    Ok(Path::new(VERSIONS).join(newest.to_string()).join("bin"))
}

fn init(programs: &Path, data: &Path) -> Result<()> {
    let mut initdb = unprivileged::command(&programs.join("initdb"))?;
    initdb
        .args(["--no-sync", "--no-instructions", "--auth=trust"])
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--username"])
        .arg(User::Superuser.name())
        .arg("--pgdata")
        .arg(data);
    output_of(&mut initdb).map(drop)
}

/// Writes the settings of a new server, the given ones over those that all have.
fn configure(data: &Path, settings: &[&str]) -> Result<()> {
    let file = data.join("postgresql.conf");
    let made = fs::read_to_string(&file)?;
    let text = [made.as_str()]
        .into_iter()
        .chain(SETTINGS)
        .chain(settings.iter().copied());
    Ok(fs::write(
        &file,
        text.collect::<Vec<_>>().join("\n") + "\n",
    )?)
}

fn serve(programs: &Path, data: &Path, dir: &Path, port: u16) -> Result<ChildProcess> {
    let mut postgres = unprivileged::command(&programs.join("postgres"))?;
    postgres.arg("-D").arg(data);
    for setting in [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", dir.display()),
    ] {
        postgres.arg("-c").arg(setting);
    }
    unprivileged::serve(&mut postgres, dir, "PostgreSQL answers", || {
        psql(programs, port, "postgres", "SELECT 1").is_ok()
    })
}

fn psql(programs: &Path, port: u16, database: &str, statements: &str) -> Result<String> {
    let mut psql = Command::new(programs.join("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
        .args(["--set", "ON_ERROR_STOP=1", "--command", statements])
        .arg(url(User::Superuser, port, database));
    output_of(&mut psql)
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
    fn a_server_answers_its_users_and_is_gone_when_dropped() {
        let server = Postgres::start().unwrap();
        let database = server.create_database(User::Owner).unwrap();
        assert_eq!(server.sql(&database, "SELECT 6 * 7").unwrap(), "42");
        let port = server.port();

        drop(server);

        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn tests_of_one_process_share_a_server() {
        let one = Postgres::shared().unwrap();
        let other = Postgres::shared().unwrap();
        assert_eq!(one.port(), other.port());
        assert_ne!(
            one.create_database(User::Owner).unwrap(),
            other.create_database(User::Owner).unwrap()
        );
    }
}

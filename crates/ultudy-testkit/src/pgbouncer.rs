//! A real PgBouncer in transaction mode before a test's PostgreSQL.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tempfile::TempDir;

use crate::{
    Result, ports,
    postgres::{self, Postgres, User},
    process::ChildProcess,
    unprivileged,
};

const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// The file it reads, in its folder.
const SETTINGS: &str = "pgbouncer.ini";

/// The file that operators are given.
const SHIPPED: &str = include_str!("../../../deploy/pgbouncer/pgbouncer.ini");

/// What is over it in containers.
const COMPOSE: &str = include_str!("../../../deploy/pgbouncer/compose.ini");

/// A running PgBouncer. It must stop before its server does: drop it first.
#[derive(Debug)]
pub struct PgBouncer {
    process: ChildProcess,
    port: u16,
    dir: TempDir,
}

/// How many server connections it holds at most for each pair of user and database.
#[derive(Debug, Clone, Copy)]
enum Pool {
    /// As the shipped file says.
    AsShipped,
    /// So many, with no reserve.
    Of(u32),
}

impl PgBouncer {
    /// Starts one that holds at most `pool_size` server connections for each pair of user
    /// and database.
    ///
    /// # Errors
    /// PgBouncer is not installed, or does not start.
    pub fn start(server: &Postgres, pool_size: u32) -> Result<Self> {
        Self::start_with(server, Pool::Of(pool_size))
    }

    /// Starts one with the sizes of the shipped file.
    ///
    /// # Errors
    /// See [`PgBouncer::start`].
    pub fn as_shipped(server: &Postgres) -> Result<Self> {
        Self::start_with(server, Pool::AsShipped)
    }

    /// The one before [`Postgres::shared`], which the tests of this process share, with the
    /// sizes of the shipped file; it stops with the last of them.
    ///
    /// # Errors
    /// See [`PgBouncer::start`].
    pub fn shared(server: &Postgres) -> Result<Arc<Self>> {
        static SHARED: Mutex<Weak<PgBouncer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start_with(server, Pool::AsShipped)?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    /// One with the files of deploy/compose.yaml, before a server that is not in a container; this
    /// list of users is its secret.
    ///
    /// # Errors
    /// See [`PgBouncer::start`].
    pub fn start_of_compose(server: &Postgres, user_list: &str) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let port = ports::free_port()?;
        let at = |name: &str| dir.path().join(name).display().to_string();
        let ini = COMPOSE
            .replace("/etc/pgbouncer/pgbouncer.ini", &at("shipped.ini"))
            .replace("/run/secrets/pgbouncer-users", &at("users.txt"))
            .replace(
                "host=postgres port=5432",
                &format!("host=127.0.0.1 port={}", server.port()),
            )
            .replace("listen_addr = *", "listen_addr = 127.0.0.1");
        fs::write(at("shipped.ini"), SHIPPED)?;
        fs::write(at("users.txt"), user_list)?;
        Self::begin(dir, port, &format!("{ini}listen_port = {port}\n"))
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    fn start_with(server: &Postgres, pool: Pool) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let port = ports::free_port()?;
        let users = dir.path().join("users.txt");
        fs::write(&users, user_list())?;
        Self::begin(dir, port, &ini(server.port(), port, pool, &users))
    }

    fn begin(dir: TempDir, port: u16, ini: &str) -> Result<Self> {
        fs::write(dir.path().join(SETTINGS), ini)?;
        Ok(Self {
            process: serve(dir.path(), port)?,
            port,
            dir,
        })
    }

    /// Kills it (-9), which ends all connections through it.
    ///
    /// # Errors
    /// It does not die.
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

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where `user` reaches `database` through it.
    #[must_use]
    pub fn url(&self, user: User, database: &str) -> String {
        postgres::url(user, self.port, database)
    }
}

/// Starts it by the settings in a folder.
fn serve(dir: &Path, port: u16) -> Result<ChildProcess> {
    let mut command = unprivileged::command(Path::new(PROGRAM))?;
    command.arg(dir.join(SETTINGS));
    unprivileged::serve(&mut command, dir, "PgBouncer listens", || {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    })
}

/// The shipped file but for addresses, users and sizes. Its last section is PgBouncer's own,
/// and of settings said twice the last holds.
fn ini(server_port: u16, port: u16, pool: Pool, users: &Path) -> String {
    let sizes = match pool {
        Pool::AsShipped => String::new(),
        Pool::Of(size) => format!("default_pool_size = {size}\nreserve_pool_size = 0\n"),
    };
    let any_database = format!("[databases]\n* = host=127.0.0.1 port={server_port}");
    let shipped = SHIPPED.replace("[databases]", &any_database);
    format!(
        "{shipped}
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
{sizes}",
        users = users.display()
    )
}

fn user_list() -> String {
    let users = [User::Superuser, User::Owner, User::Member, User::Stranger];
    let users = users.map(User::name).into_iter();
    users
        .chain(["ultudy"])
        .map(|name| format!("\"{name}\" \"\"\n"))
        .collect()
}

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

/// The file that operators are given.
const SHIPPED: &str = include_str!("../../../deploy/pgbouncer/pgbouncer.ini");

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

    fn start_with(server: &Postgres, pool: Pool) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let port = ports::free_port()?;
        let settings = dir.path().join("pgbouncer.ini");
        let users = dir.path().join("users.txt");
        fs::write(&settings, ini(server.port(), port, pool, &users))?;
        fs::write(&users, user_list())?;
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

    /// Where `user` reaches `database` through it.
    #[must_use]
    pub fn url(&self, user: User, database: &str) -> String {
        postgres::url(user, self.port, database)
    }
}

/// Starts it by the settings in a folder.
fn serve(dir: &Path, port: u16) -> Result<ChildProcess> {
    let mut command = unprivileged::command(Path::new(PROGRAM))?;
    command.arg(dir.join("pgbouncer.ini"));
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

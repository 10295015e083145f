//! A real PgBouncer in transaction mode before a test's PostgreSQL.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::Path,
};

use tempfile::TempDir;

use crate::{
    Result, ports,
    postgres::{self, Postgres, User},
    process::ChildProcess,
    unprivileged,
};

const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// A running PgBouncer. It must stop before its server does: drop it first.
#[derive(Debug)]
pub struct PgBouncer {
    _process: ChildProcess,
    port: u16,
    _dir: TempDir,
}

impl PgBouncer {
    /// Starts one that holds at most `pool_size` server connections for each pair of user
    /// and database.
    ///
    /// # Errors
    /// PgBouncer is not installed, or does not start.
    pub fn start(server: &Postgres, pool_size: u32) -> Result<Self> {
        let dir = unprivileged::temp_dir()?;
        let port = ports::free_port()?;
        let settings = dir.path().join("pgbouncer.ini");
        let users = dir.path().join("users.txt");
        fs::write(&settings, ini(server.port(), port, pool_size, &users))?;
        fs::write(&users, user_list())?;
        let mut command = unprivileged::command(Path::new(PROGRAM))?;
        command.arg(&settings);
        let process = unprivileged::serve(&mut command, dir.path(), "PgBouncer listens", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })?;
        Ok(Self {
            _process: process,
            port,
            _dir: dir,
        })
    }

    /// Where `user` reaches `database` through it.
    #[must_use]
    pub fn url(&self, user: User, database: &str) -> String {
        postgres::url(user, self.port, database)
    }
}

/// As Debian ships it but for addresses, users and sizes: what the program sends at
/// connection must be what a default PgBouncer takes.
fn ini(server_port: u16, port: u16, pool_size: u32, users: &Path) -> String {
    format!(
        "[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 500
",
        users = users.display()
    )
}

fn user_list() -> String {
    [User::Superuser, User::Owner, User::Member, User::Stranger]
        .map(|user| format!("\"{}\" \"\"\n", user.name()))
        .concat()
}

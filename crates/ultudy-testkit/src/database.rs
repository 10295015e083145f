//! Which database the tests of the whole program run on.

use std::{path::Path, process::Command, sync::Arc};

use crate::{
    Error, Result,
    pgbouncer::PgBouncer,
    postgres::{Postgres, User},
};

/// Environment variable of the tests: `postgres`, or SQLite if it is not set.
const TEST_DATABASE: &str = "TEST_DATABASE";

/// A migrated database behind PgBouncer with the shipped settings, gone when dropped. The
/// program connects as a user who owns nothing.
#[derive(Debug)]
pub struct Database {
    name: String,
    // Goes before the server does.
    pooler: Arc<PgBouncer>,
    server: Arc<Postgres>,
}

impl Database {
    /// A new one where the tests are to run on PostgreSQL.
    ///
    /// # Errors
    /// PostgreSQL or PgBouncer is not installed or does not start; `program migrate` fails.
    pub fn for_tests(program: &Path) -> Result<Option<Self>> {
        match std::env::var(TEST_DATABASE).as_deref() {
            Ok("postgres") => Self::new(program).map(Some),
            _ => Ok(None),
        }
    }

    /// A new one, migrated by `program`.
    ///
    /// # Errors
    /// See [`Database::for_tests`].
    pub fn new(program: &Path) -> Result<Self> {
        let server = Postgres::shared()?;
        let pooler = PgBouncer::shared(&server)?;
        let name = server.copy_database(|name| migrate(program, &server.url(User::Owner, name)))?;
        Ok(Self {
            name,
            pooler,
            server,
        })
    }

    /// A new one on a server and behind a PgBouncer of its own, which may be stopped.
    ///
    /// # Errors
    /// See [`Database::for_tests`].
    pub fn alone(program: &Path) -> Result<Self> {
        let server = Arc::new(Postgres::start()?);
        let pooler = Arc::new(PgBouncer::as_shipped(&server)?);
        let name = server.create_database(User::Owner)?;
        migrate(program, &server.url(User::Owner, &name))?;
        Ok(Self {
            name,
            pooler,
            server,
        })
    }

    /// The server and the PgBouncer; none if others have them, too.
    pub fn servers(&mut self) -> Option<(&mut Postgres, &mut PgBouncer)> {
        Arc::get_mut(&mut self.server).zip(Arc::get_mut(&mut self.pooler))
    }

    /// Starts a replica of the server; it and where the program reaches this database there.
    ///
    /// # Errors
    /// See [`Postgres::start_replica`].
    pub fn start_replica(&self) -> Result<(Postgres, String)> {
        let replica = self.server.start_replica()?;
        let url = replica.url(User::Member, &self.name);
        Ok((replica, url))
    }

    /// Where the program reaches it.
    #[must_use]
    pub fn url(&self) -> String {
        self.pooler.url(User::Member, &self.name)
    }

    /// Where the program reaches it past PgBouncer.
    #[must_use]
    pub fn direct_url(&self) -> String {
        self.server.url(User::Member, &self.name)
    }

    /// Runs statements as the superuser; what `psql` prints, without decoration.
    ///
    /// # Errors
    /// The server refuses.
    pub fn sql(&self, statements: &str) -> Result<String> {
        self.server.sql(&self.name, statements)
    }
}

fn migrate(program: &Path, url: &str) -> Result<()> {
    let migrated = Command::new(program)
        .arg("migrate")
        .env("DATABASE_URL", url)
        .output()?;
    if migrated.status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        program: format!("{} migrate", program.display()),
        status: migrated.status,
        output: String::from_utf8_lossy(&migrated.stderr).into_owned(),
    })
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = self.server.sql("postgres", &drop) {
            eprintln!("a test's database stays until its server ends: {error}");
        }
    }
}

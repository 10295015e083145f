//! Brings a schema to this program's version.
//!
//! Not by sqlx's migrator: with its locking on it takes a session lock, which PgBouncer
//! does not keep; with it off two processes can run the same migration; and it prepares
//! named statements. Here all that is missing runs in one transaction that begins with a
//! lock: of the file on SQLite (`BEGIN IMMEDIATE`), of the transaction on PostgreSQL. A
//! second process waits, then finds nothing to do; a failure leaves nothing behind. Indexes
//! that must not stop a table's writers are built afterwards, each by itself.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType},
};

use crate::{
    Result, StoreError,
    db::{
        Connection, FromRow, Row, binds,
        postgres::{self, Access, Pool, Role, Waits},
    },
};

mod indexes;

const SQLITE: &[(&str, &str)] = &[
    (
        "study_loop",
        include_str!("../../migrations/sqlite/0001_study_loop.sql"),
    ),
    (
        "document_reading",
        include_str!("../../migrations/sqlite/0002_document_reading.sql"),
    ),
    (
        "search",
        include_str!("../../migrations/sqlite/0003_search.sql"),
    ),
    (
        "text_check_ins",
        include_str!("../../migrations/sqlite/0004_text_check_ins.sql"),
    ),
    (
        "figures",
        include_str!("../../migrations/sqlite/0005_figures.sql"),
    ),
    (
        "glossaries",
        include_str!("../../migrations/sqlite/0006_glossaries.sql"),
    ),
    (
        "accounts",
        include_str!("../../migrations/sqlite/0007_accounts.sql"),
    ),
    (
        "issuers",
        include_str!("../../migrations/sqlite/0008_issuers.sql"),
    ),
    (
        "transfers",
        include_str!("../../migrations/sqlite/0009_transfers.sql"),
    ),
    (
        "ownerless_tables",
        include_str!("../../migrations/sqlite/0010_ownerless_tables.sql"),
    ),
    (
        "written_lessons",
        include_str!("../../migrations/sqlite/0011_written_lessons.sql"),
    ),
    (
        "outdated_lessons",
        include_str!("../../migrations/sqlite/0012_outdated_lessons.sql"),
    ),
    (
        "workers",
        include_str!("../../migrations/sqlite/0013_workers.sql"),
    ),
    (
        "job_counts",
        include_str!("../../migrations/sqlite/0014_job_counts.sql"),
    ),
    (
        "followers",
        include_str!("../../migrations/sqlite/0015_followers.sql"),
    ),
    (
        "put_off",
        include_str!("../../migrations/sqlite/0016_put_off.sql"),
    ),
    (
        "embeddings",
        include_str!("../../migrations/sqlite/0017_embeddings.sql"),
    ),
    (
        "llm_calls",
        include_str!("../../migrations/sqlite/0018_llm_calls.sql"),
    ),
    (
        "page_readings",
        include_str!("../../migrations/sqlite/0019_page_readings.sql"),
    ),
    (
        "llm_batches",
        include_str!("../../migrations/sqlite/0020_llm_batches.sql"),
    ),
    (
        "preferences",
        include_str!("../../migrations/sqlite/0021_preferences.sql"),
    ),
    (
        "matching_passages",
        include_str!("../../migrations/sqlite/0022_matching_passages.sql"),
    ),
];

const POSTGRES: &[(&str, &str)] = &[
    (
        "study_loop",
        include_str!("../../migrations/postgres/0001_study_loop.sql"),
    ),
    (
        "document_reading",
        include_str!("../../migrations/postgres/0002_document_reading.sql"),
    ),
    (
        "search",
        include_str!("../../migrations/postgres/0003_search.sql"),
    ),
    (
        "text_check_ins",
        include_str!("../../migrations/postgres/0004_text_check_ins.sql"),
    ),
    (
        "figures",
        include_str!("../../migrations/postgres/0005_figures.sql"),
    ),
    (
        "glossaries",
        include_str!("../../migrations/postgres/0006_glossaries.sql"),
    ),
    (
        "accounts",
        include_str!("../../migrations/postgres/0007_accounts.sql"),
    ),
    (
        "issuers",
        include_str!("../../migrations/postgres/0008_issuers.sql"),
    ),
    (
        "transfers",
        include_str!("../../migrations/postgres/0009_transfers.sql"),
    ),
    (
        "ownerless_tables",
        include_str!("../../migrations/postgres/0010_ownerless_tables.sql"),
    ),
    (
        "written_lessons",
        include_str!("../../migrations/postgres/0011_written_lessons.sql"),
    ),
    (
        "outdated_lessons",
        include_str!("../../migrations/postgres/0012_outdated_lessons.sql"),
    ),
    (
        "workers",
        include_str!("../../migrations/postgres/0013_workers.sql"),
    ),
    (
        "job_counts",
        include_str!("../../migrations/postgres/0014_job_counts.sql"),
    ),
    (
        "followers",
        include_str!("../../migrations/postgres/0015_followers.sql"),
    ),
    (
        "put_off",
        include_str!("../../migrations/postgres/0016_put_off.sql"),
    ),
    (
        "embeddings",
        include_str!("../../migrations/postgres/0017_embeddings.sql"),
    ),
    (
        "llm_calls",
        include_str!("../../migrations/postgres/0018_llm_calls.sql"),
    ),
    (
        "page_readings",
        include_str!("../../migrations/postgres/0019_page_readings.sql"),
    ),
    (
        "llm_batches",
        include_str!("../../migrations/postgres/0020_llm_batches.sql"),
    ),
    (
        "preferences",
        include_str!("../../migrations/postgres/0021_preferences.sql"),
    ),
    (
        "matching_passages",
        include_str!("../../migrations/postgres/0022_matching_passages.sql"),
    ),
];

/// One of the program's own, so that two of them wait for each other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7310584213066)";

/// What they are for, the first migration says. A role belongs to the whole server, so
/// another database's migration may make it at the same moment. The second loop reads
/// `pg_roles` anew, which is what lets it see a role that another process just made.
const ROLES: &str = "
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ultudy_tenant', 'ultudy_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    FOR wanted IN
        SELECT rolname FROM pg_roles WHERE rolname IN ('ultudy_tenant', 'ultudy_system')
    LOOP
        BEGIN
            EXECUTE format('SET LOCAL ROLE %I', wanted);
            RESET ROLE;
        EXCEPTION WHEN insufficient_privilege THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END;
    END LOOP;
END
$$";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version bigint NOT NULL PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at text NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

const APPLIED: &str = "SELECT version, checksum FROM schema_migrations ORDER BY version";

#[derive(Debug, PartialEq, Eq)]
struct Applied {
    version: i64,
    checksum: String,
}

impl FromRow for Applied {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            version: row.get("version")?,
            checksum: row.get("checksum")?,
        })
    }
}

/// Migrates a SQLite file in the writer's transaction, and commits it.
pub(crate) async fn sqlite(mut connection: Connection) -> Result<()> {
    connection.execute(TABLE.into(), &[]).await?;
    let applied = connection.all(APPLIED.into(), &[]).await?;
    apply(&mut connection, pending(SQLITE, &applied)?).await?;
    connection.commit().await
}

/// Refuses a SQLite file that is not of exactly this program's version.
pub(crate) async fn check_sqlite(connection: &mut Connection) -> Result<()> {
    let not_ours = |_| StoreError::Schema("the file is no database of this program".to_owned());
    let applied: Vec<Applied> = connection
        .all(APPLIED.into(), &[])
        .await
        .map_err(not_ours)?;
    match pending(SQLITE, &applied)?.len() {
        0 => Ok(()),
        missing => Err(StoreError::Schema(format!(
            "the file's schema is {missing} version(s) older than this program: start `ultudy` \
             on it once, which brings it up to date"
        ))),
    }
}

/// Migrates a PostgreSQL database; how many migrations ran. Connects as the tables'
/// owner-to-be, directly or through PgBouncer. What was interrupted goes on where it was:
/// a migration is whole or not there, an index half built is built anew.
///
/// # Errors
/// The database cannot be reached, is newer than this program, or the user may neither
/// make the roles `ultudy_tenant` and `ultudy_system` nor is a member of both.
pub async fn migrate_postgres(url: &str) -> Result<usize> {
    let pool = Pool::new(url, 1, Waits::for_long(std::time::Duration::from_secs(30)))?;
    let tx = postgres::Transaction::begin(&pool, Role::Session, Access::Write).await;
    let mut tx = tx.map_err(not_migrated)?;
    tx.run(format!("{LOCK}; {TABLE}")).await?;
    tx.run(ROLES.to_owned()).await.map_err(roles_refused)?;
    let mut connection = Connection::from(tx);
    let applied = connection.all(APPLIED.into(), &[]).await?;
    let pending = pending(POSTGRES, &applied)?;
    let count = pending.len();
    apply(&mut connection, pending).await?;
    connection.commit().await?;
    indexes::build(&pool).await?;
    pool.close().await;
    Ok(count)
}

/// Refuses a PostgreSQL database that [`migrate_postgres`] has not brought to exactly
/// this program's version; gives the transaction of the system that looked, which only reads.
pub(crate) async fn check_postgres(pool: &Pool) -> Result<Connection> {
    let tx = postgres::Transaction::begin(pool, Role::System, Access::Read).await;
    let mut connection = Connection::from(tx.map_err(not_migrated)?);
    let applied: Vec<Applied> = connection
        .all(APPLIED.into(), &[])
        .await
        .map_err(not_migrated)?;
    match pending(POSTGRES, &applied)?.len() {
        0 => indexes::check(&mut connection).await.map(|()| connection),
        missing => Err(StoreError::Schema(format!(
            "the database's schema is {missing} version(s) older than this program: \
             run `ultudy migrate`"
        ))),
    }
}

/// What of `all` is still to be run, once what has run is known to be the same.
fn pending(all: &[(&'static str, &'static str)], applied: &[Applied]) -> Result<Vec<Migration>> {
    if applied.len() > all.len() {
        return Err(StoreError::Schema(format!(
            "the database's schema is newer (version {}) than this program (version {}): \
             use the newer program",
            applied.len(),
            all.len()
        )));
    }
    let mut pending: Vec<Migration> = (1..)
        .zip(all)
        .map(|(version, (name, sql))| migration(version, name, sql))
        .collect();
    for (ours, theirs) in pending.iter().zip(applied) {
        if theirs.version != ours.version || theirs.checksum != checksum(ours) {
            return Err(StoreError::Schema(format!(
                "migration {} of the database is not this program's: it was made by \
                 another build; use that one, or a fresh database",
                theirs.version
            )));
        }
    }
    Ok(pending.split_off(applied.len()))
}

async fn apply(connection: &mut Connection, pending: Vec<Migration>) -> Result<()> {
    for migration in pending {
        connection.run_script(migration.sql.clone()).await?;
        connection
            .execute(
                "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)"
                    .into(),
                binds![
                    migration.version,
                    migration.description.as_ref(),
                    checksum(&migration)
                ],
            )
            .await?;
    }
    Ok(())
}

fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration::new(
        version,
        name.into(),
        MigrationType::Simple,
        sql.into_sql_str(),
        false,
    )
}

fn checksum(migration: &Migration) -> String {
    migration
        .checksum
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Undefined table, unknown role, role that is not ours to take; or nobody is let in at all.
fn not_migrated(error: StoreError) -> StoreError {
    match &error {
        StoreError::Other(sqlx::Error::Database(refusal))
        | StoreError::Unavailable(sqlx::Error::Database(refusal)) => {
            match refusal.code().as_deref() {
                Some("28P01" | "28000") => StoreError::Config(format!(
                    "the server refuses the user or the password of its URL ({refusal})"
                )),
                Some("3D000") => StoreError::Config(format!(
                    "the server does not have the database of its URL ({refusal})"
                )),
                Some("42P01" | "22023") => StoreError::Schema(
                    "the database is not set up for this program: run `ultudy migrate`".to_owned(),
                ),
                Some("42501") => StoreError::Schema(format!(
                    "the database's user may not act as ultudy_system ({refusal}): run \
                 `ultudy migrate` as this user, or `GRANT ultudy_tenant, ultudy_system TO` it"
                )),
                _ => error,
            }
        }
        _ => error,
    }
}

fn roles_refused(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(refusal) if refusal.code().as_deref() == Some("42501") => {
            StoreError::Schema(format!(
                "the database's user may not make its roles ({refusal}): as a superuser run \
                 `CREATE ROLE ultudy_tenant NOLOGIN; CREATE ROLE ultudy_system NOLOGIN; \
                 GRANT ultudy_tenant, ultudy_system TO` this user, then again `ultudy migrate`"
            ))
        }
        _ => error.into(),
    }
}

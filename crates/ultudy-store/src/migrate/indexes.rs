//! Indexes that are built while students study: `CREATE INDEX CONCURRENTLY`, which cannot
//! run in a transaction. One that was interrupted stays behind, invalid: it is dropped and
//! built anew.

use std::time::Duration;

use crate::{
    Result, StoreError,
    db::{
        Connection, FromRow, Row, binds,
        postgres::{self, Access, Pool, Role},
    },
};

/// The indexes: their names, and what follows `INDEX CONCURRENTLY name`.
const INDEXES: [Index; 11] = [
    Index {
        name: "idx_lessons_document_owner",
        is_unique: false,
        on: "lessons (document_id, owner_id)",
        replaces: None,
    },
    // Unique: one lesson a section.
    Index {
        name: "idx_lessons_section_owner",
        is_unique: true,
        on: "lessons (section_id, owner_id) WHERE section_id IS NOT NULL",
        replaces: None,
    },
    Index {
        name: "idx_concepts_lesson",
        is_unique: false,
        on: "concepts (lesson_id, owner_id)",
        replaces: None,
    },
    Index {
        name: "idx_jobs_owner_status",
        is_unique: false,
        on: "jobs (owner_id, status, created_at DESC)",
        replaces: None,
    },
    // What has no owner is seen through these: however many hold the same content, each looks
    // only among their own.
    Index {
        name: "idx_documents_sha256_owner",
        is_unique: false,
        on: "documents (sha256, owner_id)",
        replaces: Some("idx_documents_sha256"),
    },
    Index {
        name: "idx_figures_sha256_owner",
        is_unique: false,
        on: "figures (sha256, owner_id)",
        replaces: Some("idx_figures_sha256"),
    },
    Index {
        name: "idx_lessons_generation_owner",
        is_unique: false,
        on: "lessons (generation_key, owner_id)",
        replaces: Some("idx_lessons_generation"),
    },
    Index {
        name: "idx_jobs_ended",
        is_unique: false,
        on: "jobs (completed_at, queue, status) WHERE completed_at IS NOT NULL",
        replaces: None,
    },
    // Unique: one job leads for a generation. Who is final leads no more.
    Index {
        name: "idx_jobs_leaders",
        is_unique: true,
        on: "jobs (leads_for)
            WHERE leads_for IS NOT NULL AND status IN ('queued', 'processing')",
        replaces: None,
    },
    Index {
        name: "idx_jobs_followers",
        is_unique: false,
        on: "jobs (waits_for, priority, id) WHERE waits_for IS NOT NULL AND status = 'queued'",
        replaces: None,
    },
    // The order of delivery; who waits for another is not delivered.
    Index {
        name: "idx_jobs_deliverable",
        is_unique: false,
        on: "jobs (queue, priority, run_at, id)
            WHERE status IN ('queued', 'processing') AND waits_for IS NULL",
        replaces: Some("idx_jobs_due"),
    },
];

/// How often another process's building is looked at.
const EVERY: Duration = Duration::from_millis(200);

struct Index {
    name: &'static str,
    is_unique: bool,
    on: &'static str,
    /// An earlier one that it makes needless, dropped once this one is built.
    replaces: Option<&'static str>,
}

impl Index {
    fn create(&self) -> String {
        let Self { name, on, .. } = self;
        let unique = if self.is_unique { "UNIQUE " } else { "" };
        format!("CREATE {unique}INDEX CONCURRENTLY {name} ON {on}")
    }
}

/// How far an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    /// Another connection builds it.
    Building,
    /// Left behind by one that was interrupted.
    Invalid,
    Valid,
}

impl FromRow for State {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(match (row.get("is_valid")?, row.get("is_building")?) {
            (true, _) => Self::Valid,
            (false, true) => Self::Building,
            (false, false) => Self::Invalid,
        })
    }
}

/// Builds those that are not there, and drops what they replace.
pub(super) async fn build(pool: &Pool) -> Result<()> {
    for index in &INDEXES {
        loop {
            let statement = match of_pool(pool, index).await? {
                State::Valid => break,
                State::Building => {
                    tokio::time::sleep(EVERY).await;
                    continue;
                }
                State::Invalid => format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.name),
                State::Absent => index.create(),
            };
            alter(pool, statement).await?;
        }
        if let Some(earlier) = index.replaces {
            alter(pool, format!("DROP INDEX CONCURRENTLY IF EXISTS {earlier}")).await?;
        }
    }
    Ok(())
}

/// Runs a statement on an index; what is in its way is waited for once, then looked at again.
async fn alter(pool: &Pool, statement: String) -> Result<()> {
    tracing::info!("{statement}");
    let mut connection = pool.acquire().await?;
    match postgres::run(&mut connection, statement).await {
        Err(error) if is_in_the_way(&error) => tokio::time::sleep(EVERY).await,
        outcome => outcome?,
    }
    Ok(())
}

/// Whether another process does the same: it has made the index in between, told by the name
/// or, at the very same moment, by the system's own table of names; or the two wait for each
/// other, and this one was picked to give way.
fn is_in_the_way(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refusal) = error else {
        return false;
    };
    match refusal.code().as_deref() {
        Some("42P07" | "40P01") => true,
        Some("23505") => refusal.table() == Some("pg_class"),
        _ => false,
    }
}

/// Refuses a database that lacks one.
pub(super) async fn check(connection: &mut Connection) -> Result<()> {
    for index in &INDEXES {
        if state(connection, index).await? != State::Valid {
            return Err(StoreError::Schema(format!(
                "the database's index {} is missing or not finished: run `ultudy migrate`",
                index.name
            )));
        }
    }
    Ok(())
}

async fn of_pool(pool: &Pool, index: &Index) -> Result<State> {
    let tx = postgres::Transaction::begin(pool, Role::Session, Access::Read).await?;
    state(&mut Connection::from(tx), index).await
}

async fn state(connection: &mut Connection, index: &Index) -> Result<State> {
    let sql = "SELECT i.indisvalid AS is_valid, EXISTS (
            SELECT FROM pg_stat_progress_create_index WHERE index_relid = c.oid
        ) AS is_building
        FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace";
    let mut states = connection.all(sql.into(), binds![index.name]).await?;
    Ok(states.pop().unwrap_or(State::Absent))
}

//! Reads of several owners that are asked for at the same time, in one transaction and one round trip, each
//! as its owner: for reads of a few rows, since all wait for the longest.

use std::io;

use tokio::{
    task,
    time::{Instant, timeout_at},
};
use ultudy_engines::group::{Asked, Group};

use super::{Database, Patience, Store, check, rows_of};
use crate::{
    Read, Result, StoreError,
    db::{
        Row,
        postgres::{self, Pool, Role},
    },
    read::{self, Statement},
};

/// Most reads of a transaction.
const MOST: usize = 50;
/// Most transactions at once.
const AT_ONCE: usize = 2;

/// Runs them.
#[derive(Debug)]
pub(super) struct ReadTogether(Group<Wanted, Done>);

#[derive(Debug)]
struct Wanted {
    owner_id: String,
    statements: Vec<Statement>,
    /// Until when it is waited for.
    by: Instant,
}

/// The rows of each statement.
type Done = Result<Vec<Vec<Row>>>;

impl Store {
    /// Reads where it is written, on a server in one round trip with what others read meanwhile.
    ///
    /// # Errors
    /// No connection in time, or `owner_id` is no owner's.
    pub async fn read_together<T: 'static>(&self, owner_id: &str, read: Read<T>) -> Result<T> {
        let Database::Postgres {
            primary,
            read_together,
            ..
        } = &self.database
        else {
            return read.run(&mut self.read(owner_id).await?).await;
        };
        check(owner_id)?;
        let (statements, assemble) = read.into_parts();
        let patience = Patience::begin(primary);
        let wanted = Wanted {
            owner_id: owner_id.to_owned(),
            statements,
            by: patience.ends,
        };
        let answer = timeout_at(patience.ends, read_together.0.send(wanted)).await;
        patience.end();
        let answer = answer.unwrap_or_else(|_| Some(Err(too_late())));
        let rows = answer.unwrap_or_else(|| {
            let error = sqlx::Error::Io(io::ErrorKind::BrokenPipe.into());
            Err(StoreError::Unavailable(error))
        });
        assemble(&rows?)
    }
}

impl ReadTogether {
    pub(super) fn new(pool: Pool) -> Self {
        Self(Group::new(MOST, AT_ONCE, move |all| {
            let pool = pool.clone();
            async move { read_all(pool, all).await }
        }))
    }
}

/// Reads for all, and tells each. What one of them is refused for fails that one alone.
async fn read_all(pool: Pool, all: Vec<Asked<Wanted, Done>>) {
    let Some(by) = all.iter().map(|one| one.what.by).min() else {
        return;
    };
    // Whatever hangs holds up who comes after, too: not for longer than anybody waits.
    let read = timeout_at(by, together(&pool, &all)).await;
    match read.unwrap_or_else(|_| Err(too_late())) {
        Ok(rows) => {
            for (one, rows) in all.into_iter().zip(rows) {
                one.answer(Ok(rows));
            }
        }
        Err(error) if all.len() == 1 => {
            let mut error = Some(error);
            for one in all {
                one.answer(error.take().map_or_else(|| Ok(Vec::new()), Err));
            }
        }
        Err(error) => {
            tracing::debug!(%error, reads = all.len(), "not read together: each is read alone");
            for one in all {
                task::spawn(alone(pool.clone(), one));
            }
        }
    }
}

fn too_late() -> StoreError {
    StoreError::Unavailable(sqlx::Error::PoolTimedOut)
}

async fn together(pool: &Pool, all: &[Asked<Wanted, Done>]) -> Result<Vec<Vec<Vec<Row>>>> {
    let each: Vec<_> = all
        .iter()
        .map(|one| read::statements_of(&one.what.statements, &one.what.owner_id))
        .collect();
    let of_owners: Vec<_> = all
        .iter()
        .zip(&each)
        .map(|(one, statements)| (one.what.owner_id.as_str(), statements.as_slice()))
        .collect();
    let answers = postgres::read_as_owners(pool, &of_owners).await?;
    Ok(answers.into_iter().map(rows_of).collect())
}

async fn alone(pool: Pool, one: Asked<Wanted, Done>) {
    let statements = read::statements_of(&one.what.statements, &one.what.owner_id);
    let role = Role::Tenant(&one.what.owner_id);
    let reading = postgres::read_at_once(&pool, role, &statements);
    let answers = timeout_at(one.what.by, reading).await;
    drop(statements);
    let answers = answers.unwrap_or_else(|_| Err(too_late()));
    one.answer(answers.map(rows_of));
}

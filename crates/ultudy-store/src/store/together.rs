//! Writes of several owners that are asked for at the same time, made in one transaction: what each
//! transaction costs by itself, its round trips and its commit, they share.
//!
//! Each is still done by itself or not at all: run as its owner, under row-level security, and told of its
//! own end. What one of them is refused for does not fail the others: each is done again alone. At most
//! one of an owner is in a transaction, and the owners come in order, so that no two such transactions
//! wait for each other; and none of them waits long for a lock that somebody else holds.

use std::{
    collections::HashSet,
    io,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use futures_util::future::join_all;
use tokio::{
    task,
    time::{Instant, timeout_at},
};
use ultudy_engines::group::{Asked, Group};

use super::{Database, Patience, Store, check, rows_of};
use crate::{
    NotWritten, StoreError, Write,
    db::{
        Row,
        postgres::{self, Pool, Transaction},
    },
    read::{self, Statement},
    replicas::Replicas,
};

/// Most writes of a transaction.
const MOST: usize = 50;
/// Most transactions at once: while one waits for the disk, another can be filled.
const AT_ONCE: usize = 2;

impl Store {
    /// Writes and commits; on a server in one transaction with what others write meanwhile. None if a
    /// statement did not find what it needs ([`Write::or_nothing`]), and so nothing was done.
    ///
    /// Once it was begun it is done, even if nobody waits for it any more: the ticket tells.
    ///
    /// # Errors
    /// As [`Self::write_with`], and those of the commit.
    pub async fn write_together<T: 'static>(
        &self,
        owner_id: &str,
        write: Write<T>,
        ticket: Ticket,
    ) -> Result<Option<T>, NotWritten> {
        let (statements, assemble) = write.into_parts();
        let Database::Postgres {
            primary, together, ..
        } = &self.database
        else {
            let mut tx = self.write(owner_id).await?;
            let rows = read::rows(&statements, &mut tx).await?;
            if !read::are_enough(&statements, &rows) || !ticket.take() {
                return Ok(None);
            }
            let done = assemble(&rows)?;
            tx.commit().await.map_err(NotWritten::at_commit)?;
            return Ok(Some(done));
        };
        check(owner_id)?;
        let patience = Patience::begin(primary);
        let wanted = Wanted {
            owner_id: owner_id.to_owned(),
            statements,
            begins_by: patience.ends,
            ticket,
        };
        let done = together.write(wanted).await;
        patience.end();
        let assembled = done?.map(|rows| assemble(&rows)).transpose();
        // Committed all the same.
        assembled.map_err(|error| NotWritten {
            error,
            is_certain: false,
        })
    }
}

/// What to ask of a write that is under way.
#[derive(Debug, Clone, Default)]
pub struct Ticket(Arc<AtomicU8>);

const WAITS: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Ticket {
    /// Sees to it that the write is not begun; whether it has not been.
    #[must_use]
    pub fn withdraw(&self) -> bool {
        self.leaves_waiting(WITHDRAWN) || self.0.load(Ordering::Acquire) == WITHDRAWN
    }

    /// Takes it to be done; whether that may be.
    fn take(&self) -> bool {
        self.leaves_waiting(TAKEN)
    }

    fn leaves_waiting(&self, to: u8) -> bool {
        self.0
            .compare_exchange(WAITS, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

/// Makes them.
#[derive(Debug)]
pub(super) struct Together(Group<Wanted, Done>);

/// A write that is asked for.
#[derive(Debug)]
struct Wanted {
    owner_id: String,
    statements: Vec<Statement>,
    /// When its transaction must have begun.
    begins_by: Instant,
    ticket: Ticket,
}

/// The rows of each statement, committed; none if there were not as many as it needs, so that nothing
/// was done.
type Done = Result<Option<Vec<Vec<Row>>>, NotWritten>;

/// One that waits for its end.
type Waiting = Asked<Wanted, Done>;

impl Together {
    pub(super) fn new(pool: Pool, replicas: Option<Arc<Replicas>>) -> Self {
        let server = Server { pool, replicas };
        Self(Group::new(MOST, AT_ONCE, move |all| {
            let server = server.clone();
            async move {
                for round in rounds(all) {
                    let begins = round.into_iter().filter(|one| one.what.ticket.take());
                    server.write(begins.collect()).await;
                }
            }
        }))
    }

    /// Makes this one.
    async fn write(&self, wanted: Wanted) -> Done {
        let (ticket, begins_by) = (wanted.ticket.clone(), wanted.begins_by);
        let mut done = Box::pin(self.0.send(wanted));
        let answer = match timeout_at(begins_by, &mut done).await {
            Ok(answer) => answer,
            Err(_) if ticket.withdraw() => return Err(too_late()),
            // It was begun, and ends soon.
            Err(_) => done.await,
        };
        answer.unwrap_or_else(|| {
            let error = sqlx::Error::Io(io::ErrorKind::BrokenPipe.into());
            Err(NotWritten::at_commit(StoreError::Unavailable(error)))
        })
    }
}

fn too_late() -> NotWritten {
    NotWritten::certainly(StoreError::Unavailable(sqlx::Error::PoolTimedOut))
}

/// In rounds that have one of an owner each, in the owners' order. Those of a later round can still be
/// withdrawn while an earlier one is made.
fn rounds(all: Vec<Waiting>) -> Vec<Vec<Waiting>> {
    let mut left = all;
    let mut rounds = Vec::new();
    while !left.is_empty() {
        let mut owners = HashSet::new();
        let (mut round, others): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|one| owners.insert(one.what.owner_id.clone()));
        round.sort_by(|left, right| left.what.owner_id.cmp(&right.what.owner_id));
        rounds.push(round);
        left = others;
    }
    rounds
}

#[derive(Debug, Clone)]
struct Server {
    pool: Pool,
    /// Who is to know that owners changed something.
    replicas: Option<Arc<Replicas>>,
}

impl Server {
    /// Makes these, and tells each.
    async fn write(&self, mut all: Vec<Waiting>) {
        loop {
            let Some(begins_by) = all.iter().map(|one| one.what.begins_by).min() else {
                return;
            };
            // Whatever hangs holds up who comes after, too: not for longer than anybody waits.
            let begun = timeout_at(begins_by, self.begin(&all)).await;
            let (tx, rows) = match begun {
                Ok(Ok(begun)) => begun,
                Ok(Err(error)) => return self.refused(all, NotWritten::certainly(error)),
                Err(_) => {
                    let is_late = |one: &Waiting| one.what.begins_by <= begins_by;
                    let (late, others) = all.into_iter().partition(is_late);
                    answer(late, |_| Err(too_late()));
                    all = others;
                    continue;
                }
            };
            let stands = all.iter().zip(&rows);
            let stands: Vec<_> = stands
                .map(|(one, rows)| read::are_enough(&one.what.statements, rows))
                .collect();
            if stands.contains(&false) {
                drop(tx);
                let mut stands = stands.into_iter();
                let (others, vain) = all
                    .into_iter()
                    .partition(|_| stands.next().unwrap_or_default());
                answer(vain, |_| Ok(None));
                all = others;
                continue;
            }
            return match self.commit(tx, &all).await {
                Ok(()) => {
                    let mut rows = rows.into_iter();
                    answer(all, |_| Ok(Some(rows.next().unwrap_or_default())));
                }
                Err(error) => self.refused(all, NotWritten::at_commit(error)),
            };
        }
    }

    async fn begin(&self, all: &[Waiting]) -> crate::Result<(Transaction, Vec<Vec<Vec<Row>>>)> {
        let each: Vec<_> = all
            .iter()
            .map(|one| read::statements_of(&one.what.statements, &one.what.owner_id))
            .collect();
        let of_owners: Vec<_> = all
            .iter()
            .zip(&each)
            .map(|(one, statements)| (one.what.owner_id.as_str(), statements.as_slice()))
            .collect();
        let (tx, answers) = postgres::begin_as_owners(&self.pool, &of_owners).await?;
        Ok((tx, answers.into_iter().map(rows_of).collect()))
    }

    async fn commit(&self, tx: Transaction, all: &[Waiting]) -> crate::Result<()> {
        let Some(replicas) = &self.replicas else {
            return tx.commit().await;
        };
        // As a single owner's transaction does.
        let pin = || join_all(all.iter().map(|one| replicas.pin(&one.what.owner_id)));
        pin().await;
        let committed = tx.commit().await;
        pin().await;
        committed
    }

    /// Whom it is to fail for fails alone.
    fn refused(&self, all: Vec<Waiting>, why: NotWritten) {
        if all.len() == 1 || !why.is_certain {
            let mut why = Some(why);
            return answer(all, |_| {
                Err(why.take().unwrap_or_else(|| {
                    let error = io::Error::other("the answer to a commit of several was lost");
                    NotWritten::at_commit(StoreError::Unavailable(sqlx::Error::Io(error)))
                }))
            });
        }
        tracing::debug!(error = %why, writes = all.len(), "not made together: each is made alone");
        for one in all {
            let alone = self.clone();
            task::spawn(async move { alone.write_alone(one).await });
        }
    }

    /// Boxed, for it may come from [`Self::write`].
    fn write_alone(self, one: Waiting) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(async move { self.write(vec![one]).await })
    }
}

fn answer(all: Vec<Waiting>, mut with: impl FnMut(&Wanted) -> Done) {
    for one in all {
        let done = with(&one.what);
        one.answer(done);
    }
}

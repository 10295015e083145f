//! Reads, or writes, of several owners that are asked for at the same time, made in one transaction: what
//! each transaction costs by itself, its round trips and its commit, they share. For what takes a few
//! rows, since all wait for the longest.
//!
//! Each is still done by itself or not at all: run as its owner, under row-level security, and told of its
//! own end. What one of them is refused for does not fail the others: each is done again alone. Of writes
//! at most one of an owner is in a transaction, and the owners come in order, so that no two such
//! transactions wait for each other; and none of them waits long for a lock that somebody else holds.

use std::{
    collections::HashSet,
    io,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    task,
    time::{Instant, timeout_at},
};
use ultudy_engines::group::{Asked, AtOnce, Group};

use super::{Database, Patience, Store, check, rows_of};
use crate::{
    NotWritten, Read, Result, StoreError, Write,
    db::{
        Row,
        postgres::{self, Pool, Transaction},
    },
    read::{self, Statement},
    replicas::Replicas,
};

/// Most reads or writes of a transaction.
const MOST: usize = 50;
/// Most transactions at once: while one waits for the disk, another can be filled.
const AT_ONCE: AtOnce = AtOnce {
    calls: 2,
    // What a transaction costs by itself is as much as several of those that share it. But of some dozens
    // who ask again when they are answered, some are to be served while others ask.
    worth_another: MOST / 4,
    or_after: Duration::from_millis(5),
};

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
        let rows = together.make(primary, owner_id, statements, ticket).await?;
        let assembled = rows.map(|rows| assemble(&rows)).transpose();
        // Committed all the same.
        assembled.map_err(|error| NotWritten {
            error,
            is_certain: false,
        })
    }

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
        let (statements, assemble) = read.into_parts();
        let reading = read_together.make(primary, owner_id, statements, Ticket::default());
        let rows = reading.await.map_err(StoreError::from)?;
        // Nobody withdraws a read, and none needs rows.
        assemble(&rows.unwrap_or_default())
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

/// A read or write that is asked for.
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

/// The rows of the statements of each.
type Rows = Vec<Vec<Vec<Row>>>;

/// One that waits for its end.
type Waiting = Asked<Wanted, Done>;

impl Together {
    /// That reads.
    pub(super) fn reading(pool: Pool) -> Self {
        Self::new(Server {
            pool,
            purpose: Purpose::Reads,
        })
    }

    /// That writes; `replicas` are told whose rows change.
    pub(super) fn writing(pool: Pool, replicas: Option<Arc<Replicas>>) -> Self {
        Self::new(Server {
            pool,
            purpose: Purpose::Writes(replicas),
        })
    }

    fn new(server: Server) -> Self {
        Self(Group::new(MOST, AT_ONCE, move |all| {
            let server = server.clone();
            async move {
                for round in server.rounds(all) {
                    let begins = round.into_iter().filter(|one| one.what.ticket.take());
                    server.make(begins.collect()).await;
                }
            }
        }))
    }

    /// Makes this one, if it begins before the patience of whoever asks has an end.
    async fn make(
        &self,
        primary: &Pool,
        owner_id: &str,
        statements: Vec<Statement>,
        ticket: Ticket,
    ) -> Done {
        check(owner_id)?;
        let patience = Patience::begin(primary);
        let begins_by = patience.ends;
        let wanted = Wanted {
            owner_id: owner_id.to_owned(),
            statements,
            begins_by,
            ticket: ticket.clone(),
        };
        let mut done = Box::pin(self.0.send(wanted));
        let answer = match timeout_at(begins_by, &mut done).await {
            Ok(answer) => answer,
            Err(_) if ticket.withdraw() => Some(Err(too_late())),
            // It was begun, and ends soon.
            Err(_) => done.await,
        };
        patience.end();
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
    purpose: Purpose,
}

#[derive(Debug, Clone)]
enum Purpose {
    Reads,
    /// With who is to know that owners changed something.
    Writes(Option<Arc<Replicas>>),
}

impl Server {
    /// What is made in a transaction each.
    fn rounds(&self, all: Vec<Waiting>) -> Vec<Vec<Waiting>> {
        match self.purpose {
            Purpose::Reads => vec![all],
            Purpose::Writes(_) => rounds(all),
        }
    }

    /// Makes these, and tells each.
    async fn make(&self, mut all: Vec<Waiting>) {
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

    /// Runs the statements of each; with the transaction, if it is still to be committed.
    async fn begin(&self, all: &[Waiting]) -> Result<(Option<Transaction>, Rows)> {
        let each: Vec<_> = all
            .iter()
            .map(|one| read::statements_of(&one.what.statements, &one.what.owner_id))
            .collect();
        let of_owners: Vec<_> = all
            .iter()
            .zip(&each)
            .map(|(one, statements)| (one.what.owner_id.as_str(), statements.as_slice()))
            .collect();
        let (tx, answers) = match self.purpose {
            Purpose::Reads => (
                None,
                postgres::read_as_owners(&self.pool, &of_owners).await?,
            ),
            Purpose::Writes(_) => {
                let (tx, answers) = postgres::begin_as_owners(&self.pool, &of_owners).await?;
                (Some(tx), answers)
            }
        };
        Ok((tx, answers.into_iter().map(rows_of).collect()))
    }

    async fn commit(&self, tx: Option<Transaction>, all: &[Waiting]) -> Result<()> {
        let Some(tx) = tx else {
            return Ok(());
        };
        let Purpose::Writes(Some(replicas)) = &self.purpose else {
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
        tracing::debug!(error = %why, of = all.len(), "not made together: each is made alone");
        for one in all {
            let alone = self.clone();
            task::spawn(async move { alone.make_alone(one).await });
        }
    }

    /// Boxed, for it may come from [`Self::make`].
    fn make_alone(self, one: Waiting) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(async move { self.make(vec![one]).await })
    }
}

fn answer(all: Vec<Waiting>, mut with: impl FnMut(&Wanted) -> Done) {
    for one in all {
        let done = with(&one.what);
        one.answer(done);
    }
}

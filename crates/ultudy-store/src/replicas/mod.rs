//! Copies of the database that take reading off the primary.
//!
//! A read goes to one only within [`reads_may_lag`], for an owner who has changed nothing of
//! late ([`Pins`]), and to one that is known to be up to date (`monitor`). Everything else, and
//! whatever fails here, goes to the primary: replicas save work and are never needed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use std::{future::Future, time::Duration};

use sqlx::postgres::PgRow;
use ultudy_engines::pins::Pins;

use crate::{
    PostgresConfig, Result,
    db::{
        Bind, Sql,
        postgres::{self, Access, Pool, Role, Transaction, Waits},
    },
};

mod monitor;

use monitor::Monitor;

/// How long a read waits for a replica's connection before it goes elsewhere.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(500);

tokio::task_local! {
    static READS_MAY_LAG: ();
}

/// Within this, transactions that only read may run on a replica: what they see may be as old
/// as the pin, but for what their owner changed. For answers that show and decide nothing.
pub fn reads_may_lag<T>(within: impl Future<Output = T>) -> impl Future<Output = T> {
    READS_MAY_LAG.scope((), within)
}

/// The replicas of a primary.
#[derive(Debug)]
pub(crate) struct Replicas {
    all: Arc<[Replica]>,
    /// Whose it is next.
    turn: AtomicUsize,
    pins: Arc<dyn Pins>,
    /// Looks after them as long as they are used.
    _monitor: Monitor,
}

/// One of them.
#[derive(Debug)]
struct Replica {
    /// Its place in the setting, from 1: the URL may hold a password.
    number: usize,
    pool: Pool,
    /// Whether it was up to date when last looked at.
    is_fresh: AtomicBool,
}

impl Replicas {
    /// Those of the settings; none are used before they have been looked at.
    pub(crate) fn open(
        config: &PostgresConfig,
        primary: &Pool,
        pins: Arc<dyn Pins>,
    ) -> Result<Option<Arc<Self>>> {
        if config.replica_urls.is_empty() {
            return Ok(None);
        }
        let waits = Waits {
            connection: ACQUIRE_TIMEOUT,
            answer: config.answer_timeout,
        };
        let all = (1..).zip(&config.replica_urls).map(|(number, url)| {
            Ok(Replica {
                number,
                pool: Pool::new(url, config.max_connections, waits)?,
                is_fresh: AtomicBool::new(false),
            })
        });
        let all: Arc<[Replica]> = all.collect::<Result<_>>()?;
        Ok(Some(Arc::new(Self {
            _monitor: Monitor::start(primary.clone(), Arc::clone(&all), config.pin),
            all,
            turn: AtomicUsize::new(0),
            pins,
        })))
    }

    /// Begins a transaction that reads on one of them; none if it must be the primary.
    pub(crate) async fn begin(&self, owner_id: &str) -> Option<Transaction> {
        for replica in self.to_ask(owner_id).await {
            let tx = Transaction::begin(&replica.pool, Role::Tenant(owner_id), Access::Read).await;
            if let Some(tx) = replica.judged(tx) {
                return Some(tx);
            }
        }
        None
    }

    /// Reads at once on one of them; none if it must be the primary.
    pub(crate) async fn read_at_once(
        &self,
        owner_id: &str,
        statements: &[(Sql, Vec<&(dyn Bind + Sync)>)],
    ) -> Option<Vec<Vec<PgRow>>> {
        for replica in self.to_ask(owner_id).await {
            let role = Role::Tenant(owner_id);
            let rows = postgres::read_at_once(&replica.pool, role, statements).await;
            if let Some(rows) = replica.judged(rows) {
                return Some(rows);
            }
        }
        None
    }

    /// Those that may be asked for an owner's rows, in turn; none if it must be the primary.
    async fn to_ask(&self, owner_id: &str) -> Vec<&Replica> {
        if READS_MAY_LAG.try_with(|()| ()).is_err() || self.pins.is_pinned(owner_id).await {
            return Vec::new();
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let (before, from) = self.all.split_at(turn % self.all.len());
        let all = from.iter().chain(before);
        all.filter(|replica| replica.is_fresh()).collect()
    }

    /// How many are read from.
    pub(crate) fn in_use(&self) -> usize {
        self.all.iter().filter(|replica| replica.is_fresh()).count()
    }

    /// From now on the owner reads from the primary, for as long as the pin holds.
    pub(crate) async fn pin(&self, owner_id: &str) {
        self.pins.pin(owner_id).await;
    }
}

impl Replica {
    fn is_fresh(&self) -> bool {
        self.is_fresh.load(Ordering::Relaxed)
    }

    /// What it answered; if that is a refusal, it is out of use.
    fn judged<T>(&self, answer: Result<T>) -> Option<T> {
        answer.map_err(|error| self.set_fresh(false, &error)).ok()
    }

    /// Takes it into use or out of it, and says so when that changes.
    fn set_fresh(&self, is_fresh: bool, because: &dyn std::fmt::Display) {
        let was_fresh = self.is_fresh.swap(is_fresh, Ordering::Relaxed);
        let replica = self.number;
        match (was_fresh, is_fresh) {
            (false, true) => tracing::info!(replica, "reads go to the replica: {because}"),
            (true, false) => tracing::warn!(replica, "the replica is out of use: {because}"),
            _ => {}
        }
    }
}

//! Connections that come back without a round trip.
//!
//! sqlx's pool asks every connection that comes back whether it is well, and nobody has it
//! meanwhile: behind PgBouncer that costs as much as a short read. Here a connection whose
//! transaction has ended well rests, and is lent again as it is; whether the server has closed
//! it meanwhile, `Transaction::begin` and `read_at_once` find out, which can begin anew. What
//! ends otherwise goes back to sqlx, as does what rested for long.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection, postgres::PgPoolOptions};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use super::connect_options;
use crate::Result;

/// How long after sqlx handed it out a connection is given back to it, which looks at its health
/// and age.
const OUT_MAX: Duration = Duration::from_secs(60);

/// A server's connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Makes them, and takes back what is not to rest.
    sqlx: PgPool,
    /// As many as there may be connections; those who wait are served in turn.
    turns: Arc<Semaphore>,
    acquire_timeout: Duration,
    /// The one that rests for the shortest time is last.
    resting: Mutex<Vec<Out>>,
}

/// A connection that sqlx has handed out.
#[derive(Debug)]
struct Out {
    connection: PoolConnection<Postgres>,
    since: Instant,
}

/// A connection in use. Dropped it goes back to sqlx, which asks whether it is well.
#[derive(Debug)]
pub(crate) struct Lent {
    /// None once it rests or is closed.
    out: Option<Out>,
    shared: Arc<Shared>,
    /// Given up after the connection has come to rest.
    _turn: OwnedSemaphorePermit,
}

impl Pool {
    /// A pool that connects when first asked to.
    pub(crate) fn new(url: &str, max_connections: u32, acquire_timeout: Duration) -> Result<Self> {
        let sqlx = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(acquire_timeout)
            // A probe would cost a round trip each time; whoever begins finds out.
            .test_before_acquire(false)
            .connect_lazy_with(connect_options(url)?);
        let turns = usize::try_from(max_connections).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self(Arc::new(Shared {
            sqlx,
            turns: Arc::new(Semaphore::new(turns.min(Semaphore::MAX_PERMITS))),
            acquire_timeout,
            resting: Mutex::default(),
        })))
    }

    /// sqlx's own pool, for who takes nothing from this one: it counts its connections itself.
    pub(crate) fn into_sqlx(self) -> PgPool {
        self.0.sqlx.clone()
    }

    /// Most connections at once.
    pub(crate) fn max_connections(&self) -> u32 {
        self.0.sqlx.options().get_max_connections()
    }

    /// One that rests, or a new one.
    pub(crate) async fn acquire(&self) -> sqlx::Result<Lent> {
        let turns = &self.0.turns;
        let turn = match Arc::clone(turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let turn = Arc::clone(turns).acquire_owned();
                let turn = timeout(self.0.acquire_timeout, turn).await;
                turn.map_err(|_| sqlx::Error::PoolTimedOut)?
                    .map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        let rested = self.0.resting().pop();
        let out = match rested {
            Some(out) => out,
            None => Out {
                connection: self.0.sqlx.acquire().await?,
                since: Instant::now(),
            },
        };
        Ok(Lent {
            out: Some(out),
            shared: Arc::clone(&self.0),
            _turn: turn,
        })
    }

    /// Closes all, once their transactions have ended.
    pub(crate) async fn close(&self) {
        self.0.turns.close();
        // From here on nothing comes to rest.
        let closing = self.0.sqlx.close();
        let resting = std::mem::take(&mut *self.0.resting());
        drop(resting);
        closing.await;
    }
}

impl Shared {
    /// Lets a connection rest, unless sqlx is to look at it.
    fn rest(&self, out: Out) {
        let is_old = |out: &Out| out.since.elapsed() > OUT_MAX;
        let mut given_back = Vec::new();
        let mut resting = self.resting();
        if self.sqlx.is_closed() || is_old(&out) {
            given_back.push(out);
        } else {
            resting.push(out);
        }
        // What load has left behind, too, one at a time.
        if resting.first().is_some_and(is_old) {
            given_back.push(resting.remove(0));
        }
        drop(resting);
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Out>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // sqlx closes connections by tasks; without a runtime there are none.
        if tokio::runtime::Handle::try_current().is_err() {
            for out in self.resting().drain(..) {
                drop(out.connection.detach());
            }
        }
    }
}

impl Lent {
    /// Gives it back for the next one: its transaction has ended, and nothing of its answers is
    /// left to be read.
    pub(crate) fn rest(mut self) {
        if let Some(out) = self.out.take() {
            self.shared.rest(out);
        }
    }

    /// Closes it: nothing can be done with it any more.
    pub(crate) fn close(mut self) {
        if let Some(mut out) = self.out.take() {
            out.connection.close_on_drop();
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "only `rest` and `close` take it, and both end the loan"
)]
impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.out.as_ref().expect("lent").connection
    }
}

#[expect(clippy::expect_used, reason = "see above")]
impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.out.as_mut().expect("lent").connection
    }
}

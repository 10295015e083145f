//! Connections that come back without a round trip.
//!
//! sqlx's pool asks every connection that comes back whether it is well, and nobody has it
//! meanwhile: behind PgBouncer that costs as much as a short read. Here a connection whose
//! transaction has ended well rests, and is lent again as it is; whether the server has closed
//! it meanwhile, `Transaction::begin` and `read_at_once` find out, which can begin anew. What
//! ends otherwise goes back to sqlx, as does what rested for long.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
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
/// How long sqlx keeps it then for whoever may need it, before it is closed.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// How long its users wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// For a connection.
    pub(crate) connection: Duration,
    /// For the answer to a statement. A network that forgets a connection tells nobody: what is sent
    /// on it is never answered, and the operating system gives it up after a quarter of an hour.
    pub(crate) answer: Duration,
}

impl Waits {
    /// For statements that take as long as they take: of migrations and imports.
    pub(crate) const fn for_long(connection: Duration) -> Self {
        Self {
            connection,
            answer: Duration::MAX,
        }
    }
}

/// A server's connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Makes them, and takes back what is not to rest.
    sqlx: PgPool,
    /// As many as there may be connections; those who wait are served in turn.
    turns: Arc<Semaphore>,
    waits: Waits,
    out_max: Duration,
    resting: Mutex<Resting>,
}

/// What rests.
#[derive(Debug, Default)]
struct Resting {
    /// The one that rests for the shortest time is last.
    connections: Vec<Out>,
    /// Whether somebody will look for those that nobody asks for any more.
    is_watched: bool,
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
    pub(crate) fn new(url: &str, max_connections: u32, waits: Waits) -> Result<Self> {
        Self::closing_after(url, max_connections, waits, (OUT_MAX, IDLE_MAX))
    }

    fn closing_after(
        url: &str,
        max_connections: u32,
        waits: Waits,
        (out_max, idle_max): (Duration, Duration),
    ) -> Result<Self> {
        let sqlx = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(waits.connection)
            .idle_timeout(idle_max)
            // A probe would cost a round trip each time; whoever begins finds out.
            .test_before_acquire(false)
            .connect_lazy_with(connect_options(url)?);
        let turns = usize::try_from(max_connections).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self(Arc::new(Shared {
            sqlx,
            turns: Arc::new(Semaphore::new(turns.min(Semaphore::MAX_PERMITS))),
            waits,
            out_max,
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

    /// How long one is waited for.
    pub(crate) fn acquire_timeout(&self) -> Duration {
        self.0.waits.connection
    }

    /// One that rests, or a new one.
    pub(crate) async fn acquire(&self) -> sqlx::Result<Lent> {
        let turns = &self.0.turns;
        let turn = match Arc::clone(turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let turn = Arc::clone(turns).acquire_owned();
                let turn = timeout(self.0.waits.connection, turn).await;
                turn.map_err(|_| sqlx::Error::PoolTimedOut)?
                    .map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        let rested = self.0.resting().connections.pop();
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
        let resting = std::mem::take(&mut self.0.resting().connections);
        drop(resting);
        closing.await;
    }
}

impl Shared {
    /// Lets a connection rest, unless sqlx is to look at it.
    fn rest(self: &Arc<Self>, out: Out) {
        if self.sqlx.is_closed() || self.is_old(&out) {
            drop(out);
            return;
        }
        let mut resting = self.resting();
        resting.connections.push(out);
        if resting.is_watched {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            resting.is_watched = true;
            runtime.spawn(watch(Arc::downgrade(self), self.out_max));
        }
    }

    fn is_old(&self, out: &Out) -> bool {
        out.since.elapsed() > self.out_max
    }

    /// Gives sqlx what rested for long; whether anything rests still.
    fn give_back_old(&self) -> bool {
        let mut resting = self.resting();
        let (old, young): (Vec<_>, Vec<_>) = std::mem::take(&mut resting.connections)
            .into_iter()
            .partition(|out| self.is_old(out));
        resting.is_watched = !young.is_empty();
        resting.connections = young;
        let is_watched = resting.is_watched;
        drop(resting);
        drop(old);
        is_watched
    }

    fn resting(&self) -> MutexGuard<'_, Resting> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks after what rests until nothing does.
async fn watch(shared: Weak<Shared>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        match shared.upgrade() {
            Some(shared) if shared.give_back_old() => {}
            _ => return,
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // sqlx closes connections by tasks; without a runtime there are none.
        if tokio::runtime::Handle::try_current().is_err() {
            for out in self.resting().connections.drain(..) {
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

    /// How long an answer is waited for.
    pub(crate) fn answer_wait(&self) -> Duration {
        self.shared.waits.answer
    }

    /// Closes it, which did not answer, and all that rest: the same way led to them.
    pub(crate) fn close_with_resting(self) {
        for mut out in std::mem::take(&mut self.shared.resting().connections) {
            out.connection.close_on_drop();
        }
        self.close();
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

#[cfg(test)]
mod tests {
    use ultudy_testkit::{
        postgres::{Postgres, User},
        wait,
    };

    use super::*;

    #[tokio::test]
    async fn what_a_peak_has_opened_is_closed_again() {
        const SOON: Duration = Duration::from_millis(100);
        const PATIENCE: Duration = Duration::from_secs(30);
        let server = Postgres::shared().unwrap();
        let name = server.create_database(User::Owner).unwrap();
        let url = server.url(User::Owner, &name);
        let pool = Pool::closing_after(&url, 5, Waits::for_long(PATIENCE), (SOON, SOON)).unwrap();
        let open = async || {
            let count = "SELECT count(*) FROM pg_stat_activity WHERE datname";
            let count = format!("{count} = '{name}'");
            server.sql("postgres", &count).unwrap()
        };
        let mut lent = Vec::new();
        for _ in 0..5 {
            lent.push(pool.acquire().await.unwrap());
        }
        assert_eq!(open().await, "5");
        lent.into_iter().for_each(Lent::rest);
        wait::until("all are closed", PATIENCE, async || open().await == "0")
            .await
            .unwrap();
        // And are opened anew.
        pool.acquire().await.unwrap().rest();
    }
}

//! How long is waited for connections.

use std::{cell::Cell, time::Duration};

use tokio::time::{Instant, timeout};

use crate::{Result, StoreError, db::postgres::Pool};

tokio::task_local! {
    /// How long is still waited for connections.
    static PATIENCE: Cell<Duration>;
}

/// Within this, transactions on a server begin after at most `limit` of waiting, all together, with
/// the statements that begin them, or are refused as [`StoreError::Unavailable`]: for whoever has somebody waiting for an
/// answer. Elsewhere the configured time holds for each.
pub fn waiting_at_most<T>(
    limit: Duration,
    within: impl Future<Output = T>,
) -> impl Future<Output = T> {
    PATIENCE.scope(Cell::new(limit), within)
}

/// Waits as long as [`waiting_at_most`] says: not only for a connection of this process, but
/// also for PgBouncer to have one of the server's.
pub(super) async fn patiently<T>(begin: impl Future<Output = Result<T>>) -> Result<T> {
    let Ok(left) = PATIENCE.try_with(Cell::get) else {
        return begin.await;
    };
    let begun = Instant::now();
    let outcome = timeout(left, begin).await;
    have_waited(left, begun);
    outcome.unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))
}

/// Since `begun`, when so much was left.
fn have_waited(left: Duration, begun: Instant) {
    let left = left.saturating_sub(begun.elapsed());
    // Still within it: this is the task that has just asked.
    let _ = PATIENCE.try_with(|patience| patience.set(left));
}

/// How long is waited for what another task does on a server: as long as [`waiting_at_most`] says, else
/// as long as for a connection.
pub(super) struct Patience {
    begun: Instant,
    left: Option<Duration>,
    pub(super) ends: Instant,
}

impl Patience {
    pub(super) fn begin(pool: &Pool) -> Self {
        let begun = Instant::now();
        let left = PATIENCE.try_with(Cell::get).ok();
        Self {
            begun,
            left,
            ends: begun + left.unwrap_or(pool.acquire_timeout()),
        }
    }

    /// Nothing is waited for any more.
    pub(super) fn end(self) {
        if let Some(left) = self.left {
            have_waited(left, self.begun);
        }
    }
}

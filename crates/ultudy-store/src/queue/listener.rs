//! Hears what other processes push: PostgreSQL's LISTEN, which needs a session of its own.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use sqlx::postgres::PgListener;
use tokio::task::JoinHandle;
use ultudy_domain::job::QueueName;

use super::Wakers;
use crate::{Result, db::postgres};

/// Where the names of queues are told.
pub(super) const CHANNEL: &str = "ultudy_jobs";

/// How long to leave a server alone that refused.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    /// Wakes these from now on.
    ///
    /// # Errors
    /// The URL is none.
    pub(super) fn start(url: &str, wakers: Weak<Wakers>) -> Result<Self> {
        let pool = postgres::Pool::new(url, 1, postgres::Waits::for_long(Duration::from_secs(30)))?
            .into_sqlx();
        Ok(Self(tokio::spawn(async move {
            loop {
                let error = match PgListener::connect_with(&pool).await {
                    Ok(listener) => match listen(listener, &wakers).await {
                        Ok(()) => return,
                        Err(error) => error,
                    },
                    Err(error) => error,
                };
                tracing::warn!(%error, "jobs of other processes are found by looking for them");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        })))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ends when nobody waits any more.
async fn listen(mut listener: PgListener, wakers: &Weak<Wakers>) -> sqlx::Result<()> {
    listener.listen(CHANNEL).await?;
    // What was told before is not told again.
    let mut told = None;
    loop {
        let Some(wakers) = wakers.upgrade() else {
            return Ok(());
        };
        wake(&wakers, told);
        drop(wakers);
        // None: the connection was lost and is made anew, and what was told meanwhile is not heard.
        told = listener
            .try_recv()
            .await?
            .and_then(|notice| QueueName::parse(notice.payload()));
    }
}

/// Wakes one who waits on the queue, or on any if it is not known which.
fn wake(wakers: &Arc<Wakers>, told: Option<QueueName>) {
    let queues = QueueName::ALL.into_iter();
    queues
        .filter(|queue| told.is_none_or(|told| told == *queue))
        .for_each(|queue| wakers.wake(queue));
}

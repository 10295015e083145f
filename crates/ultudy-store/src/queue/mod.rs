//! The queue on the `jobs` table.
//!
//! A row is delivered while its status is `queued` or `processing`, its `run_at` is past,
//! it waits for no other and nobody holds its lease. So what a crash leaves behind needs no recovery: a lease
//! that is not renewed lapses, and the row is due again.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ultudy_domain::{
    Timestamp,
    job::{Priority, QueueName},
};
use ultudy_engines::queue::{Counts, Delivery, Due, End, LEASE, Queue, QueueEntry, QueueError};
use uuid::Uuid;

use crate::{
    Result, Store, StoreError,
    db::{Binds, Connection, FromRow, Row, Sql, binds},
    jobs,
};

mod listener;
mod wakers;

use listener::Listener;
use wakers::Wakers;

/// How long a low job waits before it moves up a class.
const AGED: Duration = Duration::from_mins(10);
/// Most aged jobs moved up with one claim.
const AGED_AT_ONCE: i64 = 100;

/// Serves the queue from the `jobs` table: the row is both the truth and the queue entry,
/// so `push` only wakes waiting workers: those of this process, and on PostgreSQL those of
/// other processes that listen. Others find the row when their wait is over.
#[derive(Debug)]
pub struct TableQueue {
    store: Store,
    wakers: Arc<Wakers>,
    /// Lives as long as the queue.
    _listener: Option<Listener>,
}

impl TableQueue {
    /// A queue on this store, which hears of no other process.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            wakers: Arc::default(),
            _listener: None,
        }
    }

    /// A queue on this store that listens at `direct_url`, past any PgBouncer, for what other
    /// processes push; a connection that is lost is made again, and costs delay only.
    ///
    /// # Errors
    /// The URL is none.
    pub fn listening(store: Store, direct_url: &str) -> Result<Self> {
        let queue = Self::new(store);
        let listener = Listener::start(direct_url, Arc::downgrade(&queue.wakers))?;
        Ok(Self {
            _listener: Some(listener),
            ..queue
        })
    }

    async fn claim_due(
        &self,
        queue: QueueName,
        worker_id: &str,
        lease_ids: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Delivery>> {
        let mut tx = self.store.system().await?;
        let connection = tx.connection();
        move_up_aged(connection, queue, now).await?;
        let mut deliveries = Vec::new();
        for job in due(connection, queue, lease_ids.len(), now).await? {
            let Some(&lease) = lease_ids.get(deliveries.len()) else {
                break;
            };
            hold(connection, job.id, lease, worker_id, now).await?;
            deliveries.push(Delivery {
                job_id: job.id,
                owner_id: job.owner_id,
                queue,
                lease,
                due: Due::ByRow(now),
                retried: false,
                asked: None,
            });
        }
        tx.commit().await?;
        Ok(deliveries)
    }
}

#[async_trait]
impl Queue for TableQueue {
    async fn push(&self, entries: &[QueueEntry], _now: Timestamp) -> Result<(), QueueError> {
        let queues = QueueName::ALL.into_iter();
        for queue in queues.filter(|queue| entries.iter().any(|entry| entry.queue == *queue)) {
            self.wakers.wake(queue);
            self.notify(queue).await?;
        }
        Ok(())
    }

    async fn claim(
        &self,
        queue: QueueName,
        worker_id: &str,
        lease_ids: &[Uuid],
        now: Timestamp,
    ) -> Result<Vec<Delivery>, QueueError> {
        let deliveries = self
            .claim_due(queue, worker_id, lease_ids, now)
            .await
            .map_err(queue_error)?;
        if !deliveries.is_empty() && deliveries.len() == lease_ids.len() {
            // There may be more: one push can have woken this worker for several jobs.
            self.wakers.wake(queue);
        }
        Ok(deliveries)
    }

    async fn renew(&self, held: &[Delivery], now: Timestamp) -> Result<Vec<Uuid>, QueueError> {
        let renewal = async {
            let mut tx = self.store.system().await?;
            let mut refused = Vec::new();
            for delivery in held {
                if !extend(tx.connection(), delivery, now).await? {
                    refused.push(delivery.lease);
                }
            }
            tx.commit().await?;
            Ok(refused)
        };
        renewal.await.map_err(queue_error)
    }

    async fn finish(&self, delivery: &Delivery, _end: &End) -> Result<(), QueueError> {
        self.system_write(
            "UPDATE jobs SET lease_token = NULL, lease_until = NULL
            WHERE id = $1 AND lease_token = $2",
            binds![delivery.job_id, delivery.lease],
        )
        .await
    }

    async fn release(
        &self,
        delivery: &Delivery,
        run_at: Timestamp,
        _now: Timestamp,
    ) -> Result<(), QueueError> {
        self.system_write(
            "UPDATE jobs SET lease_token = NULL, lease_until = NULL, run_at = $3
            WHERE id = $1 AND lease_token = $2",
            binds![delivery.job_id, delivery.lease, run_at],
        )
        .await?;
        self.wakers.wake(delivery.queue);
        self.notify(delivery.queue).await
    }

    async fn remove(&self, job_id: Uuid) -> Result<(), QueueError> {
        self.system_write(
            "UPDATE jobs SET lease_token = NULL, lease_until = NULL WHERE id = $1",
            binds![job_id],
        )
        .await
    }

    async fn counts(&self, queue: QueueName, now: Timestamp) -> Result<Counts, QueueError> {
        let counting = async {
            let mut tx = self.store.system_read().await?;
            jobs::counts(&mut tx, queue, now).await
        };
        counting.await.map_err(queue_error)
    }

    async fn wait(&self, queue: QueueName, at_most: Duration) {
        // Running out of time is one of the two ways to be done.
        let _ = tokio::time::timeout(at_most, self.wakers.of(queue).notified()).await;
    }
}

impl TableQueue {
    /// Wakes the workers of other processes.
    async fn notify(&self, queue: QueueName) -> Result<(), QueueError> {
        if !self.store.is_shared() {
            return Ok(());
        }
        let notify = "SELECT pg_notify($1, $2)";
        self.system_write(notify, binds![listener::CHANNEL, queue.as_str()])
            .await
    }

    async fn system_write(&self, sql: &'static str, binds: Binds<'_>) -> Result<(), QueueError> {
        let write = async {
            let mut tx = self.store.system().await?;
            tx.connection().execute(sql.into(), binds).await?;
            tx.commit().await
        };
        write.await.map_err(queue_error)
    }
}

fn queue_error(error: StoreError) -> QueueError {
    QueueError(error.into())
}

struct DueJob {
    id: Uuid,
    owner_id: String,
}

impl FromRow for DueJob {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner_id: row.get("owner_id")?,
        })
    }
}

/// Moves low jobs up that have waited long enough, so that the order of delivery stays
/// that of one index.
async fn move_up_aged(connection: &mut Connection, queue: QueueName, now: Timestamp) -> Result<()> {
    macro_rules! aged {
        () => {
            "UPDATE jobs SET priority = $2 WHERE id IN (
                SELECT id FROM jobs
                WHERE queue = $1 AND status IN ('queued', 'processing') AND waits_for IS NULL
                    AND priority = $3 AND run_at <= $4
                ORDER BY run_at, id LIMIT $5"
        };
    }
    let sql = Sql::pair(
        concat!(aged!(), ")"),
        concat!(aged!(), " FOR NO KEY UPDATE SKIP LOCKED)"),
    );
    connection
        .execute(
            sql,
            binds![
                queue.as_str(),
                Priority::Normal.number(),
                Priority::Low.number(),
                now - AGED,
                AGED_AT_ONCE
            ],
        )
        .await?;
    Ok(())
}

/// The next due jobs in order of delivery, locked against other claims.
async fn due(
    connection: &mut Connection,
    queue: QueueName,
    max: usize,
    now: Timestamp,
) -> Result<Vec<DueJob>> {
    macro_rules! next {
        () => {
            "SELECT id, owner_id FROM jobs
            WHERE queue = $1 AND status IN ('queued', 'processing') AND waits_for IS NULL
                AND run_at <= $2
                AND (lease_until IS NULL OR lease_until <= $2)
            ORDER BY priority, run_at, id
            LIMIT $3"
        };
    }
    let sql = Sql::pair(next!(), concat!(next!(), " FOR NO KEY UPDATE SKIP LOCKED"));
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    connection.all(sql, binds![queue.as_str(), now, max]).await
}

/// Gives a locked job's lease away.
async fn hold(
    connection: &mut Connection,
    id: Uuid,
    lease: Uuid,
    worker_id: &str,
    now: Timestamp,
) -> Result<()> {
    connection
        .execute(
            "UPDATE jobs SET lease_token = $2, lease_until = $3, worker_id = $4 WHERE id = $1"
                .into(),
            binds![id, lease, now + LEASE, worker_id],
        )
        .await?;
    Ok(())
}

/// Extends a lease that still holds; whether it did.
async fn extend(connection: &mut Connection, held: &Delivery, now: Timestamp) -> Result<bool> {
    let extended = connection
        .execute(
            "UPDATE jobs SET lease_until = $3
            WHERE id = $1 AND lease_token = $2 AND lease_until > $4"
                .into(),
            binds![held.job_id, held.lease, now + LEASE, now],
        )
        .await?;
    Ok(extended > 0)
}

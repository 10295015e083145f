//! One generation of a key at a time, whoever asks for it: one job leads, those that need the same
//! follow. A follower is queued and not delivered, until there is no leader any more. Who becomes
//! final leads no more, whatever the reason: the index of leaders holds no final rows.

use ultudy_domain::{Timestamp, job::Job};
use uuid::Uuid;

use super::{Waiting, columns};
use crate::{
    Result, SystemTx, TenantTx,
    db::{Sql, binds},
};

/// What a run is for a generation.
#[derive(Debug, Clone, PartialEq)]
pub enum Flight {
    /// It has the generation made.
    Leads,
    /// Another job does: this one's run is over, and it waits.
    Follows(Box<Job>),
}

/// Makes a run the leader for a key, or its job a follower of the one that leads; none if the run is
/// stale.
///
/// # Errors
/// [`crate::StoreError::Conflict`] when another became the leader at the same moment: ask again.
pub async fn lead_or_follow(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    key: &str,
) -> Result<Option<Flight>> {
    match leader(tx, key).await? {
        Some(leader) if leader != id => {
            let follower = follow(tx, id, run_token, key).await?;
            Ok(follower.map(|job| Flight::Follows(Box::new(job))))
        }
        _ => {
            let led = tx
                .execute(
                    "UPDATE jobs SET leads_for = $4
                    WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'",
                    binds![id, run_token, key],
                )
                .await?;
            Ok((led > 0).then_some(Flight::Leads))
        }
    }
}

/// The leader, whoever owns it. It does not end before the transaction does: so whoever follows it is
/// seen when it has ended.
pub(super) async fn leader(tx: &mut TenantTx, key: &str) -> Result<Option<Uuid>> {
    macro_rules! leader {
        () => {
            "SELECT id FROM jobs WHERE leads_for = $1 AND status IN ('queued', 'processing')"
        };
    }
    let sql = Sql::pair(leader!(), concat!(leader!(), " FOR SHARE"));
    let rows = tx.by_key(sql, binds![key]).await?;
    rows.first().map(|row| row.get("id")).transpose()
}

pub(super) async fn follow(
    tx: &mut TenantTx,
    id: Uuid,
    run_token: Uuid,
    key: &str,
) -> Result<Option<Job>> {
    tx.first(
        concat!(
            "UPDATE jobs SET
                status = 'queued', waits_for = $4, leads_for = NULL, run_token = NULL,
                progress = 0, stage = 'waiting', version = version + 1
            WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'
            RETURNING ",
            columns!()
        ),
        binds![id, run_token, key],
    )
    .await
}

/// Keys that jobs wait for and nobody leads; nor is the answer awaited of a batch, unless the generation
/// was made meanwhile.
pub async fn unled(tx: &mut SystemTx) -> Result<Vec<String>> {
    let sql = "SELECT key FROM (
            SELECT DISTINCT waits_for AS key FROM jobs
            WHERE waits_for IS NOT NULL AND status = 'queued'
        ) awaited
        WHERE NOT EXISTS (
            SELECT 1 FROM jobs WHERE leads_for = awaited.key AND status IN ('queued', 'processing')
        ) AND (
            NOT EXISTS (
                SELECT 1 FROM llm_batch_items i
                WHERE i.generation_key = awaited.key AND i.state IN ('gathered', 'sent')
            ) OR EXISTS (SELECT 1 FROM generations g WHERE g.key = awaited.key)
        )";
    let rows = tx.connection().rows(sql.into(), &[]).await?;
    rows.iter().map(|row| row.get("key")).collect()
}

/// Lets followers of a key that nobody leads be delivered: at most so many where the generation is
/// there, else one, which leads. To be pushed after the commit.
///
/// # Errors
/// [`crate::StoreError::Conflict`] when another process has just made one the leader.
pub async fn release_followers(
    tx: &mut SystemTx,
    key: &str,
    at_most: u32,
    now: Timestamp,
) -> Result<Vec<Waiting>> {
    let made = "SELECT key FROM generations WHERE key = $1";
    let is_made = !tx
        .connection()
        .rows(made.into(), binds![key])
        .await?
        .is_empty();
    let (at_most, leads_for) = if is_made {
        (at_most, None)
    } else {
        (1, Some(key))
    };
    macro_rules! release {
        ($among:literal, $lock:literal) => {
            concat!(
                "UPDATE jobs SET waits_for = NULL, leads_for = $2, run_at = $3
                WHERE status = 'queued' AND id ",
                $among,
                "SELECT id FROM jobs
                WHERE waits_for = $1 AND status = 'queued' AND NOT EXISTS (
                    SELECT 1 FROM jobs leader
                    WHERE leader.leads_for = $1 AND leader.status IN ('queued', 'processing')
                )
                ORDER BY priority, id
                LIMIT $4",
                $lock,
                ") RETURNING id, owner_id, status, priority, run_at"
            )
        };
    }
    let sql = Sql::pair(
        release!("IN (", ""),
        // The array is made once, while rows of a query that locks may be looked for again.
        release!("= ANY (ARRAY(", " FOR NO KEY UPDATE SKIP LOCKED)"),
    );
    let binds = binds![key, leads_for, now, i64::from(at_most)];
    tx.connection().all(sql, binds).await
}

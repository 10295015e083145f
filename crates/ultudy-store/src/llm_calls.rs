//! Calls of language models, each kept for some time, and summed up by day for longer.

use ultudy_domain::{
    Timestamp,
    usage::{MadeFor, ModelCall},
};

use crate::{
    Result, SystemTx, TenantTx, Write,
    db::binds,
    read::{Statement, own_binds},
};

const INSERT: &str = "INSERT INTO llm_calls
        (owner_id, id, made_at, provider, model, task, outcome, tokens_read, tokens_written,
            cost_micros, job_id, course_id, document_id, section_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (owner_id, id) DO NOTHING";

const SUM_UP: &str = "INSERT INTO llm_usage
        (owner_id, day, provider, model, task, calls, tokens_read, tokens_written, cost_micros,
            unpriced_calls, reused, saved_tokens, saved_micros)
    VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, 0, 0, 0)
    ON CONFLICT (owner_id, day, provider, model, task) DO UPDATE SET
        calls = llm_usage.calls + 1,
        tokens_read = llm_usage.tokens_read + excluded.tokens_read,
        tokens_written = llm_usage.tokens_written + excluded.tokens_written,
        cost_micros = llm_usage.cost_micros + excluded.cost_micros,
        unpriced_calls = llm_usage.unpriced_calls + excluded.unpriced_calls";

/// The tenant sees the generation by the lesson that the same transaction has made of it.
const REUSED: &str = "INSERT INTO llm_usage
        (owner_id, day, provider, model, task, calls, tokens_read, tokens_written, cost_micros,
            unpriced_calls, reused, saved_tokens, saved_micros)
    SELECT $1, $2, provider, model, 'lesson', 0, 0, 0, 0, 0, 1, tokens, coalesce(cost_micros, 0)
    FROM generations WHERE key = $3 AND tokens IS NOT NULL
    ON CONFLICT (owner_id, day, provider, model, task) DO UPDATE SET
        reused = llm_usage.reused + 1,
        saved_tokens = llm_usage.saved_tokens + excluded.saved_tokens,
        saved_micros = llm_usage.saved_micros + excluded.saved_micros";

/// Stores calls and adds them to their day. One that is there already counts no second time.
pub async fn insert_all(tx: &mut TenantTx, calls: &[ModelCall], made_for: MadeFor) -> Result<()> {
    for call in calls {
        let is_new = tx
            .execute(
                INSERT,
                binds![
                    call.id,
                    call.made_at,
                    call.provider,
                    call.model,
                    call.task,
                    call.outcome,
                    call.tokens_read,
                    call.tokens_written,
                    call.cost_micros,
                    made_for.job_id,
                    made_for.course_id,
                    made_for.document_id,
                    made_for.section_id
                ],
            )
            .await?
            > 0;
        if !is_new {
            continue;
        }
        tx.execute(
            SUM_UP,
            binds![
                call.made_at.date_naive(),
                call.provider,
                call.model,
                call.task,
                call.tokens_read,
                call.tokens_written,
                call.cost_micros.unwrap_or(0),
                i64::from(call.cost_micros.is_none())
            ],
        )
        .await?;
    }
    Ok(())
}

/// Counts that a lesson was made of the generation of this key, which had been made before, by a model:
/// in the transaction that stores the lesson, after it.
#[must_use]
pub fn write_reused(key: String, now: Timestamp) -> Write<()> {
    let reused = Statement::new(REUSED, own_binds![now.date_naive(), key]);
    Write::new(vec![reused], |_| Ok(()))
}

/// Deletes calls that ended before `calls`, and what was summed up of days before `days`, at most so many of
/// each; how many. Fewer than that were all.
pub async fn delete_old(
    tx: &mut SystemTx,
    calls: Timestamp,
    days: Timestamp,
    at_most: u32,
) -> Result<u64> {
    let (connection, at_most) = (tx.connection(), i64::from(at_most));
    let sql = "DELETE FROM llm_calls WHERE (owner_id, id) IN (
            SELECT owner_id, id FROM llm_calls WHERE made_at < $1 ORDER BY made_at LIMIT $2)";
    let deleted = connection
        .execute(sql.into(), binds![calls, at_most])
        .await?;
    let sql = "DELETE FROM llm_usage WHERE (owner_id, day, provider, model, task) IN (
            SELECT owner_id, day, provider, model, task FROM llm_usage
            WHERE day < $1 ORDER BY day LIMIT $2)";
    let summed = connection
        .execute(sql.into(), binds![days.date_naive(), at_most])
        .await?;
    Ok(deleted + summed)
}

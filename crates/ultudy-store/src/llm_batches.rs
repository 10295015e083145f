//! What is asked for by providers' batch APIs, and how far that is. Everything stands here before a provider
//! is asked. A batch is looked at by one process at a time: whoever takes it has it until `due_at`.

use ultudy_domain::{Timestamp, usage::MadeFor};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{FromRow, Row, Sql, binds, read_name},
};

/// What is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Also of the call that it comes to, and of what is reserved for it.
    pub id: Uuid,
    /// The generation that it is for.
    pub generation_key: String,
    /// Whose model is asked.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// The request, as the provider takes it.
    pub body: String,
    /// What it is for.
    pub made_for: MadeFor,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// It is to be sent with others.
    Gathered,
    /// It is in a batch.
    Sent,
    /// The model has answered.
    Answered,
    /// It has not, and will not.
    Failed,
}

impl ItemState {
    /// The name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gathered => "gathered",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Failed => "failed",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let mut all = [Self::Gathered, Self::Sent, Self::Answered, Self::Failed].into_iter();
        all.find(|state| state.as_str() == name)
    }

    /// Whether there may be an answer yet.
    #[must_use]
    pub fn is_awaited(self) -> bool {
        matches!(self, Self::Gathered | Self::Sent)
    }
}

/// What has come of a generation's item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// How far it is.
    pub state: ItemState,
    /// Who wrote the answer.
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// What it wrote.
    pub answer: Option<String>,
    /// Tokens that it took, read and written, as long as its call is kept.
    pub tokens: Option<i64>,
    /// What it cost, in micro-dollars, if that is known.
    pub cost_micros: Option<i64>,
}

impl FromRow for Awaited {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            state: read_name(row, "state", ItemState::parse)?,
            provider: row.get("provider")?,
            model: row.get("model")?,
            answer: row.get("answer")?,
            tokens: row.get("tokens")?,
            cost_micros: row.get("cost_micros")?,
        })
    }
}

/// An item as whoever sends it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whose it is.
    pub owner_id: String,
    /// Its id.
    pub id: Uuid,
    /// How far it is.
    pub state: ItemState,
    /// Whose model is asked.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// Length of its request.
    pub bytes: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether a job waits for it.
    pub is_wanted: bool,
}

impl FromRow for Item {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            owner_id: row.get("owner_id")?,
            id: row.get("id")?,
            state: read_name(row, "state", ItemState::parse)?,
            provider: row.get("provider")?,
            model: row.get("model")?,
            bytes: row.get("bytes")?,
            created_at: row.get("created_at")?,
            is_wanted: row.get("is_wanted")?,
        })
    }
}

/// A batch that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Uuid,
    /// Whose models are asked.
    pub provider: String,
    /// Which.
    pub model: String,
    /// What the provider calls it; none if it is not known to be there.
    pub remote_id: Option<String>,
    /// How often it was looked at in vain, this time included.
    pub tries: i32,
    /// Since when.
    pub created_at: Timestamp,
    /// Whether the provider was told that nobody wants it.
    pub is_cancelled: bool,
}

impl FromRow for Batch {
    fn from_row(row: &Row) -> Result<Self> {
        let cancelled_at: Option<Timestamp> = row.get("cancelled_at")?;
        Ok(Self {
            id: row.get("id")?,
            provider: row.get("provider")?,
            model: row.get("model")?,
            remote_id: row.get("remote_id")?,
            tries: row.get("tries")?,
            created_at: row.get("created_at")?,
            is_cancelled: cancelled_at.is_some(),
        })
    }
}

/// How much there is, across owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Items that are not sent yet.
    pub gathered: i64,
    /// Items that are.
    pub sent: i64,
    /// Items that are over, and batches, whether they are or not.
    pub others: i64,
    /// Since when the longest of the first two waits.
    pub oldest: Option<Timestamp>,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            gathered: row.get("gathered")?,
            sent: row.get("sent")?,
            others: row.get("others")?,
            oldest: row.get("oldest")?,
        })
    }
}

/// Stores an item, unless the generation has one; whether it did.
pub async fn gather(tx: &mut TenantTx, item: &NewItem, now: Timestamp) -> Result<bool> {
    let MadeFor {
        job_id,
        course_id,
        document_id,
        section_id,
    } = item.made_for;
    let bytes = i64::try_from(item.body.len()).unwrap_or(i64::MAX);
    let stored = tx
        .execute(
            "INSERT INTO llm_batch_items (owner_id, id, generation_key, state, provider, model, body,
                bytes, created_at, job_id, course_id, document_id, section_id)
            VALUES ($1, $2, $3, 'gathered', $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (generation_key) DO NOTHING",
            binds![
                item.id,
                item.generation_key,
                item.provider,
                item.model,
                item.body,
                bytes,
                now,
                job_id,
                course_id,
                document_id,
                section_id
            ],
        )
        .await?;
    Ok(stored > 0)
}

/// The item of a generation, whoever owns it.
pub async fn find(tx: &mut TenantTx, key: &str) -> Result<Option<Awaited>> {
    let sql = "SELECT i.state, i.provider, i.model, i.answer,
            c.tokens_read + c.tokens_written AS tokens, c.cost_micros
        FROM llm_batch_items i
        LEFT JOIN llm_calls c ON (c.owner_id, c.id) = (i.owner_id, i.id)
        WHERE i.generation_key = $1";
    let rows = tx.by_key(sql, binds![key]).await?;
    rows.first().map(Awaited::from_row).transpose()
}

/// The request of an item that is not sent yet, or being sent.
pub async fn body(tx: &mut TenantTx, id: Uuid) -> Result<Option<String>> {
    let sql =
        "SELECT body FROM llm_batch_items WHERE owner_id = $1 AND id = $2 AND body IS NOT NULL";
    tx.first(sql, binds![id]).await
}

/// Notes what came of an item that was sent, if that is not known yet: what the model wrote, or nothing.
/// What it was for, if it was noted.
pub async fn settle(tx: &mut TenantTx, id: Uuid, answer: Option<&str>) -> Result<Option<MadeFor>> {
    let state = match answer {
        Some(_) => ItemState::Answered,
        None => ItemState::Failed,
    };
    tx.first(
        "UPDATE llm_batch_items SET state = $3, answer = $4, body = NULL
        WHERE owner_id = $1 AND id = $2 AND state = 'sent'
        RETURNING job_id, course_id, document_id, section_id",
        binds![id, state.as_str(), answer],
    )
    .await
}

impl FromRow for MadeFor {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            job_id: row.get("job_id")?,
            course_id: row.get("course_id")?,
            document_id: row.get("document_id")?,
            section_id: row.get("section_id")?,
        })
    }
}

/// Deletes an item that is not sent; whether it was there.
pub async fn drop_gathered(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let sql = "DELETE FROM llm_batch_items WHERE owner_id = $1 AND id = $2 AND state = 'gathered'";
    Ok(tx.execute(sql, binds![id]).await? > 0)
}

macro_rules! items {
    ($where:literal) => {
        concat!(
            "SELECT owner_id, id, state, provider, model, bytes, created_at, EXISTS (
                SELECT 1 FROM jobs
                WHERE waits_for = generation_key AND status = 'queued'
            ) AS is_wanted
            FROM llm_batch_items WHERE ",
            $where,
            " ORDER BY created_at, id LIMIT $1"
        )
    };
}

/// Items that are not sent yet, the first of them.
pub async fn gathered(tx: &mut SystemTx, at_most: i64) -> Result<Vec<Item>> {
    let sql = items!("state = 'gathered'");
    tx.connection().all(sql.into(), binds![at_most]).await
}

/// The items of a batch, as many as there are.
pub async fn items(tx: &mut SystemTx, batch_id: Uuid) -> Result<Vec<Item>> {
    let sql = items!("batch_id = $2");
    tx.connection()
        .all(sql.into(), binds![i64::MAX, batch_id])
        .await
}

/// A batch of these items, of a model of a provider, which is to be sent; how many of them there still are.
pub async fn open(
    tx: &mut SystemTx,
    (id, items): (Uuid, &[Uuid]),
    (provider, model): (&str, &str),
    now: Timestamp,
) -> Result<u64> {
    let sql = "INSERT INTO llm_batches (id, provider, model, state, tries, created_at, due_at)
        VALUES ($1, $2, $3, 'sending', 0, $4, $4)";
    let binds = binds![id, provider, model, now];
    tx.connection().execute(sql.into(), binds).await?;
    let sql = Sql::pair(
        "UPDATE llm_batch_items SET state = 'sent', batch_id = $1
        WHERE state = 'gathered'
            AND id IN (SELECT unhex(replace(value, '-', '')) FROM json_each($2))",
        "UPDATE llm_batch_items SET state = 'sent', batch_id = $1
        WHERE state = 'gathered'
            AND id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($2)))",
    );
    let items = serde_json::json!(items);
    tx.connection().execute(sql, binds![id, items]).await
}

/// Takes the batch that has been due the longest: until then nobody else does.
pub async fn take(tx: &mut SystemTx, now: Timestamp, until: Timestamp) -> Result<Option<Batch>> {
    macro_rules! take {
        ($lock:literal) => {
            concat!(
                "UPDATE llm_batches SET due_at = $2, tries = tries + 1
                WHERE id = (
                    SELECT id FROM llm_batches WHERE state <> 'ended' AND due_at <= $1
                    ORDER BY due_at LIMIT 1",
                $lock,
                ")
                RETURNING id, provider, model, remote_id, tries, created_at, cancelled_at"
            )
        };
    }
    let sql = Sql::pair(take!(""), take!(" FOR UPDATE SKIP LOCKED"));
    let taken: Vec<Batch> = tx.connection().all(sql, binds![now, until]).await?;
    Ok(taken.into_iter().next())
}

/// Batches that the provider calls so are known: theirs are no others'.
pub async fn known(tx: &mut SystemTx, provider: &str) -> Result<Vec<String>> {
    let sql = "SELECT remote_id FROM llm_batches WHERE provider = $1 AND remote_id IS NOT NULL";
    tx.connection().all(sql.into(), binds![provider]).await
}

/// The provider has it and calls it so; what was asked need not be kept any longer.
pub async fn note_sent(
    tx: &mut SystemTx,
    id: Uuid,
    remote_id: &str,
    due_at: Timestamp,
) -> Result<()> {
    let sql = "UPDATE llm_batches SET state = 'sent', remote_id = $2, tries = 0, due_at = $3
        WHERE id = $1 AND state = 'sending'";
    let binds = binds![id, remote_id, due_at];
    tx.connection().execute(sql.into(), binds).await?;
    let sql = "UPDATE llm_batch_items SET body = NULL WHERE batch_id = $1";
    tx.connection().execute(sql.into(), binds![id]).await?;
    Ok(())
}

/// It is looked at again then; `in_vain`: nothing was found out.
pub async fn put_off(tx: &mut SystemTx, id: Uuid, in_vain: bool, due_at: Timestamp) -> Result<()> {
    let sql = "UPDATE llm_batches SET due_at = $2, tries = CASE WHEN $3 THEN tries ELSE 0 END
        WHERE id = $1 AND state <> 'ended'";
    let binds = binds![id, due_at, in_vain];
    tx.connection().execute(sql.into(), binds).await?;
    Ok(())
}

/// The provider was told that nobody wants it.
pub async fn note_cancelled(tx: &mut SystemTx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE llm_batches SET cancelled_at = $2 WHERE id = $1";
    tx.connection().execute(sql.into(), binds![id, now]).await?;
    Ok(())
}

/// It is over: nothing more comes of it.
pub async fn end(tx: &mut SystemTx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE llm_batches SET state = 'ended', ended_at = $2 WHERE id = $1";
    tx.connection().execute(sql.into(), binds![id, now]).await?;
    Ok(())
}

/// How much there is.
pub async fn standing(tx: &mut SystemTx) -> Result<Standing> {
    let sql = "SELECT
            CAST(coalesce(sum(CASE WHEN state = 'gathered' THEN 1 ELSE 0 END), 0) AS bigint) AS gathered,
            CAST(coalesce(sum(CASE WHEN state = 'sent' THEN 1 ELSE 0 END), 0) AS bigint) AS sent,
            CAST(coalesce(sum(CASE WHEN state IN ('answered', 'failed') THEN 1 ELSE 0 END), 0) AS bigint)
                + (SELECT count(*) FROM llm_batches) AS others,
            min(CASE WHEN state IN ('gathered', 'sent') THEN created_at END) AS oldest
        FROM llm_batch_items";
    let found: Vec<Standing> = tx.connection().all(sql.into(), &[]).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

impl Standing {
    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gathered + self.sent + self.others == 0
    }
}

/// Deletes items that are over and that no job needs any more, and batches that ended before `before`; how
/// many rows.
pub async fn clear_up(tx: &mut SystemTx, before: Timestamp) -> Result<u64> {
    let connection = tx.connection();
    let sql = "DELETE FROM llm_batch_items WHERE state IN ('answered', 'failed') AND NOT EXISTS (
            SELECT 1 FROM jobs
            WHERE waits_for = generation_key AND status = 'queued'
        ) AND NOT EXISTS (
            SELECT 1 FROM jobs
            WHERE leads_for = generation_key AND status IN ('queued', 'processing')
        )";
    let items = connection.execute(sql.into(), &[]).await?;
    let sql = "DELETE FROM llm_batches WHERE state = 'ended' AND ended_at < $1";
    let batches = connection.execute(sql.into(), binds![before]).await?;
    Ok(items + batches)
}

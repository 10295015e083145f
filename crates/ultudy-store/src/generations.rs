//! Generations: what a generator made, by the key of what went in. No owner: reached
//! only through an owned lesson.

use ultudy_domain::{Timestamp, lesson::LessonContent};

use crate::{
    Read, Result, StoreError, TenantTx,
    db::binds,
    read::{Statement, own_binds},
};

/// A generation to store.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGeneration {
    /// SHA-256 of all that decided the content, hex.
    pub key: String,
    /// The content, its options in their final order.
    pub content: LessonContent,
    /// Who made it.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Tokens it took; none without a model.
    pub tokens: Option<i64>,
    /// What it cost, in micro-dollars, if that is known.
    pub cost_micros: Option<i64>,
}

const FIND: &str = "SELECT content FROM generations WHERE key = $1";

/// The content of this key, if it was made before.
pub async fn find(tx: &mut TenantTx, key: &str) -> Result<Option<LessonContent>> {
    let rows = tx.by_key(FIND, binds![key]).await?;
    rows.first().map(|row| row.json("content")).transpose()
}

/// See [`find`]; across owners.
#[must_use]
pub fn read(key: String) -> Read<Option<LessonContent>> {
    let find = Statement::new(FIND, own_binds![key]);
    Read::new(vec![find], |rows| {
        let mut rows = rows.iter().flatten();
        rows.next().map(|row| row.json("content")).transpose()
    })
}

/// Stores it unless the key is there already; gives the content that now stands under
/// the key.
pub async fn insert(
    tx: &mut TenantTx,
    generation: &NewGeneration,
    now: Timestamp,
) -> Result<LessonContent> {
    let content = serde_json::to_value(&generation.content)
        .map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    tx.by_key(
        "INSERT INTO generations (key, content, provider, model, created_at, tokens, cost_micros)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (key) DO NOTHING",
        binds![
            generation.key,
            content,
            generation.provider,
            generation.model,
            now,
            generation.tokens,
            generation.cost_micros
        ],
    )
    .await?;
    find(tx, &generation.key)
        .await?
        .ok_or(StoreError::Other(sqlx::Error::RowNotFound))
}

//! Embeddings: the vectors of a document's passages, all of one model or none yet.
//!
//! Codes are read by the document, to be looked through in the program; the vectors themselves only
//! of the passages that the codes let through. A document's vectors are replaced as a whole, and each
//! statement here names the model, so no vector is ever compared with another model's.

use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    chunks::Within,
    db::{FromRow, Row, Sql, binds},
};

/// Passages whose vectors are stored by one statement.
const ROWS: usize = 500;

/// A passage that is to be embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its number.
    pub number: i64,
    /// Its section's name.
    pub section_name: String,
    /// Its text.
    pub content: String,
}

/// A passage's vectors, as they are kept (`ultudy_domain::search::vector`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageVectors {
    /// The passage.
    pub number: i64,
    /// How many there are.
    pub count: usize,
    /// One after the other, each [`bytes`](ultudy_domain::search::vector::bytes).
    pub vectors: Vec<u8>,
    /// Their codes, one after the other.
    pub codes: Vec<u64>,
}

/// The codes of a document's vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// Whose they are.
    pub document_id: Uuid,
    /// Of each vector, its passage.
    pub passages: Vec<i64>,
    /// Of each vector in turn, as many words.
    pub codes: Vec<u64>,
}

/// Which vectors an owner has of a model: two that are equal are of the same ones. (What was replaced
/// has a new number, higher than all before.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// How many documents have some.
    pub documents: i64,
    last: i64,
    sum: i64,
}

/// A document's vectors, by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Their number.
    pub number: i64,
    /// Bytes of memory that their codes take when they are read.
    pub bytes: usize,
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self> {
        let bytes: i64 = row.get("bytes")?;
        Ok(Self {
            number: row.get("number")?,
            bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
        })
    }
}

impl FromRow for Passage {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            section_name: row.get("name")?,
            content: row.get("content")?,
        })
    }
}

impl FromRow for Stamp {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            documents: row.get("documents")?,
            last: row.get("last")?,
            sum: row.get("sum")?,
        })
    }
}

/// Documents of any owners that have no vectors of this model: owner and id, those after `after`.
pub async fn waiting(
    tx: &mut SystemTx,
    model: &str,
    after: Option<&(String, Uuid)>,
    limit: i64,
) -> Result<Vec<(String, Uuid)>> {
    let (owner, document) = match after {
        Some((owner, document)) => (owner.as_str(), *document),
        None => ("", Uuid::nil()),
    };
    // Models before and after this one: a range of the index each, and both empty at most times.
    let rows = tx
        .connection()
        .rows(
            "SELECT owner_id, document_id FROM (
                SELECT owner_id, document_id FROM document_embeddings WHERE model < $1
                UNION ALL
                SELECT owner_id, document_id FROM document_embeddings WHERE model > $1) w
            WHERE (owner_id, document_id) > ($2, $3)
            ORDER BY owner_id, document_id LIMIT $4"
                .into(),
            binds![model, owner, document, limit],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("owner_id")?, row.get("document_id")?)))
        .collect()
}

/// How many documents of any owners have no vectors of this model, counted up to `limit`.
pub async fn count_waiting(tx: &mut SystemTx, model: &str, limit: i64) -> Result<i64> {
    let rows = tx
        .connection()
        .rows(
            "SELECT count(*) FROM (
                SELECT 1 FROM (
                    SELECT 1 FROM document_embeddings WHERE model < $1
                    UNION ALL
                    SELECT 1 FROM document_embeddings WHERE model > $1) w
                LIMIT $2) f"
                .into(),
            binds![model, limit],
        )
        .await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// The passages of a document in their order, those after this one.
pub async fn passages(
    tx: &mut TenantTx,
    document_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<Passage>> {
    tx.all(
        "SELECT c.number, c.content, s.name FROM chunks c
        JOIN sections s ON s.owner_id = c.owner_id AND s.id = c.section_id
        WHERE c.owner_id = $1 AND c.document_id = $2 AND c.number > $3
        ORDER BY c.number LIMIT $4",
        binds![document_id, after, limit],
    )
    .await
}

/// Notes that a document has no vectors yet.
pub(crate) async fn await_vectors(tx: &mut TenantTx, document_id: Uuid) -> Result<()> {
    insert(tx, document_id, "", &[], &[]).await?;
    Ok(())
}

/// Replaces the vectors of a document by those of this model, if it has others or none; whether it had.
pub async fn put(
    tx: &mut TenantTx,
    document_id: Uuid,
    model: &str,
    vectors: &[PassageVectors],
) -> Result<bool> {
    let replaced = tx
        .execute(
            "DELETE FROM document_embeddings
            WHERE owner_id = $1 AND document_id = $2 AND model <> $3",
            binds![document_id, model],
        )
        .await?;
    if replaced == 0 {
        return Ok(false);
    }
    let words = |one: &PassageVectors| one.codes.len();
    let mut passages = Vec::new();
    let mut codes = Vec::with_capacity(vectors.iter().map(words).sum());
    for one in vectors {
        codes.extend_from_slice(&one.codes);
        passages.extend((0..one.count).map(|_| one.number));
    }
    let passages = passages.into_iter().flat_map(i64::to_le_bytes);
    let codes = codes.into_iter().flat_map(u64::to_le_bytes);
    let passages: Vec<u8> = passages.collect();
    let codes: Vec<u8> = codes.collect();
    let embedding = insert(tx, document_id, model, &passages, &codes).await?;
    for some in vectors.chunks(ROWS) {
        store(tx, embedding, some).await?;
    }
    Ok(true)
}

async fn insert(
    tx: &mut TenantTx,
    document_id: Uuid,
    model: &str,
    passages: &[u8],
    codes: &[u8],
) -> Result<i64> {
    tx.one(
        "INSERT INTO document_embeddings (owner_id, document_id, model, passages, codes)
        VALUES ($1, $2, $3, $4, $5) RETURNING number",
        binds![document_id, model, passages, codes],
    )
    .await
}

async fn store(tx: &mut TenantTx, embedding: i64, vectors: &[PassageVectors]) -> Result<()> {
    let rows: Vec<(i64, String)> = vectors
        .iter()
        .map(|one| (one.number, hex::encode(&one.vectors)))
        .collect();
    let sql = Sql::pair(
        "INSERT INTO chunk_vectors (owner_id, number, embedding, vectors)
        SELECT $1, r.value ->> 0, $2, unhex(r.value ->> 1) FROM json_each($3) r",
        "INSERT INTO chunk_vectors (owner_id, number, embedding, vectors)
        SELECT $1, CAST(r.value ->> 0 AS bigint), $2, decode(r.value ->> 1, 'hex')
        FROM jsonb_array_elements($3) r",
    );
    tx.execute(sql, binds![embedding, serde_json::json!(rows)])
        .await?;
    Ok(())
}

/// Which vectors of this model the owner has.
pub async fn stamp(tx: &mut TenantTx, model: &str) -> Result<Stamp> {
    tx.one(
        "SELECT count(*) AS documents, coalesce(max(number), 0) AS last,
            CAST(coalesce(sum(number), 0) AS bigint) AS sum
        FROM document_embeddings WHERE owner_id = $1 AND model = $2",
        binds![model],
    )
    .await
}

/// The numbers of the documents' vectors of this model.
pub async fn listed(tx: &mut TenantTx, model: &str) -> Result<Vec<Listed>> {
    tx.all(
        "SELECT number, CAST(length(passages) + length(codes) AS bigint) AS bytes
        FROM document_embeddings WHERE owner_id = $1 AND model = $2 ORDER BY number",
        binds![model],
    )
    .await
}

/// The codes of the vectors of these numbers, if they are still there, with their numbers.
pub async fn codes(tx: &mut TenantTx, numbers: &[i64]) -> Result<Vec<(i64, Codes)>> {
    macro_rules! select {
        () => {
            "SELECT number, document_id, passages, codes FROM document_embeddings
            WHERE owner_id = $1 AND number "
        };
    }
    let sql = Sql::pair(
        concat!(select!(), "IN (SELECT value FROM json_each($2))"),
        concat!(
            select!(),
            "= ANY (ARRAY(SELECT value::bigint FROM jsonb_array_elements_text($2)))"
        ),
    );
    let rows = tx.rows(sql, binds![serde_json::json!(numbers)]).await?;
    let read = rows.iter().map(|row| {
        let (passages, codes): (Vec<u8>, Vec<u8>) = (row.get("passages")?, row.get("codes")?);
        let passages = words(&passages).map(u64::cast_signed);
        let codes = Codes {
            document_id: row.get("document_id")?,
            passages: passages.collect(),
            codes: words(&codes).collect(),
        };
        Ok((row.get("number")?, codes))
    });
    read.collect()
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes)
}

/// The vectors of this model of these passages, where their documents are visible and there.
pub async fn vectors(
    tx: &mut TenantTx,
    model: &str,
    numbers: &[i64],
    within: Within,
) -> Result<Vec<(i64, Vec<u8>)>> {
    macro_rules! select {
        () => {
            "SELECT v.number, v.vectors FROM chunk_vectors v
            JOIN document_embeddings e ON e.owner_id = v.owner_id AND e.number = v.embedding
            JOIN documents d ON d.owner_id = e.owner_id AND d.id = e.document_id
            WHERE v.owner_id = $1 AND e.model = $2 AND d.published
                AND ($3 IS NULL OR d.course_id = $3) AND ($4 IS NULL OR d.id = $4)
                AND v.number "
        };
    }
    let sql = Sql::pair(
        concat!(select!(), "IN (SELECT value FROM json_each($5))"),
        concat!(
            select!(),
            "= ANY (ARRAY(SELECT value::bigint FROM jsonb_array_elements_text($5)))"
        ),
    );
    let Within {
        course_id,
        document_id,
    } = within;
    let numbers = serde_json::json!(numbers);
    let rows = tx
        .rows(sql, binds![model, course_id, document_id, numbers])
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("number")?, row.get("vectors")?)))
        .collect()
}

impl Codes {
    /// The passage and the code of each vector.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &[u64])> {
        let words = self
            .codes
            .len()
            .checked_div(self.passages.len())
            .unwrap_or(0);
        self.passages
            .iter()
            .copied()
            .zip(self.codes.chunks(words.max(1)))
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        (self.passages.len() + self.codes.len()) * size_of::<u64>() + size_of::<Self>()
    }
}

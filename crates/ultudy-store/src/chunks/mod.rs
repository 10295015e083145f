//! Chunks: the passages that search finds, with the inverted index over their terms.
//!
//! The index only finds candidates, the latest first and never more than asked for; how
//! well each answers is computed from its tokens (`ultudy_domain::search::rank`). So both
//! databases give the same hits in the same order, though they count nothing alike.

use ultudy_domain::search::{Indexed, rank::Collection};
use uuid::Uuid;

use crate::{
    Result, SystemTx, TenantTx,
    db::{Connection, FromRow, Row, Sql, binds},
    embeddings,
};

mod matching;

pub use matching::{Key, Match};
use matching::{Matching, index_text};

/// A passage to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChunk {
    /// Its section.
    pub section_id: Uuid,
    /// First page.
    pub page_start: i32,
    /// Last page.
    pub page_end: i32,
    /// Its text.
    pub content: String,
    /// Its terms.
    pub indexed: Indexed,
}

/// A passage that may be a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number; later ones are higher.
    pub number: i64,
    /// Its terms, as `ultudy_domain::search::rank::Ranker` reads them.
    pub tokens: String,
    /// How many there are.
    pub words: i64,
}

/// A hit as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its number.
    pub number: i64,
    /// Its document.
    pub document_id: Uuid,
    /// The document's title.
    pub document_title: String,
    /// The document's language, if it could be told.
    pub language: Option<String>,
    /// Its section.
    pub section_id: Uuid,
    /// The section's name.
    pub section_name: String,
    /// First page.
    pub page_start: i32,
    /// Last page.
    pub page_end: i32,
    /// Its text.
    pub content: String,
}

/// All that an owner can search.
#[derive(Debug, Clone, PartialEq)]
pub struct Searchable {
    /// Its size.
    pub collection: Collection,
    /// The languages of its documents; none stands for those that could not be told.
    pub languages: Vec<Option<String>>,
    /// Documents that wait to be read into the index.
    pub pending: i64,
}

/// Where to search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Within {
    /// In this course.
    pub course_id: Option<Uuid>,
    /// In this document.
    pub document_id: Option<Uuid>,
}

impl FromRow for Candidate {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            tokens: row.get("tokens")?,
            words: row.get("words")?,
        })
    }
}

impl FromRow for Chunk {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            document_id: row.get("document_id")?,
            document_title: row.get("title")?,
            language: row.get("language")?,
            section_id: row.get("section_id")?,
            section_name: row.get("name")?,
            page_start: row.get("page_start")?,
            page_end: row.get("page_end")?,
            content: row.get("content")?,
        })
    }
}

/// Reads a document into the index; its sections are stored before. A document that is
/// there already is a conflict, one that was pending no longer is.
pub async fn insert_all(
    tx: &mut TenantTx,
    document_id: Uuid,
    language: Option<&str>,
    chunks: &[NewChunk],
) -> Result<()> {
    let words: i64 = chunks.iter().map(NewChunk::words).sum();
    let count = i64::try_from(chunks.len()).unwrap_or(i64::MAX);
    let placed = tx
        .execute(
            "INSERT INTO document_index (owner_id, document_id, pending, language, chunks, words)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (owner_id, document_id) DO UPDATE SET
                pending = excluded.pending, language = excluded.language,
                chunks = excluded.chunks, words = excluded.words
            WHERE document_index.pending",
            binds![document_id, false, language, count, words],
        )
        .await?;
    if placed == 0 {
        return Err(crate::StoreError::conflict("the document is in the index"));
    }
    for chunk in chunks {
        insert(tx, document_id, chunk).await?;
    }
    embeddings::await_vectors(tx, document_id).await
}

async fn insert(tx: &mut TenantTx, document_id: Uuid, chunk: &NewChunk) -> Result<()> {
    let number: i64 = tx
        .one(
            "INSERT INTO chunks (owner_id, document_id, section_id, page_start, page_end, words,
                tokens, content)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            RETURNING number",
            binds![
                document_id,
                chunk.section_id,
                chunk.page_start,
                chunk.page_end,
                chunk.words(),
                chunk.indexed.tokens,
                chunk.content
            ],
        )
        .await?;
    let terms = terms_text(tx.owner_id(), document_id, &chunk.indexed);
    let sql = Sql::pair(
        "INSERT INTO chunk_terms (rowid, terms)
        SELECT number, $3 FROM chunks WHERE owner_id = $1 AND number = $2",
        "INSERT INTO chunk_terms (owner_id, number, terms)
        VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))",
    );
    tx.execute(sql, binds![number, terms]).await?;
    Ok(())
}

/// Stores the terms ([`terms_text`]) of passages of these numbers, all at once.
pub(crate) async fn insert_terms(
    connection: &mut Connection,
    owner_id: &str,
    numbers: &[i64],
    terms: &[String],
) -> Result<()> {
    // SQLite would look through all passages of the owner first, and through the rows for each.
    let sql = Sql::pair(
        "INSERT INTO chunk_terms (rowid, terms)
        SELECT c.number, r.value ->> 1 FROM json_each($2) r
        CROSS JOIN chunks c ON c.owner_id = $1 AND c.number = r.value ->> 0",
        "INSERT INTO chunk_terms (owner_id, number, terms)
        SELECT $1, CAST(r.value ->> 0 AS bigint),
            array_to_tsvector(string_to_array(r.value ->> 1, ' '))
        FROM jsonb_array_elements($2) r",
    );
    let rows: Vec<_> = numbers.iter().zip(terms).collect();
    let rows = serde_json::json!(rows);
    connection.execute(sql, binds![owner_id, rows]).await?;
    Ok(())
}

/// A passage's terms as the inverted index takes them.
pub(crate) fn terms_text(owner_id: &str, document_id: Uuid, indexed: &Indexed) -> String {
    let terms = indexed.terms.iter().flat_map(|(term, is_strong)| {
        let strong = is_strong.then(|| Key::Strong(term.clone()));
        [Key::Term(term.clone())].into_iter().chain(strong)
    });
    index_text(owner_id, terms.chain([Key::Document(document_id)]))
}

impl NewChunk {
    fn words(&self) -> i64 {
        i64::try_from(self.indexed.length).unwrap_or(i64::MAX)
    }
}

/// What the owner can search, all of it.
pub async fn searchable(tx: &mut TenantTx) -> Result<Searchable> {
    let rows = tx
        .rows(
            "SELECT language, CAST(sum(chunks) AS bigint) AS chunks,
                CAST(sum(words) AS bigint) AS words,
                CAST(sum(CASE WHEN pending THEN 1 ELSE 0 END) AS bigint) AS pending
            FROM document_index WHERE owner_id = $1 GROUP BY language ORDER BY language",
            &[],
        )
        .await?;
    let mut all = Searchable {
        collection: Collection {
            passages: 0,
            length: 0,
        },
        languages: Vec::new(),
        pending: 0,
    };
    for row in &rows {
        all.collection.passages += row.get::<i64, _>("chunks")?;
        all.collection.length += row.get::<i64, _>("words")?;
        all.pending += row.get::<i64, _>("pending")?;
        all.languages.push(row.get("language")?);
    }
    // SQLite sorts what is absent first, PostgreSQL last.
    all.languages.sort();
    Ok(all)
}

/// How many of the owner's passages fulfil a condition, counted up to `limit`.
pub async fn count(tx: &mut TenantTx, condition: &Match, limit: i64) -> Result<i64> {
    // SQLite's index has no column for the owner: the condition's terms begin with its key.
    let sql = Sql::pair(
        "SELECT count(*) FROM (
            SELECT 1 FROM (SELECT $1 AS owner_id) CROSS JOIN chunk_terms
            WHERE chunk_terms MATCH $2 LIMIT $3)",
        "SELECT count_matching_passages(owner_id => $1, condition => $2::tsquery, most => $3)",
    );
    let matching = Matching::new(tx.owner_id(), condition);
    tx.one(sql, binds![matching, limit]).await
}

// SQLite's index is read backwards, and only as far as needed: it has its rows in the order of their numbers.
// PostgreSQL's tells all matches, in no order, so the latest are taken of its own small rows before anything
// else is read of them. All are visible, for a document comes into the index as it is published.
macro_rules! latest {
    ($sqlite:literal, $postgres:literal) => {
        Sql::pair(
            concat!(
                "SELECT c.number, c.tokens, c.words FROM chunk_terms f
                CROSS JOIN chunks c ON c.number = f.rowid
                CROSS JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id
                WHERE chunk_terms MATCH $2 AND c.owner_id = $1 AND d.published",
                $sqlite
            ),
            concat!(
                "SELECT c.number, c.tokens, c.words
                FROM matching_passages($1, $2::tsquery, $3) f (number)
                JOIN chunks c ON c.number = f.number
                JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id
                WHERE c.owner_id = $1 AND d.published",
                $postgres
            ),
        )
    };
}

/// The latest passages of visible documents that fulfil a condition.
pub async fn candidates(
    tx: &mut TenantTx,
    condition: &Match,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let sql = latest!(" ORDER BY f.rowid DESC LIMIT $3", " ORDER BY c.number DESC");
    let matching = Matching::new(tx.owner_id(), condition);
    tx.all(sql, binds![matching, limit]).await
}

/// The latest of a course, of no more than `matches` that fulfil the condition anywhere.
pub async fn candidates_of_course(
    tx: &mut TenantTx,
    condition: &Match,
    course_id: Uuid,
    (matches, limit): (i64, i64),
) -> Result<Vec<Candidate>> {
    let sql = latest!(
        " AND d.course_id = $4 ORDER BY f.rowid DESC LIMIT min($3, $5)",
        " AND d.course_id = $4 ORDER BY c.number DESC LIMIT $5"
    );
    let matching = Matching::new(tx.owner_id(), condition);
    tx.all(sql, binds![matching, matches, course_id, limit])
        .await
}

/// The passages of these numbers, in no order.
pub async fn find_many(tx: &mut TenantTx, numbers: &[i64]) -> Result<Vec<Chunk>> {
    macro_rules! select {
        () => {
            "SELECT c.number, c.document_id, c.section_id, c.page_start, c.page_end, c.content,
                d.title, s.name, i.language
            FROM chunks c
            JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id
            JOIN sections s ON s.owner_id = c.owner_id AND s.id = c.section_id
            JOIN document_index i ON i.owner_id = c.owner_id AND i.document_id = c.document_id
            WHERE c.owner_id = $1 AND c.number "
        };
    }
    let sql = Sql::pair(
        concat!(select!(), "IN (SELECT value FROM json_each($2))"),
        concat!(
            select!(),
            "= ANY (ARRAY(SELECT value::bigint FROM jsonb_array_elements_text($2)))"
        ),
    );
    tx.all(sql, binds![serde_json::json!(numbers)]).await
}

/// Documents of any owners that wait to be read into the index: owner and id.
pub async fn pending(tx: &mut SystemTx, limit: i64) -> Result<Vec<(String, Uuid)>> {
    let rows = tx
        .connection()
        .rows(
            "SELECT owner_id, document_id FROM document_index WHERE pending
            ORDER BY owner_id, document_id LIMIT $1"
                .into(),
            binds![limit],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.get("owner_id")?, row.get("document_id")?)))
        .collect()
}

/// Whether the owner's document still waits for the index; until the transaction, which
/// must be one that writes, ends, nobody else is told so.
pub async fn lock_pending(tx: &mut TenantTx, document_id: Uuid) -> Result<bool> {
    macro_rules! waiting {
        () => {
            "SELECT document_id FROM document_index
            WHERE owner_id = $1 AND document_id = $2 AND pending"
        };
    }
    // A transaction that writes has SQLite to itself.
    let sql = Sql::pair(waiting!(), concat!(waiting!(), " FOR UPDATE"));
    Ok(!tx.rows(sql, binds![document_id]).await?.is_empty())
}

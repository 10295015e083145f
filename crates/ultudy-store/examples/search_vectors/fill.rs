//! Rows as the program leaves them: some documents by its own reading and store, the others copied from
//! them by the database, all with vectors of their own.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use ultudy_domain::search::vector;
use ultudy_store::{PostgresConfig, Store, StoreConfig};
use uuid::Uuid;

use crate::{
    made,
    text::{self, Chance, Result},
};

/// Who has most of it, and what the others are called.
const MANY: &str = "many";
/// Whose vectors they are: as the program calls the model that it is told to ask.
const MODEL: &str = "compatible:made";
/// Documents that are read and stored by the program's own code.
const READ: u64 = 100;
/// About a thousand characters: what one vector is made of.
const WORDS_A_PAGE: usize = 150;
const QUERIES: usize = 400;
/// Bytes of rows that are sent to the database at once.
const SENT: usize = 1 << 20;

/// What `copies` takes: passages as they were read, their terms without their owner's key.
const PREPARE: &str = "
    CREATE TABLE read_documents AS
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM documents;
    CREATE TABLE read_chunks AS
        SELECT c.*, d.place, row_number() OVER (ORDER BY c.number) AS nth,
            ARRAY(SELECT substr(l, 13) FROM unnest(tsvector_to_array(t.terms)) l
                WHERE substr(l, 13, 1) <> 'd') AS plain
        FROM chunks c JOIN chunk_terms t USING (owner_id, number)
        JOIN read_documents d ON d.id = c.document_id;
    CREATE INDEX ON read_chunks (nth);
    ANALYZE read_chunks;
    CREATE FUNCTION copied(id uuid, copy bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
        RETURN md5(id::text || copy::text)::uuid;
    CREATE FUNCTION owner_key(owner text) RETURNS text LANGUAGE sql IMMUTABLE
        RETURN left(encode(sha256(convert_to(owner, 'UTF8')), 'hex'), 12);
    DROP INDEX chunk_terms_gin;
    TRUNCATE chunk_vectors, document_embeddings;
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '1GB'";

/// The copy of number `$copy` of all documents that were read; each of the owner that `$owner` names.
const COPY: &str = "
    INSERT INTO documents SELECT n.* FROM read_documents r JOIN documents d USING (id),
        jsonb_populate_record(d, jsonb_build_object(
            'owner_id', $owner, 'id', copied(d.id, $copy), 'title', d.title || ' $copy')) n;
    INSERT INTO sections SELECT n.* FROM read_documents r JOIN sections s ON s.document_id = r.id,
        jsonb_populate_record(s, jsonb_build_object(
            'owner_id', $owner, 'id', copied(s.id, $copy), 'document_id', copied(r.id, $copy),
            'markdown', '')) n;
    INSERT INTO document_index SELECT n.* FROM read_documents r
        JOIN document_index i ON i.document_id = r.id,
        jsonb_populate_record(i, jsonb_build_object(
            'owner_id', $owner, 'document_id', copied(r.id, $copy))) n;
    INSERT INTO chunks (owner_id, number, document_id, section_id, page_start, page_end, words, tokens,
            content)
        SELECT $owner, $first + nth, copied(document_id, $copy), copied(section_id, $copy), page_start,
            page_end, words, tokens, content
        FROM read_chunks r ORDER BY nth;
    INSERT INTO chunk_terms (owner_id, number, terms)
        SELECT $owner, $first + nth, array_to_tsvector(
            ARRAY(SELECT owner_key($owner) || l FROM unnest(plain) l)
            || (owner_key($owner) || 'd' || replace(copied(document_id, $copy)::text, '-', '')))
        FROM read_chunks r ORDER BY nth";

/// Fills the database.
pub async fn fill(url: &str, superuser_url: &str, (passages, owners): (u64, u64)) -> Result<()> {
    let config = StoreConfig::Postgres(PostgresConfig::new(url.to_owned()));
    let store = Store::open(&config).await?;
    let mut random = Chance(7);
    let words = text::vocabulary();
    let mut queries = std::collections::BTreeSet::new();
    for number in 0..usize::try_from(READ)? {
        let pages = text::pages(&mut random, &words, WORDS_A_PAGE);
        text::load(&store, MANY, number, &pages).await?;
        for _ in 0..QUERIES.div_ceil(100) {
            queries.insert(text::query(&mut random, &pages));
        }
    }
    drop(store);
    for query in queries {
        println!("{query}");
    }
    let mut connection = PgConnection::connect(superuser_url).await?;
    connection.execute(PREPARE).await?;
    let read: i64 = sqlx::query_scalar("SELECT count(*) FROM read_chunks")
        .fetch_one(&mut connection)
        .await?;
    let read = read.cast_unsigned();
    let of_many = passages / read;
    for copy in 1..of_many {
        copies(&mut connection, copy, read, &format!("'{MANY}'")).await?;
    }
    for group in 0..owners / READ {
        let owner = format!("('reader-' || ({} + r.place))", group * READ);
        copies(&mut connection, of_many.max(1) + group, read, &owner).await?;
    }
    connection
        .execute("CREATE INDEX chunk_terms_gin ON chunk_terms USING gin (terms)")
        .await?;
    vectors(&mut connection).await?;
    connection
        .execute("DROP TABLE read_chunks, read_documents")
        .await?;
    connection.execute("VACUUM (ANALYZE)").await?;
    Ok(())
}

async fn copies(connection: &mut PgConnection, copy: u64, read: u64, owner: &str) -> Result<()> {
    let sql = COPY
        .replace("$owner", owner)
        .replace("$copy", &copy.to_string())
        .replace("$first", &(copy * read).to_string());
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
        .await?;
    Ok(())
}

/// A document, and the numbers of its passages: the first, and how many follow each other.
struct Document {
    owner_id: String,
    id: Uuid,
    first: i64,
    count: i64,
}

/// Gives each passage a vector, all of one model.
async fn vectors(connection: &mut PgConnection) -> Result<()> {
    let rows = sqlx::query(
        "SELECT owner_id, document_id, min(number) AS first, count(*) AS count FROM chunks
        GROUP BY owner_id, document_id ORDER BY first",
    )
    .fetch_all(&mut *connection)
    .await?;
    let documents: Vec<Document> = rows
        .iter()
        .map(|row| Document {
            owner_id: row.get("owner_id"),
            id: row.get("document_id"),
            first: row.get("first"),
            count: row.get("count"),
        })
        .collect();
    for some in documents.chunks(1_000) {
        let (mut of_documents, mut of_passages) = (String::new(), Vec::new());
        for document in some {
            let mut rows = String::new();
            rows_of(document, &mut of_documents, &mut rows)?;
            of_passages.push(rows);
        }
        let into =
            "COPY document_embeddings (owner_id, number, document_id, model, passages, codes)
            FROM STDIN";
        send(connection, into, &[of_documents]).await?;
        let into = "COPY chunk_vectors (owner_id, number, embedding, vectors) FROM STDIN";
        send(connection, into, &of_passages).await?;
    }
    Ok(())
}

fn rows_of(document: &Document, of_document: &mut String, of_passages: &mut String) -> Result<()> {
    let Document {
        owner_id,
        id,
        first,
        count,
    } = document;
    let (mut passages, mut codes) = (Vec::new(), Vec::new());
    for number in *first..first + count {
        let made = made::passage(number.cast_unsigned());
        passages.extend(number.to_le_bytes());
        codes.extend(vector::code(&made).into_iter().flat_map(u64::to_le_bytes));
        let bytes = vector::bytes(&made).ok_or("a vector that says nothing")?;
        // Its number is its first passage's.
        writeln!(
            of_passages,
            "{owner_id}\t{number}\t{first}\t\\\\x{}",
            hex::encode(bytes)
        )?;
    }
    writeln!(
        of_document,
        "{owner_id}\t{first}\t{id}\t{MODEL}\t\\\\x{}\t\\\\x{}",
        hex::encode(passages),
        hex::encode(codes)
    )?;
    Ok(())
}

/// Sends rows as COPY takes them.
pub async fn send(connection: &mut PgConnection, into: &str, rows: &[String]) -> Result<()> {
    let mut copy = connection.copy_in_raw(into).await?;
    for some in rows.iter().flat_map(|rows| rows.as_bytes().chunks(SENT)) {
        copy.send(some).await?;
    }
    copy.finish().await?;
    Ok(())
}

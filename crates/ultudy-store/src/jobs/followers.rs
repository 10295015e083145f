//! Jobs that wait for another's generation, ended together: a few hundred a transaction, each by its
//! own owner's statements.

use ultudy_domain::{
    Timestamp,
    job::{Job, JobFailure},
    lesson::LessonContent,
};
use uuid::Uuid;

use super::{Waiting, columns};
use crate::{
    OwnersTx, Read, Result, StoreError, Write,
    concepts::ConceptName,
    db::{FromRow, Row, Sql, binds},
    lessons::{self, NewLesson},
    llm_calls,
    read::{self, Statement, own_binds},
};

/// What a follower's lesson is to teach, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    /// The document, which is visible.
    pub document_id: Uuid,
    /// Its section, with its name; none for the whole document.
    pub section: Option<(Uuid, String)>,
    /// The variant that its lesson is to be.
    pub variant: i32,
    /// The lesson, if there is one by now.
    pub lesson_id: Option<Uuid>,
    /// The names of the document's concepts.
    pub names: Vec<ConceptName>,
}

/// How a follower ends well.
#[derive(Debug, Clone, PartialEq)]
pub struct Completed {
    /// The follower.
    pub job: Waiting,
    /// The lesson to store, and the names of its document's concepts; none if there was one.
    pub lesson: Option<(NewLesson, Vec<ConceptName>)>,
    /// Whether that saves asking a model, and is to be counted so.
    pub is_saved: bool,
    /// What the job came to.
    pub result: serde_json::Value,
}

/// Followers of a key that nobody leads but for the job `ending`, in the order of their ids, at most so
/// many behind `after`. Until the transaction ends nobody else ends them.
pub async fn hold_followers(
    tx: &mut OwnersTx,
    key: &str,
    (ending, after): (Option<Uuid>, Uuid),
    at_most: u32,
) -> Result<Vec<Waiting>> {
    macro_rules! followers {
        () => {
            "SELECT id, owner_id, status, priority, run_at FROM jobs
            WHERE waits_for = $1 AND status = 'queued' AND id > $2 AND NOT EXISTS (
                SELECT 1 FROM jobs leader
                WHERE leader.leads_for = $1 AND leader.status IN ('queued', 'processing')
                    AND ($4 IS NULL OR leader.id <> $4)
            )
            ORDER BY id
            LIMIT $3"
        };
    }
    let sql = Sql::pair(
        followers!(),
        concat!(followers!(), " FOR NO KEY UPDATE SKIP LOCKED"),
    );
    let binds = binds![key, after, i64::from(at_most), ending];
    tx.connection().all(sql, binds).await
}

/// The content of a key's generation, if it is made.
pub async fn generation(tx: &mut OwnersTx, key: &str) -> Result<Option<LessonContent>> {
    let sql = "SELECT content FROM generations WHERE key = $1";
    let rows = tx.connection().rows(sql.into(), binds![key]).await?;
    rows.first().map(|row| row.json("content")).transpose()
}

/// What each of these followers, whose owners differ, is to teach; none where that is gone. Until the
/// transaction ends nobody else names a concept of these documents. The owners come in order, so that
/// no two transactions wait for each other's documents.
pub async fn awaited(tx: &mut OwnersTx, of: &[Waiting]) -> Result<Vec<Option<Awaited>>> {
    let reads = of.iter().map(|job| {
        let read = read_place(job.id).and(read_names(job.id));
        (job.owner_id.clone(), read)
    });
    let read = tx.each(reads.collect()).await?;
    let awaited = read
        .into_iter()
        .map(|(place, names)| place.map(|place| Awaited { names, ..place }));
    Ok(awaited.collect())
}

/// Where a job's lesson belongs, without the names there.
#[must_use]
pub fn read_place(job_id: Uuid) -> Read<Option<Awaited>> {
    macro_rules! place {
        () => {
            "SELECT d.id, s.id, s.name, COALESCE(s.lesson_variant, d.lesson_variant), CASE
                WHEN j.section_id IS NULL THEN (
                    SELECT l.id FROM lessons l WHERE l.owner_id = $1 AND l.document_id = d.id
                        AND l.section_id IS NULL)
                ELSE (
                    SELECT l.id FROM lessons l WHERE l.owner_id = $1 AND l.section_id = j.section_id)
                END
            FROM jobs j
            JOIN documents d ON d.owner_id = $1 AND d.id = j.document_id AND d.published
            LEFT JOIN sections s ON s.owner_id = $1 AND s.id = j.section_id
                AND s.document_id = d.id
            WHERE j.owner_id = $1 AND j.id = $2 AND (j.section_id IS NULL OR s.id IS NOT NULL)"
        };
    }
    // A transaction that writes has SQLite to itself.
    let sql = Sql::pair(place!(), concat!(place!(), " FOR NO KEY UPDATE OF d"));
    read::first(Statement::new(sql, own_binds![job_id]))
}

/// The names of the concepts of a job's document.
#[must_use]
pub fn read_names(job_id: Uuid) -> Read<Vec<ConceptName>> {
    read::all(Statement::new(
        "SELECT c.id, c.lesson_id, c.name, c.section_id FROM concepts c
        JOIN jobs j ON j.owner_id = $1 AND j.id = $2
        WHERE c.owner_id = $1 AND c.document_id = j.document_id
        ORDER BY c.name",
        own_binds![job_id],
    ))
}

impl FromRow for Awaited {
    fn from_row(row: &Row) -> Result<Self> {
        let section_id: Option<Uuid> = row.get(1)?;
        let name: Option<String> = row.get(2)?;
        Ok(Self {
            document_id: row.get(0)?,
            section: section_id.zip(name),
            variant: row.get(3)?,
            lesson_id: row.get(4)?,
            names: Vec::new(),
        })
    }
}

/// Stores the lessons of followers, whose owners differ, and completes them; the jobs as they then
/// are.
pub async fn complete_followers(
    tx: &mut OwnersTx,
    key: &str,
    content: &LessonContent,
    all: &[Completed],
    now: Timestamp,
) -> Result<Vec<Job>> {
    let mut writes = Vec::with_capacity(all.len());
    for one in all {
        let lesson = match &one.lesson {
            Some((lesson, names)) => lessons::write(lesson, content, names, now)?,
            None => Write::of(()),
        };
        let reused = match one.is_saved {
            true => llm_calls::write_reused(key.to_owned(), now),
            false => Write::of(()),
        };
        let end = write_completed(one.job.id, key, one.result.clone(), now);
        writes.push((one.job.owner_id.clone(), lesson.and(reused).and(end)));
    }
    let ended = tx.each(writes).await?.into_iter();
    ended
        .map(|(((), ()), job)| {
            job.ok_or_else(|| StoreError::conflict("a follower has ended meanwhile"))
        })
        .collect()
}

/// Ends a follower well; the job as it then is, none if it does not wait for the key any more.
#[must_use]
pub fn write_completed(
    id: Uuid,
    key: &str,
    result: serde_json::Value,
    now: Timestamp,
) -> Write<Option<Job>> {
    read::first(Statement::new(
        concat!(
            "UPDATE jobs SET
                status = 'completed', waits_for = NULL, lease_token = NULL, lease_until = NULL,
                result = $4, progress = 100, stage = 'completed', failure_code = NULL,
                failure_message = NULL, completed_at = $5, version = version + 1
            WHERE owner_id = $1 AND id = $2 AND waits_for = $3 AND status = 'queued'
            RETURNING ",
            columns!()
        ),
        own_binds![id, key.to_owned(), result, now],
    ))
}

/// Counts an error of the leader's as each of these followers' own, who fail with it if it would be
/// the same again (`for_good`) or no try is left; the jobs as they then are.
pub async fn fail_followers(
    tx: &mut OwnersTx,
    key: &str,
    (failure, for_good): (&JobFailure, bool),
    all: &[Waiting],
    now: Timestamp,
) -> Result<Vec<Job>> {
    let writes = all.iter().map(|job| {
        let write = write_failed(job.id, key, (failure, for_good), now);
        (job.owner_id.clone(), write)
    });
    let jobs = tx.each(writes.collect()).await?;
    Ok(jobs.into_iter().flatten().collect())
}

/// See [`fail_followers`]; none if the job does not wait for the key any more.
#[must_use]
pub fn write_failed(
    id: Uuid,
    key: &str,
    (failure, for_good): (&JobFailure, bool),
    now: Timestamp,
) -> Write<Option<Job>> {
    macro_rules! if_it_fails {
        ($then:literal, $else:literal) => {
            concat!(
                "CASE WHEN $6 OR attempt + 1 >= max_attempts THEN ",
                $then,
                " ELSE ",
                $else,
                " END"
            )
        };
    }
    read::first(Statement::new(
        concat!(
            "UPDATE jobs SET
                status = ",
            if_it_fails!("'failed'", "status"),
            ", stage = ",
            if_it_fails!("'failed'", "stage"),
            ", waits_for = ",
            if_it_fails!("NULL", "waits_for"),
            ", completed_at = ",
            if_it_fails!("$7", "completed_at"),
            ", attempt = attempt + 1, failure_code = $4, failure_message = $5,
                version = version + 1
            WHERE owner_id = $1 AND id = $2 AND waits_for = $3 AND status = 'queued'
            RETURNING ",
            columns!()
        ),
        own_binds![
            id,
            key.to_owned(),
            failure.code.clone(),
            failure.message.clone(),
            for_good,
            now
        ],
    ))
}

/// Lets these followers be delivered like any other job. To be pushed after the commit.
pub async fn let_go(tx: &mut OwnersTx, ids: &[Uuid], now: Timestamp) -> Result<Vec<Waiting>> {
    let sql = Sql::pair(
        "UPDATE jobs SET waits_for = NULL, run_at = $2
        WHERE status = 'queued'
            AND id IN (SELECT unhex(replace(value, '-', '')) FROM json_each($1))
        RETURNING id, owner_id, status, priority, run_at",
        "UPDATE jobs SET waits_for = NULL, run_at = $2
        WHERE status = 'queued'
            AND id = ANY (ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1)))
        RETURNING id, owner_id, status, priority, run_at",
    );
    let binds = binds![serde_json::json!(ids), now];
    tx.connection().all(sql, binds).await
}

/// What a job leads for whose run this is: until the transaction ends nobody else starts it, and it does
/// not end. None if it leads for nothing, or the run is stale.
pub async fn led_by_run(
    tx: &mut OwnersTx,
    (owner_id, id): (&str, Uuid),
    run_token: Uuid,
) -> Result<Option<String>> {
    // The token is its owner's to see.
    let read = read_led_by_run(id, run_token);
    let led = tx.each(vec![(owner_id.to_owned(), read)]).await?;
    Ok(led.into_iter().flatten().next())
}

/// See [`led_by_run`].
#[must_use]
pub fn read_led_by_run(id: Uuid, run_token: Uuid) -> Read<Option<String>> {
    macro_rules! led {
        () => {
            "SELECT leads_for FROM jobs
            WHERE owner_id = $1 AND id = $2 AND run_token = $3 AND status = 'processing'"
        };
    }
    let sql = Sql::pair(led!(), concat!(led!(), " FOR SHARE"));
    let statement = Statement::new(sql, own_binds![id, run_token]);
    read::first(statement).map(|led: Option<Led>| led.and_then(|Led(key)| key))
}

/// What is led for, if anything is.
struct Led(Option<String>);

impl FromRow for Led {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(row.get(0)?))
    }
}

/// What a job leads for, or led for when it ended.
pub async fn led_by(tx: &mut crate::SystemTx, id: Uuid) -> Result<Option<String>> {
    let sql = "SELECT leads_for FROM jobs WHERE id = $1";
    let rows = tx.connection().rows(sql.into(), binds![id]).await?;
    match rows.first() {
        Some(row) => row.get("leads_for"),
        None => Ok(None),
    }
}

//! What is there afterwards, asked of the database, of Redis and of the bucket.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::{
    answers,
    faults::Processes,
    history::{self, Losses},
    students::Done,
};
use crate::fleet::Ground;

/// Without a further job ending, it is not waited for longer than this, nor in any case
/// than that.
const STANDSTILL: Duration = Duration::from_secs(120);
const ENDLESS: Duration = Duration::from_secs(900);

/// Jobs that are not final, or failed so that their student asks for them again: their workers vanished
/// three times, or the bucket failed them three times.
const OPEN: &str = "SELECT id, status, lost, attempt, worker_id FROM jobs j
    WHERE status IN ('queued', 'processing') OR (failure_code IN ('worker_lost', 'temporary')
        AND status = 'failed' AND EXISTS (
            SELECT FROM documents d WHERE d.id = j.document_id AND d.owner_id = j.owner_id))";

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Whatever should not be.
    pub wrong: Vec<String>,
    /// Jobs by type and end.
    pub jobs: Vec<String>,
    /// Workers that vanished under them.
    pub losses: Losses,
    /// How often one was given up since three had.
    pub given_up: String,
    /// Faults that met jobs that waited, ran, ended.
    pub met: [usize; 3],
    /// What became of the answers.
    pub answers: answers::Count,
    /// From a job's making to its end: median, 99th of 100, longest, in seconds.
    pub spans: String,
    /// Files that no row held, and that housekeeping has deleted once they were old.
    pub orphans: usize,
    /// Files in parts, and parts of them, that broke off: the bucket's own rule ends them.
    pub unfinished: usize,
}

pub fn rows(ground: &Ground, sql: &str) -> Vec<String> {
    let rows = ground.database.sql(sql).expect("it runs");
    rows.lines().map(str::to_owned).collect()
}

/// Waits until every job has its end, and a good one where its student still wants that, for as long
/// as some go on ending; those that have not.
pub async fn all_jobs_end(ground: &Ground) -> Vec<String> {
    let begun = Instant::now();
    let (mut ends, mut moved) = (history::ends(ground), begun);
    loop {
        let open = rows(ground, OPEN);
        if open.is_empty() {
            return open;
        }
        let now = history::ends(ground);
        if now > ends {
            (ends, moved) = (now, Instant::now());
        }
        if moved.elapsed() > STANDSTILL || begun.elapsed() > ENDLESS {
            let late = |job| format!("a job has not ended: {job}");
            return open.into_iter().map(late).collect();
        }
        sleep(Duration::from_millis(500)).await;
    }
}

pub async fn audit(ground: &Ground, done: &Done, processes: &mut Processes) -> Found {
    let suffered = &processes.suffered;
    let mut found = Found {
        wrong: done.wrong.clone(),
        jobs: rows(
            ground,
            "SELECT job_type, status || coalesce(': ' || failure_code, ''), count(*)
            FROM jobs GROUP BY 1, 2 ORDER BY 1, 2",
        ),
        losses: history::losses(ground, suffered),
        given_up: history::given_up(ground),
        met: history::met(ground, suffered),
        spans: rows(
            ground,
            "SELECT string_agg(round(span::numeric, 1)::text, ', ' ORDER BY span) FROM (
                SELECT unnest(percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY
                    extract(epoch FROM completed_at - created_at))) AS span
                FROM jobs WHERE status = 'completed') of_each",
        )
        .concat(),
        ..Found::default()
    };
    found.wrong.extend(found.losses.neither.iter().cloned());
    stored(ground, done, &mut found);
    files(ground, processes, &mut found).await;
    redis(ground, &mut found);
    found
}

/// What the database has is what students were told, once.
pub fn stored(ground: &Ground, done: &Done, found: &mut Found) {
    promised(ground, done, found);
    once(ground, found);
    found.answers = answers::audit(ground, done, &mut found.wrong);
}

/// Whoever was promised a job has its end, and it is a good one.
fn promised(ground: &Ground, done: &Done, found: &mut Found) {
    let stored: BTreeSet<String> = rows(ground, "SELECT id FROM jobs").into_iter().collect();
    for lost in done.jobs.difference(&stored) {
        found.wrong.push(format!("job {lost} is lost"));
    }
    // Its student has deleted what it was for.
    let bad = "SELECT job_type, id, document_id, failure_code, lost, attempt, failure_message
        FROM jobs j WHERE status = 'failed' AND failure_code <> 'document_gone' AND EXISTS (
            SELECT FROM documents d WHERE d.id = j.document_id AND d.owner_id = j.owner_id)";
    for job in rows(ground, bad) {
        found.wrong.push(format!("a job did not end well: {job}"));
    }
    // Gone only where a student asked for it.
    let without = "SELECT document_id FROM jobs j WHERE job_type = 'upload_pdf'
        AND status = 'completed' AND NOT EXISTS (
            SELECT FROM documents d WHERE d.id = j.document_id AND d.owner_id = j.owner_id)";
    for document in rows(ground, without) {
        if !done.gone.contains(&document) {
            found.wrong.push(format!("document {document} is lost"));
        }
    }
    let without = "SELECT result ->> 'lesson_id' FROM jobs j WHERE job_type = 'generate_lesson'
        AND status = 'completed' AND section_id IS NOT NULL AND EXISTS (
            SELECT FROM documents d WHERE d.id = j.document_id AND d.owner_id = j.owner_id)
        AND NOT EXISTS (SELECT FROM lessons l WHERE l.owner_id = j.owner_id
            AND l.id::text = j.result ->> 'lesson_id' AND l.section_id = j.section_id)";
    for lesson in rows(ground, without) {
        if !done.gone_lessons.contains(&lesson) {
            found.wrong.push(format!("lesson {lesson} is lost"));
        }
    }
}

/// Whose effect happened twice would have more than others with the same text.
fn once(ground: &Ground, found: &mut Found) {
    for (what, sql) in [
        (
            "documents of one text differ in sections or passages",
            "SELECT pages, count(*) FROM (
                SELECT DISTINCT d.pages,
                    (SELECT count(*) FROM sections s WHERE s.document_id = d.id) AS sections,
                    (SELECT count(*) FROM chunks c WHERE c.document_id = d.id) AS chunks
                FROM documents d WHERE d.published) shapes
            GROUP BY pages HAVING count(*) > 1",
        ),
        (
            "lessons of one generation differ in concepts or questions",
            "SELECT generation_key, count(*) FROM (
                SELECT DISTINCT l.generation_key,
                    (SELECT count(*) FROM concepts c WHERE c.lesson_id = l.id) AS concepts,
                    (SELECT count(*) FROM check_ins q WHERE q.lesson_id = l.id) AS questions
                FROM lessons l) shapes
            GROUP BY 1 HAVING count(*) > 1",
        ),
        (
            "an upload that completed twice",
            "SELECT document_id FROM jobs WHERE job_type = 'upload_pdf' AND status = 'completed'
            GROUP BY 1 HAVING count(*) > 1",
        ),
        (
            "contents whose holders are counted wrong",
            "SELECT sha256, holders FROM blobs b WHERE holders <> (
                SELECT count(*) FROM documents d WHERE d.sha256 = b.sha256) + (
                SELECT count(*) FROM figures f WHERE f.sha256 = b.sha256)",
        ),
        (
            "a document that is half there: its id, its sections, its jobs",
            "SELECT id, (SELECT count(*) FROM sections s WHERE s.document_id = d.id), (
                SELECT string_agg(concat_ws(' ', j.job_type, j.id, j.status, j.failure_code,
                    'lost', j.lost, 'attempt', j.attempt), '; ')
                FROM jobs j WHERE j.document_id = d.id)
            FROM documents d WHERE NOT published AND NOT EXISTS (
                SELECT FROM jobs j WHERE j.document_id = d.id
                AND j.status IN ('queued', 'processing'))",
        ),
        (
            "jobs that still run or hold a lease",
            "SELECT id, status FROM jobs WHERE run_token IS NOT NULL
                AND status NOT IN ('completed', 'failed', 'cancelled')",
        ),
    ] {
        for row in rows(ground, sql) {
            found.wrong.push(format!("{what}: {row}"));
        }
    }
}

/// Every content that a row holds is there, and once it is old enough to be swept nothing else.
async fn files(ground: &Ground, processes: &mut Processes, found: &mut Found) {
    let keys: BTreeSet<String> = rows(ground, "SELECT object_key FROM blobs")
        .into_iter()
        .collect();
    let there = processes.s3.keys();
    for lost in keys.iter().filter(|key| !there.contains(key)) {
        found.wrong.push(format!("the file {lost} is lost"));
    }
    found.orphans = there.iter().filter(|key| !keys.contains(*key)).count();
    found.unfinished = processes.s3.unfinished();
    let left = processes.swept(keys.len()).await;
    for orphan in left.iter().filter(|key| !keys.contains(*key)) {
        found.wrong.push(format!("the file {orphan} has no owner"));
    }
    for swept in keys.iter().filter(|key| !left.contains(key)) {
        found.wrong.push(format!("the file {swept} was swept"));
    }
}

/// No key but those that are explained; none of a job without a row; none that never ends but a
/// queue's own.
fn redis(ground: &Ground, found: &mut Found) {
    let cli = |words: &[&str]| ground.redis.cli(words).expect("Redis answers");
    let jobs: BTreeSet<String> = rows(ground, "SELECT id FROM jobs").into_iter().collect();
    for key in cli(&["KEYS", "*"]).lines() {
        let never_ends = || cli(&["PTTL", key]) == "-1";
        if key.starts_with("ultudy:") {
            if never_ends() {
                found.wrong.push(format!("the key {key} never ends"));
            }
            continue;
        }
        let of_queue = ["bull:upload-processing:", "bull:lesson-generation:"]
            .iter()
            .find_map(|queue| key.strip_prefix(queue));
        match of_queue {
            Some("id" | "completed" | "failed" | "meta" | "stalled-check" | "stalled") => {}
            Some(name) if name.starts_with("ultudy:") => {
                if never_ends() {
                    found.wrong.push(format!("the key {key} never ends"));
                }
            }
            Some(job) if jobs.contains(job) => {}
            _ => found.wrong.push(format!("the key {key} has no owner")),
        }
    }
}

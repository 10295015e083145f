//! What is there afterwards, asked of the database, of Redis and of the folder of files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    time::Duration,
};

use tokio::time::sleep;

use super::students::Done;
use crate::fleet::Ground;

/// Codes with which a job may fail here, and why.
const ALLOWED: [(&str, &str); 2] = [
    ("worker_lost", "its workers were killed three times"),
    ("document_gone", "its student deleted the document"),
];

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Whatever should not be.
    pub wrong: Vec<String>,
    /// Jobs by type and end.
    pub jobs: Vec<String>,
    /// Of those that ran: workers that vanished under them.
    pub lost_workers: String,
    /// From a job's making to its end: median, 99th of 100, longest, in seconds.
    pub spans: String,
    /// Files that no row holds, left for housekeeping.
    pub orphans: usize,
}

fn rows(ground: &Ground, sql: &str) -> Vec<String> {
    let rows = ground.database.sql(sql).expect("it runs");
    rows.lines().map(str::to_owned).collect()
}

/// Waits until every row is in a final state.
pub async fn all_jobs_end(ground: &Ground) {
    let open = "SELECT 1 FROM jobs WHERE status IN ('queued', 'processing') LIMIT 1";
    while !rows(ground, open).is_empty() {
        sleep(Duration::from_millis(500)).await;
    }
}

pub fn audit(ground: &Ground, done: &Done) -> Found {
    let mut found = Found {
        wrong: done.wrong.clone(),
        jobs: rows(
            ground,
            "SELECT job_type, status || coalesce(': ' || failure_code, ''), count(*)
            FROM jobs GROUP BY 1, 2 ORDER BY 1, 2",
        ),
        lost_workers: rows(ground, "SELECT coalesce(sum(lost), 0) FROM jobs").concat(),
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
    promised(ground, done, &mut found);
    once(ground, &mut found);
    files(ground, &mut found);
    redis(ground, &mut found);
    found
}

/// Whoever was promised a job has its end, and it is a good one.
fn promised(ground: &Ground, done: &Done, found: &mut Found) {
    let stored: BTreeSet<String> = rows(ground, "SELECT id FROM jobs").into_iter().collect();
    for lost in done.jobs.difference(&stored) {
        found.wrong.push(format!("job {lost} is lost"));
    }
    let bad = "SELECT failure_code, id, failure_message FROM jobs
        WHERE status NOT IN ('completed', 'cancelled')";
    for job in rows(ground, bad) {
        let code = job.split('|').next().unwrap_or_default();
        if !ALLOWED.iter().any(|(allowed, _)| *allowed == code) {
            found.wrong.push(format!("job {job} did not end well"));
        }
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
            "documents that are half there",
            "SELECT id FROM documents d WHERE NOT published AND NOT EXISTS (
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

/// Every content that a row holds is there.
fn files(ground: &Ground, found: &mut Found) {
    let keys: BTreeSet<String> = rows(ground, "SELECT object_key FROM blobs")
        .into_iter()
        .collect();
    for key in &keys {
        if !ground.files().join(key).is_file() {
            found.wrong.push(format!("the file {key} is lost"));
        }
    }
    found.orphans = count(ground.files()).saturating_sub(keys.len());
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let count_of = |path: &Path| if path.is_dir() { count(path) } else { 1 };
    entries.map(|entry| count_of(&entry.path())).sum()
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

/// For people.
pub fn report(
    seed: u64,
    seconds: u64,
    faults: &[&str],
    done: &Done,
    found: &Found,
    settling: Duration,
) -> String {
    let mut report = String::from(
        "# Soak\n\nTwo APIs and three workers over PostgreSQL (through PgBouncer), Redis and a folder of files, the first two reached through proxies; twelve students upload, ask for lessons, read and delete at either API, and try again what fails. Meanwhile one fault after the other, by chance. Then it is left alone, and counted. Written by `cargo xtask soak`.\n\n",
    );
    let mut line = |what: &str, value: String| {
        writeln!(report, "| {what} | {value} |").expect("writing to memory");
    };
    line("What", "Value".into());
    line("---", "---".into());
    line("seed", seed.to_string());
    line("minutes", format!("{:.1}", seconds as f64 / 60.0));
    let mut by_name = BTreeMap::new();
    for fault in faults {
        *by_name.entry(*fault).or_insert(0) += 1;
    }
    for (name, count) in by_name {
        line(name, count.to_string());
    }
    line("uploads accepted", done.uploads.to_string());
    line("lessons asked for", done.lessons_asked_for.to_string());
    line("lessons read", done.lessons_read.to_string());
    line("documents and lessons deleted", done.deleted.to_string());
    line("requests put off or not answered", done.put_off.to_string());
    line(
        "longest wait for one answer",
        format!("{:.1} s", done.longest_wait.as_secs_f64()),
    );
    line("jobs promised", done.jobs.len().to_string());
    for jobs in &found.jobs {
        let mut words = jobs.split('|');
        let mut next = || words.next().unwrap_or_default();
        let what = format!("{} {}", next(), next());
        line(&what, next().to_owned());
    }
    line("workers lost under a job", found.lost_workers.clone());
    line(
        "job made → completed: median, 99 %, longest",
        format!("{} s", found.spans),
    );
    line(
        "all ended, once left alone, after",
        format!("{:.1} s", settling.as_secs_f64()),
    );
    line("files for housekeeping", found.orphans.to_string());
    line(
        "lost, done twice, half there, left over",
        found.wrong.len().to_string(),
    );
    report
}

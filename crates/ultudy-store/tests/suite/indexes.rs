//! That what runs all the time finds its rows by an index, however many there are.

use std::time::Duration;

use ultudy_domain::job::{JobStatus, QueueName};
use ultudy_engines::queue::{End, Queue};
use ultudy_store::{
    Page, Store,
    chunks::Within,
    jobs::{self, JobFilter},
    queue::TableQueue,
    search,
};
use ultudy_testkit::wait;

use crate::{
    bench::{Bench, Database},
    fixtures::{ALICE, at, id, job, store_searchable},
};

/// 20,000 waiting low jobs and 20,000 finished ones, of 200 owners and of Alice: in a small
/// table, reading all of it would be right.
const BACKLOG: &str = "
    INSERT INTO jobs (id, owner_id, job_type, queue, status, priority, document_id, dedupe_key,
        progress, stage, data, attempt, max_attempts, lost, run_at, version, created_at)
    SELECT gen_random_uuid(), CASE n % 201 WHEN 200 THEN 'alice' ELSE 'owner-' || n % 201 END,
        'upload_pdf', 'upload-processing', CASE WHEN n % 2 = 0 THEN 'queued' ELSE 'completed' END,
        3, gen_random_uuid(), 'key ' || n, 0, '', '{}', 0, 3, 0,
        to_timestamp(1900000000) + n * interval '1 ms', 1,
        to_timestamp(1900000000) + n * interval '1 ms'
    FROM generate_series(1, 40000) n";

#[tokio::test]
async fn neither_dispatch_nor_lists_read_the_whole_table() {
    let Bench { store, database } = Bench::postgres().await;
    let Database::Postgres { server, name } = &database else {
        unreachable!()
    };
    server.sql(name, BACKLOG).unwrap();
    server.sql(name, "VACUUM ANALYZE jobs").unwrap();
    let before = scans(&database).await;

    let queue = TableQueue::new(store.clone());
    for n in 1..=20 {
        job_life(&store, &queue, n).await;
    }
    let mut tx = store.write(ALICE).await.unwrap();
    jobs::cancel_of_document(&mut tx, id(1), at(3_600))
        .await
        .unwrap();
    tx.commit().await.unwrap();

    // The server counts a connection's scans at the latest when it ends.
    drop((store, queue));
    let due =
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'idx_jobs_deliverable'";
    wait::until("the index was used", Duration::from_mins(1), async || {
        database.ask(due).await[0].parse::<u32>().unwrap() >= 40
    })
    .await
    .unwrap();
    assert_eq!(
        scans(&database).await,
        before,
        "something read the whole table"
    );
}

/// 5,000 waiting jobs of one class, of 200 owners, in a table of which the server thinks that it is
/// empty.
const BACKLOG_UNSEEN: &str = "
    INSERT INTO jobs (id, owner_id, job_type, queue, status, priority, document_id, dedupe_key,
        progress, stage, data, attempt, max_attempts, lost, run_at, version, created_at)
    SELECT gen_random_uuid(), 'owner-' || n % 200, 'upload_pdf', 'upload-processing', 'queued', 2,
        gen_random_uuid(), 'key ' || n, 0, '', '{}', 0, 3, 0, now(), 1, now()
    FROM generate_series(1, 5000) n";

#[tokio::test]
async fn who_adds_a_job_reads_no_backlog_of_others() {
    let Bench { store, database } = Bench::postgres().await;
    let Database::Postgres { server, name } = &database else {
        unreachable!()
    };
    server.sql(name, BACKLOG_UNSEEN).unwrap();
    let mut tx = store.write(ALICE).await.unwrap();
    for n in 1..=10 {
        let job = job(n, &format!("key {n}"));
        let (_, is_new) = jobs::enqueue(&mut tx, &job, at(0)).await.unwrap();
        assert!(is_new);
    }
    tx.commit().await.unwrap();
    drop(store);
    let stored = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'jobs'";
    wait::until("the jobs are counted", Duration::from_mins(1), async || {
        database.ask(stored).await[0].parse::<u32>().unwrap() >= 5_010
    })
    .await
    .unwrap();
    let read = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'jobs'";
    let read: u32 = database.ask(read).await[0].parse().unwrap();
    assert!(read < 1_000, "{read} entries were read for 10 jobs");
}

/// What is done for each job, and what its student's browser asks meanwhile.
async fn job_life(store: &Store, queue: &TableQueue, n: u32) {
    let now = at(3_600);
    let leases = [id(n)];
    let claimed = queue.claim(QueueName::UploadProcessing, "w", &leases, now);
    let delivery = claimed.await.unwrap().pop().unwrap();
    queue
        .renew(std::slice::from_ref(&delivery), now)
        .await
        .unwrap();
    let mut tx = store.write(&delivery.owner_id).await.unwrap();
    let started = jobs::start(&mut tx, delivery.job_id, delivery.lease, "w", now).await;
    assert!(matches!(started.unwrap(), jobs::Start::Started(_)));
    jobs::enqueue(&mut tx, &job(100 + n, "key"), at(0))
        .await
        .unwrap();
    let waiting = JobFilter {
        status: Some(JobStatus::Queued),
        ..JobFilter::default()
    };
    for filter in [waiting, JobFilter::default()] {
        jobs::list(&mut tx, &filter, Page::ALL).await.unwrap();
    }
    let found = jobs::find_many(&mut tx, &[delivery.job_id]).await;
    assert_eq!(found.unwrap().len(), 1);
    let result = serde_json::Value::Null;
    let done = jobs::complete(&mut tx, delivery.job_id, delivery.lease, &result, now).await;
    assert!(done.unwrap().is_some());
    tx.commit().await.unwrap();
    queue.finish(&delivery, &End::Completed).await.unwrap();
}

/// How often the whole table was read.
async fn scans(database: &Database) -> Vec<String> {
    let scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'jobs'";
    database.ask(scans).await
}

/// Row-level security keeps PostgreSQL from asking an index for `@@`, were it a tenant's own condition.
#[tokio::test]
async fn a_search_asks_the_inverted_index_and_reads_no_other_passages() {
    const PASSAGES: usize = 300;
    let Bench { store, database } = Bench::postgres().await;
    let Database::Postgres { server, name } = &database else {
        unreachable!()
    };
    let mut tx = store.write(ALICE).await.unwrap();
    store_searchable(&mut tx, 100, None, &[("Entropy", "What entropy is.")]).await;
    let others = vec![("Other", "Nothing of that kind."); PASSAGES];
    store_searchable(&mut tx, 1000, None, &others).await;
    tx.commit().await.unwrap();
    server.sql(name, "VACUUM ANALYZE chunk_terms").unwrap();
    let read = async || {
        let scans = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'chunk_terms_gin'
            UNION ALL SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'chunk_terms_pkey'
            UNION ALL SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'chunk_terms'";
        let told = database.ask(scans).await;
        let told: Vec<u64> = told.iter().map(|read| read.parse().unwrap()).collect();
        (told[0], told[1] + told[2])
    };
    let (_, before) = read().await;
    let mut tx = store.read(ALICE).await.unwrap();
    let found = search::find(&mut tx, "entropy", Within::default(), 9).await;
    assert_eq!(found.unwrap().chunks.len(), 1);
    drop(tx);
    // The server counts a connection's scans at the latest when it ends.
    drop(store);
    let asked = wait::until("the index was asked", Duration::from_mins(1), async || {
        read().await.0 >= 2
    });
    asked.await.unwrap();
    assert_eq!(read().await.1, before, "passages were read one by one");
}

//! What if a statement forgot its owner? The filter of each is dropped in turn, between the
//! program and PostgreSQL: row-level security gives the same answer all the same. Without
//! row-level security the very same statements do give other rows, or the test would show
//! nothing. The statements are those of the store's source: one that this does not run fails it.

use std::collections::BTreeSet;

use ultudy_domain::job::Priority;
use ultudy_store::{
    Store, TenantTx,
    jobs::{self, NewJob},
    llm_batches,
    preferences::{self, Preferences},
};
use ultudy_testkit::{
    postgres::{Postgres, User},
    tap::{Exchange, Tap},
};

use crate::{
    bench::{Bench, Database, config},
    fixtures::{
        ALICE, BOB, at, batch_item, id, job, lesson, store_account, store_document, store_lesson,
        store_studies,
    },
};

mod calls;
pub mod source;

#[tokio::test]
async fn without_its_filter_no_statement_shows_or_changes_anothers_rows() {
    let server = Postgres::shared().unwrap();
    let secured = Tapped::new(&server, "").await;
    let open = Tapped::new(
        &server,
        "DO $$ DECLARE t text; BEGIN
            FOR t IN SELECT relname FROM pg_class WHERE relrowsecurity LOOP
                EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', t);
            END LOOP;
        END $$",
    )
    .await;
    let right = secured.run(None).await;
    assert_eq!(texts(&right), texts(&open.run(None).await));

    let statements: BTreeSet<&str> = right
        .iter()
        .map(|exchange| exchange.statement.as_str())
        .filter(|statement| source::without_filter(statement) != *statement)
        .collect();
    for filter in source::filters() {
        assert!(
            statements
                .iter()
                .any(|statement| statement.contains(&filter)),
            "no call here runs this statement of the store: {filter}"
        );
    }
    let mut unsaid = Vec::new();
    for statement in &statements {
        let mutant = secured.run(Some(statement)).await;
        assert_eq!(
            answers(&mutant, statement),
            answers(&right, statement),
            "row-level security does not hide what this shows or changes: {statement}"
        );
        let unhidden = open.run(Some(statement)).await;
        if answers(&unhidden, statement) == answers(&right, statement) {
            unsaid.push(statement);
        }
    }
    assert!(unsaid.is_empty(), "nothing is shown without: {unsaid:#?}");
    eprintln!("{} statements, each without its filter", statements.len());
    assert!(statements.len() >= 60, "only {}", statements.len());
}

/// A database of two owners, tapped.
struct Tapped {
    tap: Tap,
    store: Store,
    bench: Bench,
}

impl Tapped {
    async fn new(server: &Postgres, change: &str) -> Self {
        let bench = Bench::postgres().await;
        let Database::Postgres { name, .. } = &bench.database else {
            unreachable!()
        };
        // Alice fills a class of the queue; a job of Bob's must not be counted among hers.
        for (owner, base, further) in [(ALICE, 0, 5), (BOB, 100, 0)] {
            store_all(&bench.store, owner, base, further).await;
        }
        // No call makes a document wait that was stored with an index.
        let waiting = format!(
            "INSERT INTO document_index (owner_id, document_id, pending, chunks, words)
            SELECT owner_id, id, true, 0, 0 FROM documents WHERE id = '{}'; {change}",
            id(60)
        );
        server.sql(name, &waiting).unwrap();
        let tap = Tap::start(server).unwrap();
        let store = Store::open(&config(tap.url(User::Member, name)))
            .await
            .unwrap();
        Self { tap, store, bench }
    }

    /// Calls everything once as Bob, with one statement's filter dropped; all that was said.
    /// Nothing is committed.
    async fn run(&self, without_filter: Option<&str>) -> Vec<Exchange> {
        drop(self.tap.take());
        if let Some(statement) = without_filter {
            self.tap.swap(statement, &source::without_filter(statement));
        }
        calls::all(&self.store).await;
        let heard = self.tap.take();
        let rows = "SELECT count(*) FROM jobs WHERE status = 'cancelled'";
        assert_eq!(self.bench.database.ask(rows).await, ["2"]);
        heard
    }
}

/// The same ids for both owners, where ids are the owner's.
async fn store_all(store: &Store, owner: &str, jobs_from: u32, further_jobs: u32) {
    let mut tx = store.write(owner).await.unwrap();
    store_studies(&mut tx, 0).await;
    store_lesson(&mut tx, &lesson(70, id(10), None, &["Sum"])).await;
    if owner == ALICE {
        // On a section that Bob has no lesson on.
        store_lesson(&mut tx, &lesson(71, id(10), Some(id(12)), &["Product"])).await;
    }
    store_document(&mut tx, 60, None).await;
    store_account(&mut tx).await;
    // Waiting, running, running for the last time, cancelled.
    let [waiting, running, failing, cancelled] = [0, 1, 2, 3].map(|n| jobs_from + 200 + n);
    for n in [waiting, running, failing, cancelled] {
        store_job(&mut tx, n).await;
    }
    for (n, starts) in [(running, 1), (failing, 3)] {
        for _ in 0..starts {
            let run = jobs::start(&mut tx, id(n), id(900), "w", at(7));
            assert!(matches!(run.await.unwrap(), jobs::Start::Started(_)));
        }
    }
    let cancel = jobs::cancel(&mut tx, id(cancelled), at(8)).await;
    assert!(cancel.unwrap().is_some());
    for n in 0..further_jobs {
        store_job(&mut tx, jobs_from + 250 + n).await;
    }
    let patient = NewJob {
        priority: Priority::Low,
        ..job(jobs_from + 206, "patient")
    };
    jobs::enqueue(&mut tx, &patient, at(6)).await.unwrap();
    for n in [40, 42] {
        let item = batch_item(n, &format!("item {n} of {owner}"));
        llm_batches::gather(&mut tx, &item, at(6)).await.unwrap();
    }
    let language = Some(if owner == ALICE { "de" } else { "fr" });
    preferences::set(&mut tx, Preferences { language }, at(6))
        .await
        .unwrap();
    // Whoever is first leads, the other's job waits for it.
    let awaiting = NewJob {
        document_id: id(10),
        ..job(jobs_from + 204, "awaiting")
    };
    jobs::enqueue(&mut tx, &awaiting, at(6)).await.unwrap();
    for n in [204, 205] {
        if n == 205 {
            store_job(&mut tx, jobs_from + n).await;
        }
        let n = jobs_from + n;
        let run = jobs::start(&mut tx, id(n), id(900), "w", at(7));
        assert!(matches!(run.await.unwrap(), jobs::Start::Started(_)));
    }
    if owner == ALICE {
        let leads = jobs::lead_or_follow(&mut tx, id(205), id(900), "awaited").await;
        assert_eq!(leads.unwrap(), Some(jobs::Flight::Leads));
    }
    let follows = jobs::lead_or_follow(&mut tx, id(jobs_from + 204), id(900), "awaited").await;
    assert!(matches!(follows.unwrap(), Some(jobs::Flight::Follows(_))));
    tx.commit().await.unwrap();
    let mut tx = store.system().await.unwrap();
    let batch = (id(jobs_from + 500), &[id(42)][..]);
    llm_batches::open(&mut tx, batch, ("openai", "m"), at(7))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn store_job(tx: &mut TenantTx, n: u32) {
    let job = job(n, &format!("key {}", n % 100));
    jobs::enqueue(tx, &job, at(6)).await.unwrap();
}

fn texts(heard: &[Exchange]) -> Vec<&str> {
    heard
        .iter()
        .map(|exchange| exchange.statement.as_str())
        .collect()
}

/// What a statement was answered, each time it was run. A statement that does not say in which
/// order its rows come gives them as it was planned, which its filter decides.
fn answers<'a>(heard: &'a [Exchange], statement: &str) -> Vec<Vec<&'a [u8]>> {
    let own = heard
        .iter()
        .filter(|exchange| exchange.statement == statement);
    own.map(|exchange| {
        let mut messages: Vec<_> = exchange.answer.iter().map(Vec::as_slice).collect();
        messages.sort_unstable();
        messages
    })
    .collect()
}

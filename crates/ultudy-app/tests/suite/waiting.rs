//! No transaction is open while something slow is waited for: two hundred lessons are made at
//! once over five connections.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::future::try_join_all;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App,
    lessons::{self, LessonRequest},
    worker::{WorkerConfig, work},
};
use ultudy_domain::{
    document::Sectioning, glossary::GlossaryEntry, job::Priority, lesson::LessonContent,
};
use ultudy_llm::{
    GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart, extractive::Extractive,
};
use ultudy_store::{
    PostgresConfig, Store, StoreConfig, blobs,
    documents::{self, NewDocument, Reading},
    migrate_postgres,
    sections::{self, NewSection},
};
use ultudy_testkit::{
    postgres::{Postgres, User},
    wait,
};
use uuid::Uuid;

use crate::support::{SetClock, app_with};

const LESSONS: usize = 200;
const CONNECTIONS: u32 = 5;
const OWNER: &str = "alice";
const PATIENCE: Duration = Duration::from_secs(90);

/// The extractive generator behind a gate, as slow as a language model while it is closed.
struct Gated {
    arrived: Semaphore,
    open: watch::Receiver<bool>,
}

#[async_trait]
impl Generator for Gated {
    fn identity(&self) -> GeneratorIdentity {
        Extractive.identity()
    }

    async fn glossary(
        &self,
        parts: Vec<LessonPart>,
        cancel: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError> {
        Extractive.glossary(parts, cancel).await
    }

    async fn lesson(
        &self,
        input: &LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<LessonContent, GenerateError> {
        self.arrived.add_permits(1);
        let mut open = self.open.clone();
        let _ = open.wait_for(|is_open| *is_open).await;
        Extractive.lesson(input, progress, cancel).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_lessons_are_made_over_five_connections() {
    let server = Postgres::start().unwrap();
    let name = server.create_database(User::Owner).unwrap();
    migrate_postgres(&server.url(User::Owner, &name))
        .await
        .unwrap();
    let store = StoreConfig::Postgres(PostgresConfig {
        max_connections: CONNECTIONS,
        acquire_timeout: PATIENCE,
        ..PostgresConfig::new(server.url(User::Member, &name))
    });
    let store = Store::open(&store).await.unwrap();
    let (gate, open) = watch::channel(false);
    let generator = Arc::new(Gated {
        arrived: Semaphore::new(0),
        open,
    });
    let folder = tempfile::tempdir().unwrap();
    let app = app_with(
        folder.path(),
        SetClock::new(),
        store,
        Arc::clone(&generator) as Arc<dyn Generator>,
    );
    for n in 1..=LESSONS {
        ask_for_lesson(&app, n).await;
    }
    let stop = CancellationToken::new();
    let worker = tokio::spawn(work(app.clone(), worker(), stop.clone()));

    let all = u32::try_from(LESSONS).unwrap();
    let arrived = tokio::time::timeout(PATIENCE, generator.arrived.acquire_many(all)).await;
    assert!(
        arrived.is_ok(),
        "{} of them run at once",
        generator.arrived.available_permits()
    );
    // Every connection is free at the same moment, though all two hundred are under way.
    let free = try_join_all((0..CONNECTIONS).map(|_| app.store.write("bob")));
    drop(free.await.unwrap());

    gate.send(true).unwrap();
    let done = "SELECT count(*) FROM jobs
        WHERE status = 'completed' AND attempt = 0 AND lost = 0";
    let all_done = async || server.sql(&name, done).unwrap() == LESSONS.to_string();
    let outcome = wait::until(
        "every lesson is made at the first attempt",
        PATIENCE,
        all_done,
    );
    let jobs = "SELECT status, attempt, lost, failure_code, count(*) FROM jobs GROUP BY 1, 2, 3, 4";
    let outcome = outcome.await;
    assert!(outcome.is_ok(), "{}", server.sql(&name, jobs).unwrap());
    let lessons = server.sql(&name, "SELECT count(*) FROM lessons").unwrap();
    assert_eq!(lessons, LESSONS.to_string());
    stop.cancel();
    worker.await.unwrap();
}

fn worker() -> WorkerConfig {
    WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: LESSONS,
        drain: Duration::ZERO,
    }
}

/// Stores a document with one section and asks for its lesson.
async fn ask_for_lesson(app: &App, n: usize) {
    let (now, document_id, section_id) = (app.clock.now(), app.clock.new_id(), app.clock.new_id());
    let mut tx = app.store.write(OWNER).await.unwrap();
    let sha256 = format!("sha-{n}");
    blobs::hold(&mut tx, &sha256, 1, &format!("object-{n}"), now)
        .await
        .unwrap();
    let document = NewDocument {
        id: document_id,
        title: format!("Cells {n}"),
        course_id: None,
        chapter: None,
        material_type: None,
        sha256,
        file_name: "cells.pdf".into(),
        uploaded_at: now,
    };
    documents::insert(&mut tx, &document).await.unwrap();
    let section = [section(n, section_id)];
    sections::insert_all(&mut tx, document_id, &section, now)
        .await
        .unwrap();
    let reading = Reading {
        pages: 1,
        sectioning: Sectioning::Outline,
        language: Some("en"),
        unreadable_pages: &[],
        recognised_pages: &[],
    };
    documents::publish(&mut tx, document_id, &reading)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let asked = LessonRequest {
        document_id,
        section_id: Some(section_id),
        priority: Priority::Normal,
    };
    lessons::request(app, OWNER, asked).await.unwrap();
}

fn section(n: usize, id: Uuid) -> NewSection {
    NewSection {
        id,
        section_number: 1,
        name: format!("Cells {n}"),
        level: 1,
        description: None,
        page_start: 1,
        page_end: 1,
        markdown: format!(
            "<!-- page 1 -->\n\nA cell is the smallest unit of life. A mitochondrion is an organelle \
             that releases energy from sugar. A chloroplast is an organelle that captures the energy \
             of light. An enzyme is a protein that speeds up a reaction in the cell. A vacuole is \
             an organelle that stores water in about {n} of a thousand cells."
        ),
        content_hash: format!("hash-{n}"),
    }
}

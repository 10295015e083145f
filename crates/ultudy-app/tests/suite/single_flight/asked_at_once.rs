//! A lesson that its owner asks for several times at once.

use ultudy_app::lessons::{self, Requested};
use ultudy_domain::job::{JobType, Priority};
use ultudy_store::{
    generations::{self, NewGeneration},
    jobs::{self, NewJob},
    lessons::{NewConcept, NewLesson},
};

use super::*;
use crate::slow::request_for;

/// Another request's job is stored at the same moment, and ends after the lesson was looked for and before
/// jobs are: the database is made to do it in this order.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_while_it_is_looked_for_is_not_run_again() {
    let bench = Bench::shared().await;
    let app = bench.app().await;
    let Services::Shared(server, name, _) = &bench.services else {
        unreachable!()
    };
    let owner = "zoe";
    let (document_id, section_id) = store_document(&app, owner, TEXT).await;
    let others = NewJob {
        id: app.clock.new_id(),
        job_type: JobType::GenerateLesson,
        priority: Priority::Normal,
        data: serde_json::json!({}),
        document_id,
        section_id: Some(section_id),
        dedupe_key: format!("lesson:section:{section_id}"),
    };
    let mut stores = app.store.write(owner).await.unwrap();
    jobs::enqueue(&mut stores, &others, app.clock.now())
        .await
        .unwrap();

    let asking = tokio::spawn({
        let app = app.clone();
        let asked = request_for((document_id, section_id));
        async move { lessons::request(&app, owner, asked).await }
    });
    let waits = |of: &str| {
        let waiting = format!(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE a.datname = '{name}' AND NOT l.granted AND {of}"
        );
        let (server, name) = (server.clone(), name.clone());
        async move {
            let is_there = async || server.sql(&name, &waiting).unwrap() == "1";
            wait::until("it waits", PATIENCE, is_there).await.unwrap();
        }
    };
    waits("l.locktype = 'transactionid'").await;
    let end = tokio::task::spawn_blocking({
        let (server, name) = (server.clone(), name.clone());
        let made = format!("SELECT FROM lessons WHERE section_id = '{section_id}'");
        let end = format!(
            "BEGIN;
            LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE;
            DO $$ BEGIN
                WHILE NOT EXISTS ({made}) LOOP PERFORM pg_sleep(0.01); END LOOP;
            END $$;
            UPDATE jobs SET status = 'completed', progress = 100, completed_at = now();
            COMMIT"
        );
        move || server.sql(&name, &end)
    });
    waits("l.mode = 'AccessExclusiveLock'").await;
    stores.commit().await.unwrap();
    waits("l.mode = 'AccessShareLock'").await;
    store_lesson(&app, owner, (document_id, section_id)).await;
    end.await.unwrap().unwrap();

    let found = asking.await.unwrap().unwrap();
    assert!(matches!(found, Requested::Lesson(_)), "{found:?}");
    let stored = server.sql(name, "SELECT count(*) FROM jobs").unwrap();
    assert_eq!(stored, "1");
}

async fn store_lesson(app: &App, owner: &str, (document_id, section_id): (Uuid, Uuid)) {
    let content = content(app, "another").await;
    let generation = NewGeneration {
        key: "key".into(),
        content: content.clone(),
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    let concepts = content.concepts.iter().map(|concept| NewConcept {
        id: app.clock.new_id(),
        name: concept.name.clone(),
        check_ins: Vec::new(),
        text_check_ins: Vec::new(),
    });
    let lesson = NewLesson {
        id: app.clock.new_id(),
        document_id,
        section_id: Some(section_id),
        generation_key: generation.key.clone(),
        variant: 0,
        concepts: concepts.collect(),
    };
    let now = app.clock.now();
    let mut tx = app.store.write(owner).await.unwrap();
    generations::insert(&mut tx, &generation, now)
        .await
        .unwrap();
    ultudy_store::lessons::insert(&mut tx, &lesson, &content, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

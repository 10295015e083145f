//! Calls that are open: seen, bounded, ended when nobody wants them.

use super::*;
use crate::fleet::{Ground, way_to_the_database};
use ultudy_testkit::{
    chaos::{Chaos, Fault},
    llm::Answer,
};

#[tokio::test]
async fn a_slow_lesson_shows_how_far_it_is_and_keeps_nobody_waiting() {
    let class = Class::start(2, &[("LESSON_QUEUE_CONCURRENCY", "2")]).await;
    class.llm.answers_next([Answer::HalfLesson]);
    let slow = class.ask(0).await;
    let half = class.job(&slow, "half of it has come", |job| {
        job["progress"]
            .as_i64()
            .is_some_and(|progress| progress > 5)
    });
    let half = half.await;
    assert_eq!(
        (&half["status"], &half["stage"]),
        (&"processing".into(), &"writing".into())
    );
    // Another is made meanwhile.
    let job = class.api.ended(&class.ask(1).await).await;
    assert_eq!(job["status"], "completed", "{job}");
    let slow_now = class.api.get(&format!("/api/jobs/{slow}")).await.body;
    assert_eq!(slow_now["status"], "processing", "{slow_now}");
    class.llm.release();
    assert_eq!(class.api.ended(&slow).await["status"], "completed");
}

#[tokio::test]
async fn as_many_calls_are_open_as_lessons_may_be_made_at_once() {
    let class = Class::start(5, &[("LESSON_QUEUE_CONCURRENCY", "3")]).await;
    class.llm.answers(Answer::HeldLesson);
    let mut jobs = Vec::new();
    for section in 0..5 {
        jobs.push(class.ask(section).await);
    }
    class
        .until("three calls are open", |counts| counts.in_flight == 3)
        .await;
    let mut of_status = std::collections::BTreeMap::new();
    for job_id in &jobs {
        let job = class.api.get(&format!("/api/jobs/{job_id}")).await.body;
        *of_status.entry(text(&job["status"])).or_insert(0) += 1;
    }
    assert_eq!(
        of_status,
        [("processing".into(), 3), ("queued".into(), 2)].into()
    );
    class.llm.answers(Answer::Lesson);
    class.llm.release();
    for job_id in &jobs {
        assert_eq!(class.api.ended(job_id).await["status"], "completed");
    }
    let counts = class.llm.counts();
    assert_eq!((counts.made, counts.most, counts.cancelled), (5, 3, 0));
}

/// By the settings as they come: three lessons a worker.
#[tokio::test]
async fn one_five_and_ten_workers_have_three_fifteen_and_thirty_calls_open() {
    const LESSONS: usize = 36;
    let ground = Ground::start();
    let llm = Llm::start().await;
    let base_url = llm.base_url().to_owned();
    let model = provider(&base_url);
    let api = ground.process(&["api"], &model).await;
    let mut workers = vec![ground.process(&["worker"], &model).await];
    let class = Class::of(llm, api, LESSONS).await;
    class.llm.answers(Answer::HeldLesson);
    let mut jobs = Vec::new();
    for section in 0..LESSONS {
        jobs.push(class.ask(section).await);
    }
    let waiting = |expected: usize| {
        let backlog = ["LLEN", "bull:lesson-generation:wait"];
        let (ground, expected) = (&ground, expected.to_string());
        async move {
            wait::until("the others wait", PATIENCE, async || {
                ground.redis.cli(backlog).expect("Redis answers") == expected
            })
            .await
            .expect("they do");
        }
    };
    for (number, open) in [(1, 3), (5, 15), (10, 30)] {
        while workers.len() < number {
            workers.push(ground.process(&["worker"], &model).await);
        }
        class
            .until("as many calls are open", |counts| counts.in_flight == open)
            .await;
        waiting(LESSONS - open).await;
        assert_eq!(class.llm.counts().most, open, "{number} workers");
    }
    class.llm.answers(Answer::Lesson);
    class.llm.release();
    for job_id in &jobs {
        assert_eq!(class.api.ended(job_id).await["status"], "completed");
    }
    let counts = class.llm.counts();
    assert_eq!((counts.made, counts.cancelled), (LESSONS, 0));
}

#[tokio::test]
async fn cancelling_the_job_stops_the_call() {
    for answer in [Answer::HeldLesson, Answer::HalfLesson] {
        let class = Class::start(1, &[]).await;
        class.llm.answers(answer);
        let job_id = class.ask(0).await;
        class
            .until("the call is open", |counts| counts.in_flight == 1)
            .await;
        let cancel = format!("/api/jobs/{job_id}/cancel");
        let cancelled = class.api.post(&cancel, json!({})).await;
        assert_eq!(cancelled.body["code"], "cancelled", "{cancelled:?}");
        class
            .until("the call is closed", |counts| counts.cancelled == 1)
            .await;
        // Nor is it made again.
        class.llm.answers(Answer::Lesson);
        assert_eq!(
            class.api.ended(&class.ask(0).await).await["status"],
            "completed"
        );
        assert_eq!(class.llm.counts().made, 2);
    }
}

#[tokio::test]
async fn a_killed_servers_call_is_made_once_more_and_its_lesson_is_there_once() {
    let mut class = Class::start(1, &[]).await;
    class.llm.answers(Answer::HeldLesson);
    let job_id = class.ask(0).await;
    class
        .until("the call is open", |counts| counts.in_flight == 1)
        .await;
    class.api.server.kill().await.expect("it dies");
    class
        .until("the call went with it", |counts| counts.cancelled == 1)
        .await;
    class.api.server.restart().await.expect("it comes back");
    class
        .until("it is made again", |counts| counts.in_flight == 1)
        .await;
    class.llm.release();
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(job["attempt"], 0, "a loss is no error");
    assert_eq!(class.llm.counts().made, 2);
    let lesson = class.lesson(0).await;
    let concepts = lesson["concepts"].as_array().map(Vec::len);
    assert_eq!(concepts, Some(5), "its concepts are there once: {lesson}");
}

/// What is being made when the order to stop comes is handed back, and its call ends.
#[tokio::test]
async fn a_server_that_stops_waits_for_its_calls_no_longer_than_it_may() {
    let mut class = Class::start(1, &[("DRAIN_SECONDS", "1")]).await;
    class.llm.answers(Answer::HeldLesson);
    let job_id = class.ask(0).await;
    class
        .until("the call is open", |counts| counts.in_flight == 1)
        .await;
    class.api.server.terminate().await.expect("it stops well");
    class
        .until("the call is closed", |counts| counts.cancelled == 1)
        .await;
    class.llm.answers(Answer::Lesson);
    class.api.server.restart().await.expect("it comes back");
    let job = class.api.ended(&job_id).await;
    assert_eq!(
        (&job["status"], &job["attempt"]),
        (&"completed".into(), &0.into()),
        "{job}"
    );
}

/// A lesson that is written, and whose worker does not reach the database.
struct Written {
    ground: Ground,
    way: Chaos,
    worker: Api,
    class: Class,
    job_id: String,
}

impl Written {
    async fn with_the_database_away() -> Self {
        let ground = Ground::start();
        let llm = Llm::start().await;
        let base_url = llm.base_url().to_owned();
        let model = provider(&base_url);
        let api = ground.process(&["api"], &model).await;
        let (way, url) = way_to_the_database(&ground);
        let settings = [&model[..], &[("DATABASE_URL", url.as_str())]].concat();
        let worker = ground.process(&["worker"], &settings).await;
        let class = Class::of(llm, api, 1).await;
        class.llm.answers(Answer::HeldLesson);
        let job_id = class.ask(0).await;
        class
            .until("the call is open", |counts| counts.in_flight == 1)
            .await;
        way.set(Fault::Cut);
        class.llm.release();
        worker.server.logged("waits for the database").await;
        Self {
            ground,
            way,
            worker,
            class,
            job_id,
        }
    }
}

/// F10: what is written is paid for.
#[tokio::test]
async fn a_lesson_that_is_written_while_the_database_is_away_is_stored_and_asked_for_once() {
    let Written {
        ground,
        way,
        worker,
        class,
        job_id,
    } = Written::with_the_database_away().await;
    way.set(Fault::None);
    let job = class.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{}", worker.server.log());
    assert_eq!(class.llm.counts().made, 1, "{}", worker.server.log());
    let recorded = async || {
        let calls = ground.database.sql("SELECT count(*) FROM llm_calls");
        calls.expect("it runs").trim() == "1"
    };
    let recorded = wait::until("what it cost is recorded", PATIENCE, recorded).await;
    assert!(recorded.is_ok(), "{}", worker.server.log());
}

/// What was asked for may be called off when it is nearly done; others may want the same.
#[tokio::test]
async fn a_lesson_whose_job_is_cancelled_when_it_is_written_is_not_asked_for_again() {
    let Written {
        ground,
        way,
        worker,
        class,
        job_id,
    } = Written::with_the_database_away().await;
    let cancel = format!("/api/jobs/{job_id}/cancel");
    assert_eq!(
        class.api.post(&cancel, json!({})).await.status,
        StatusCode::OK
    );
    way.set(Fault::None);
    let left = async || {
        let left = ground.database.sql("SELECT count(*) FROM generations");
        left.expect("it runs").trim() == "1"
    };
    let left = wait::until("what is written is kept", PATIENCE, left).await;
    assert!(left.is_ok(), "{}", worker.server.log());
    let job = class.api.ended(&class.ask(0).await).await;
    assert_eq!(job["status"], "completed", "{}", worker.server.log());
    assert_eq!(class.llm.counts().made, 1, "{}", worker.server.log());
}

//! Lessons that were read once: answered by every server without the database, to their owner
//! alone, and not once they are deleted or moved.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use ultudy_testkit::{redis::Redis, wait};

use crate::{
    api::{Answer, Api, PATIENCE, send, text},
    fleet::Fleet,
    pdf,
};

/// A lesson that has been read at the first server.
pub struct Read {
    pub document_id: String,
    pub section_id: String,
    pub lesson: Value,
}

pub async fn read(fleet: &Fleet) -> Read {
    let [one, _] = &fleet.servers;
    let course_id = one.course("Biology").await;
    let document_id = one.document(pdf::biology(), &course_id).await;
    let section_id = one.sections(&document_id).await.remove(0);
    one.lesson(&document_id, Some(&section_id)).await;
    let answer = get(one, &section_id).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    Read {
        document_id,
        section_id,
        lesson: answer.body["lesson"].clone(),
    }
}

pub async fn get(api: &Api, section_id: &str) -> Answer {
    api.get(&format!("/api/lessons?section_id={section_id}"))
        .await
}

pub async fn ask(api: &Api, read: &Read) -> Answer {
    let body = json!({"document_id": read.document_id, "section_id": read.section_id});
    api.post("/api/lessons/generate", body).await
}

fn keys(fleet: &Fleet) -> Vec<String> {
    let keys = fleet
        .ground
        .redis
        .cli(["KEYS", "ultudy:cache:*"])
        .expect("Redis answers");
    keys.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_one_server_read_the_other_answers_without_the_database() {
    let fleet = Fleet::start(&[]).await;
    let read = read(&fleet).await;
    // Whoever asked the database now would find none.
    let hide = "UPDATE lessons SET section_id = NULL";
    fleet.ground.database.sql(hide).expect("it runs");
    for api in fleet.servers.iter().rev() {
        let answer = get(api, &read.section_id).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.body["lesson"], read.lesson);
        assert_eq!(ask(api, &read).await.body, read.lesson);
    }
    for key in keys(&fleet) {
        let left = fleet
            .ground
            .redis
            .cli(["TTL", &key])
            .expect("Redis answers");
        let left: i64 = left.parse().expect("a number");
        assert!((1..=2 * 86_400).contains(&left), "{key}: {left}");
    }
    // Nobody else is given it, wherever it is cached.
    for api in &fleet.servers {
        let path = format!("/api/lessons?section_id={}", read.section_id);
        let eve = send(api.request_as(Some("eve"), Method::GET, &path)).await;
        assert_eq!(eve.status, StatusCode::NOT_FOUND);
    }
}

/// It may drop what it likes, and be away: it holds nothing else.
#[tokio::test]
async fn a_redis_for_lessons_alone_holds_them_for_as_long_as_is_set_and_can_be_lost() {
    let mut cache = Redis::start_with(&["--maxmemory-policy", "allkeys-lru"]).expect("Redis");
    let settings = [
        ("CACHE_REDIS_URL", cache.url()),
        ("LESSON_CACHE_TTL", "100".into()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let fleet = Fleet::start(&settings).await;
    let [one, other] = &fleet.servers;
    let read = read(&fleet).await;
    assert_eq!(
        get(other, &read.section_id).await.body["lesson"],
        read.lesson
    );
    let mut lessons = 0;
    for key in cache.cli(["KEYS", "*"]).expect("an answer").lines() {
        assert!(key.starts_with("ultudy:cache:"), "{key}");
        let left = cache.cli(["TTL", key]).expect("an answer");
        let left: i64 = left.parse().expect("a number");
        // What tells of a change outlives what it concerns.
        assert!((1..=200).contains(&left), "{key}: {left}");
        lessons += 1;
    }
    assert!(lessons > 0);
    assert_eq!(keys(&fleet), Vec::<String>::new(), "the other holds jobs");

    cache.kill().expect("it dies");
    for api in &fleet.servers {
        assert_eq!(get(api, &read.section_id).await.body["lesson"], read.lesson);
    }
    let path = format!("/api/lessons/{}", text(&read.lesson["id"]));
    assert_eq!(one.delete(&path).await.status, StatusCode::OK);
    let gone = wait::until("it is gone at both", PATIENCE, async || {
        get(one, &read.section_id).await.status == StatusCode::NOT_FOUND
            && get(other, &read.section_id).await.status == StatusCode::NOT_FOUND
    });
    gone.await.expect("it is");
    let anew = ask(one, &read).await;
    let made = one.ended(&text(&anew.body["job_id"])).await;
    assert_eq!(made["status"], "completed", "{made}");
}

#[tokio::test]
async fn a_deleted_lesson_is_gone_at_every_server_and_made_anew_when_asked_for() {
    let fleet = Fleet::start(&[]).await;
    let [one, other] = &fleet.servers;
    let read = read(&fleet).await;
    assert_eq!(get(other, &read.section_id).await.status, StatusCode::OK);
    let path = format!("/api/lessons/{}", text(&read.lesson["id"]));
    assert_eq!(one.delete(&path).await.status, StatusCode::OK);
    assert_eq!(
        get(one, &read.section_id).await.status,
        StatusCode::NOT_FOUND
    );
    // Whoever asks for it next is not given the deleted one, at whichever server.
    let asked = ask(other, &read).await;
    other.ended(&text(&asked.body["job_id"])).await;
    let anew = ask(other, &read).await.body;
    assert_ne!(anew["id"], read.lesson["id"]);
    let seen = wait::until("both have the new one", PATIENCE, async || {
        get(one, &read.section_id).await.body["lesson"] == anew
            && get(other, &read.section_id).await.body["lesson"] == anew
    });
    seen.await.expect("it is the same everywhere");
}

#[tokio::test]
async fn a_document_that_is_moved_or_deleted_takes_its_lessons_along() {
    let fleet = Fleet::start(&[]).await;
    let [one, other] = &fleet.servers;
    let read = read(&fleet).await;
    let path = format!("/api/documents/{}/metadata", read.document_id);
    let moved = one.post(&path, json!({"chapter": "Two"})).await;
    assert_eq!(moved.status, StatusCode::OK);
    let chapter = get(one, &read.section_id).await.body["lesson"]["chapter"].clone();
    assert_eq!(chapter, "Two");
    let seen = wait::until("the other knows", PATIENCE, async || {
        get(other, &read.section_id).await.body["lesson"]["chapter"] == "Two"
    });
    seen.await.expect("it is told");
    let path = format!("/api/documents/{}", read.document_id);
    assert_eq!(other.delete(&path).await.status, StatusCode::OK);
    assert_eq!(
        get(other, &read.section_id).await.status,
        StatusCode::NOT_FOUND
    );
    let gone = wait::until("the other knows", PATIENCE, async || {
        get(one, &read.section_id).await.status == StatusCode::NOT_FOUND
    });
    gone.await.expect("it is told");
}

#[tokio::test]
async fn a_server_goes_on_without_its_cache() {
    let mut fleet = Fleet::start(&[]).await;
    let read = read(&fleet).await;
    fleet.ground.redis.kill().expect("it dies");
    for api in &fleet.servers {
        assert_eq!(get(api, &read.section_id).await.body["lesson"], read.lesson);
    }
    let path = format!("/api/lessons/{}", text(&read.lesson["id"]));
    assert_eq!(fleet.servers[0].delete(&path).await.status, StatusCode::OK);
    assert_eq!(
        get(&fleet.servers[0], &read.section_id).await.status,
        StatusCode::NOT_FOUND
    );
    // It comes back with what it had, and gives none of that.
    fleet.ground.redis.start_again().expect("it comes back");
    for api in &fleet.servers {
        let gone = wait::until("it is gone", PATIENCE, async || {
            get(api, &read.section_id).await.status == StatusCode::NOT_FOUND
        });
        gone.await.expect("it is gone everywhere");
    }
}

#[tokio::test]
async fn where_nothing_is_to_be_cached_nothing_is() {
    let fleet = Fleet::start(&[("ENABLE_LESSON_CACHE", "false")]).await;
    let read = read(&fleet).await;
    assert_eq!(keys(&fleet), Vec::<String>::new());
    fleet
        .ground
        .database
        .sql("UPDATE lessons SET section_id = NULL")
        .expect("it runs");
    assert_eq!(
        get(&fleet.servers[0], &read.section_id).await.status,
        StatusCode::NOT_FOUND
    );
}

use std::time::Duration;

use bytes::Bytes;
use ultudy_domain::job::{Priority, QueueName};
use ultudy_engines::{
    cache::{Belief, Cache, Found, RedisCache, conformance},
    queue::{Queue, QueueEntry, RedisQueue},
    redis::Redis,
};
use ultudy_testkit::{
    redis::{Cluster, Redis as Server},
    wait,
};
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(30);

async fn process(url: &str, time: Duration) -> RedisCache {
    RedisCache::start(Redis::connect(url).await.unwrap(), 1 << 20, 1 << 24, time)
}

async fn keep(cache: &RedisCache, value: &'static str) {
    let place = conformance::place(cache, "ada", "one").await;
    cache.put(place, value.into()).await;
}

async fn found(cache: &RedisCache) -> Option<Bytes> {
    match cache.get("ada", "one", Belief::AWhile).await {
        Found::Hit(value) => Some(value),
        Found::Miss(_) => None,
    }
}

#[tokio::test]
async fn on_one_server_it_keeps_the_promises_of_a_cache() {
    let server = Server::start().unwrap();
    let fresh = async |time| {
        server.cli(["FLUSHALL"]).unwrap();
        process(&server.url(), time).await
    };
    conformance::all(fresh).await;
}

#[tokio::test]
async fn on_a_cluster_it_keeps_the_promises_of_a_cache() {
    let cluster = Cluster::start().unwrap();
    let fresh = async |time| {
        for node in cluster.nodes() {
            node.cli(["FLUSHALL"]).unwrap();
        }
        process(&cluster.url(), time).await
    };
    conformance::all(fresh).await;
}

async fn what_one_process_keeps_another_finds_and_every_key_ends(url: &str, nodes: &[Server]) {
    let (one, other) = (process(url, LONG).await, process(url, LONG).await);
    keep(&one, "1").await;
    assert_eq!(found(&other).await, Some("1".into()));
    let mut keys = Vec::new();
    for node in nodes {
        for key in node.cli(["KEYS", "*"]).unwrap().lines() {
            let left: i64 = node.cli(["PTTL", key]).unwrap().parse().unwrap();
            assert!((1..=1_200_000).contains(&left), "{key} {left}");
            keys.push(key.to_owned());
        }
    }
    // The state, the value, and two of its shard.
    assert_eq!(keys.len(), 4, "{keys:?}");
}

/// Keeps nothing at hand, and so many bytes in Redis.
async fn with_room(url: &str, in_redis: u64) -> RedisCache {
    RedisCache::start(Redis::connect(url).await.unwrap(), 0, in_redis, LONG)
}

async fn put(cache: &RedisCache, name: &str, bytes: usize) {
    let place = conformance::place(cache, "ada", name).await;
    cache.put(place, vec![b'x'; bytes].into()).await;
}

async fn is_kept(cache: &RedisCache, name: &str) -> bool {
    matches!(cache.get("ada", name, Belief::Now).await, Found::Hit(_))
}

/// The bytes of all values there.
fn kept(nodes: &[&Server]) -> u64 {
    let mut bytes = 0;
    for node in nodes {
        for key in node.cli(["KEYS", "ultudy:cache:*:ada"]).unwrap().lines() {
            if !key.contains(":state:") {
                let length: u64 = node.cli(["STRLEN", key]).unwrap().parse().unwrap();
                bytes += length;
            }
        }
    }
    bytes
}

/// Three times as much as there is room for.
async fn fill(cache: &RedisCache, room: u64) {
    put(cache, "read-again-and-again", 5_000).await;
    for number in 0..room / 10_000 * 3 {
        put(cache, &format!("lesson-{number}"), 10_000).await;
        assert!(is_kept(cache, "read-again-and-again").await, "{number}");
    }
}

#[tokio::test]
async fn what_is_kept_takes_no_more_room_than_it_may_and_jobs_beside_it_stay() {
    const ROOM: u64 = 2 << 20;
    let server = Server::start().unwrap();
    let redis = Redis::connect(&server.url()).await.unwrap();
    let queue = RedisQueue::new(redis, Uuid::from_u128(1));
    let now = chrono::DateTime::UNIX_EPOCH;
    let jobs: Vec<_> = (0..100).map(|n| job(n, now)).collect();
    queue.push(&jobs, now).await.unwrap();
    let cache = with_room(&server.url(), ROOM).await;
    fill(&cache, ROOM).await;
    let bytes = kept(&[&server]);
    assert!((ROOM / 2..=ROOM).contains(&bytes), "{bytes}");
    assert!(!is_kept(&cache, "lesson-0").await, "read last of all");
    let all: Vec<u64> = server
        .cli(["KEYS", "ultudy:cache:*:bytes"])
        .unwrap()
        .lines()
        .map(|key| server.cli(["GET", key]).unwrap().parse().unwrap())
        .collect();
    assert!(all.iter().sum::<u64>() <= ROOM, "{all:?}");
    // What is larger than all there is room for is not kept, and drives nothing out.
    put(&cache, "huge", 3 << 20).await;
    assert!(!is_kept(&cache, "huge").await);
    assert_eq!(kept(&[&server]), bytes);

    let leases: Vec<_> = (0..200).map(Uuid::from_u128).collect();
    let claimed = queue.claim(QueueName::LessonGeneration, "worker", &leases, now);
    assert_eq!(claimed.await.unwrap().len(), jobs.len());
}

fn job(number: u128, now: chrono::DateTime<chrono::Utc>) -> QueueEntry {
    QueueEntry {
        job_id: Uuid::from_u128(number),
        owner_id: "ada".into(),
        queue: QueueName::LessonGeneration,
        priority: Priority::Normal,
        run_at: now,
    }
}

#[tokio::test]
async fn on_a_cluster_no_more_room_is_taken_either() {
    const ROOM: u64 = 2 << 20;
    let cluster = Cluster::start().unwrap();
    let cache = with_room(&cluster.url(), ROOM).await;
    fill(&cache, ROOM).await;
    let nodes: Vec<_> = cluster.nodes().iter().collect();
    let bytes = kept(&nodes);
    assert!((ROOM / 2..=ROOM).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn what_has_ended_takes_no_room() {
    let server = Server::start().unwrap();
    let redis = Redis::connect(&server.url()).await.unwrap();
    let short = Duration::from_secs(1);
    let cache = RedisCache::start(redis, 0, 16 << 20, short);
    put(&cache, "one", 5_000).await;
    let ended = wait::until("it has ended", PATIENCE, async || {
        !is_kept(&cache, "one").await
    });
    ended.await.unwrap();
    put(&cache, "one", 6_000).await;
    let sum = server.cli(["KEYS", "ultudy:cache:*:bytes"]).unwrap();
    let sum: u64 = server.cli(["GET", &sum]).unwrap().parse().unwrap();
    assert!((6_000..7_000).contains(&sum), "{sum}");
}

async fn what_one_process_outdates_no_other_gives(url: &str) {
    let (one, other) = (process(url, LONG).await, process(url, LONG).await);
    keep(&one, "old").await;
    assert_eq!(found(&other).await, Some("old".into()));
    one.outdate("ada").await;
    // At once to who must know; the other may not have heard yet.
    let now = other.get("ada", "one", Belief::Now).await;
    assert!(matches!(now, Found::Miss(Some(_))));
    assert_eq!(found(&one).await, None);
    let gone = wait::until("the other has heard", PATIENCE, async || {
        found(&other).await.is_none()
    });
    gone.await.unwrap();
    keep(&other, "new").await;
    assert_eq!(found(&one).await, Some("new".into()));
}

#[tokio::test]
async fn processes_over_one_server_are_as_one() {
    let server = Server::start().unwrap();
    let nodes = std::slice::from_ref(&server);
    what_one_process_keeps_another_finds_and_every_key_ends(&server.url(), nodes).await;
    server.cli(["FLUSHALL"]).unwrap();
    what_one_process_outdates_no_other_gives(&server.url()).await;
}

#[tokio::test]
async fn processes_over_a_cluster_are_as_one() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.url();
    what_one_process_keeps_another_finds_and_every_key_ends(&url, cluster.nodes()).await;
    for node in cluster.nodes() {
        node.cli(["FLUSHALL"]).unwrap();
    }
    what_one_process_outdates_no_other_gives(&url).await;
}

#[tokio::test]
async fn what_is_outdated_is_not_given_for_long_when_nobody_says_so() {
    let server = Server::start().unwrap();
    let cache = process(&server.url(), LONG).await;
    keep(&cache, "old").await;
    // As another process does, but for telling.
    server
        .cli(["SET", "ultudy:cache:state:ada", "99", "EX", "60"])
        .unwrap();
    assert_eq!(
        found(&cache).await,
        Some("old".into()),
        "believed for a while"
    );
    let gone = wait::until("it is looked at anew", PATIENCE, async || {
        found(&cache).await.is_none()
    });
    gone.await.unwrap();
}

#[tokio::test]
async fn while_redis_is_away_nothing_outdated_is_given_then_and_after() {
    let mut server = Server::start().unwrap();
    let (one, other) = (
        process(&server.url(), LONG).await,
        process(&server.url(), LONG).await,
    );
    keep(&one, "old").await;
    assert_eq!(found(&other).await, Some("old".into()));
    server.kill().unwrap();
    one.outdate("ada").await;
    assert_eq!(
        one.get("ada", "one", Belief::AWhile).await,
        Found::Miss(None)
    );
    let gone = wait::until("it is not believed", PATIENCE, async || {
        found(&other).await.is_none()
    });
    gone.await.unwrap();
    // It comes back with what was kept, and hears now that it is outdated.
    server.start_again().unwrap();
    let usable = wait::until("it is asked again", PATIENCE, async || {
        matches!(
            one.get("ada", "one", Belief::AWhile).await,
            Found::Miss(Some(_))
        )
    });
    usable.await.unwrap();
    let gone = wait::until("the other has heard", PATIENCE, async || {
        found(&other).await.is_none()
    });
    gone.await.unwrap();
}

#[tokio::test]
async fn an_empty_redis_is_an_empty_cache() {
    let server = Server::start().unwrap();
    let cache = process(&server.url(), LONG).await;
    keep(&cache, "old").await;
    let before = server.cli(["GET", "ultudy:cache:state:ada"]).unwrap();
    server.cli(["FLUSHALL"]).unwrap();
    let gone = wait::until("it is looked at anew", PATIENCE, async || {
        found(&cache).await.is_none()
    });
    gone.await.unwrap();
    let after = server.cli(["GET", "ultudy:cache:state:ada"]).unwrap();
    assert!(after > before, "a state never comes again");
}

use std::time::Duration;

use bytes::Bytes;
use ultudy_engines::{
    cache::{Belief, Cache, Found, RedisCache, conformance},
    redis::Redis,
};
use ultudy_testkit::{
    redis::{Cluster, Redis as Server},
    wait,
};

const LONG: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(30);

async fn process(url: &str, time: Duration) -> RedisCache {
    RedisCache::start(Redis::connect(url).await.unwrap(), 1 << 20, time)
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

#[tokio::test]
async fn what_one_process_keeps_another_finds_and_every_key_ends() {
    let server = Server::start().unwrap();
    let (one, other) = (
        process(&server.url(), LONG).await,
        process(&server.url(), LONG).await,
    );
    keep(&one, "1").await;
    assert_eq!(found(&other).await, Some("1".into()));
    let keys = server.cli(["KEYS", "*"]).unwrap();
    assert_eq!(keys.lines().count(), 2, "{keys}");
    for key in keys.lines() {
        let left: i64 = server.cli(["PTTL", key]).unwrap().parse().unwrap();
        assert!((1..=1_200_000).contains(&left), "{key} {left}");
    }
}

#[tokio::test]
async fn what_one_process_outdates_no_other_gives() {
    let server = Server::start().unwrap();
    let (one, other) = (
        process(&server.url(), LONG).await,
        process(&server.url(), LONG).await,
    );
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

//! What every cache must pass: [`all`], run against an engine that keeps nothing.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Belief, Cache, Found, Place};

/// Nothing ends within a test that does not wait for it.
const LONG: Duration = Duration::from_secs(600);
/// How long a cache may be of no use, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// What ends within a test.
const SHORT: Duration = Duration::from_secs(1);

/// Runs every case, each against a fresh engine that keeps for the time it is given.
///
/// # Panics
/// When the engine breaks a promise.
pub async fn all<C: Cache>(fresh: impl AsyncFn(Duration) -> C) {
    what_is_put_is_found(&fresh(LONG).await).await;
    scopes_and_names_are_apart(&fresh(LONG).await).await;
    what_is_outdated_is_not_given(&fresh(LONG).await).await;
    what_was_read_before_it_was_outdated_is_not_given_after(&fresh(LONG).await).await;
    nothing_is_kept_longer_than_its_time(&fresh(SHORT).await).await;
}

async fn found(cache: &impl Cache, scope: &str, name: &str) -> Option<Bytes> {
    match cache.get(scope, name, Belief::AWhile).await {
        Found::Hit(value) => Some(value),
        Found::Miss(_) => None,
    }
}

/// The place for what is not there, once the cache can be used: on a busy machine its server may be late at
/// first, and is not asked for a moment then.
///
/// # Panics
/// When it is there, or the cache cannot be used within [`PATIENCE`].
pub async fn place(cache: &impl Cache, scope: &str, name: &str) -> Place {
    let latest = Instant::now() + PATIENCE;
    loop {
        match cache.get(scope, name, Belief::AWhile).await {
            Found::Miss(Some(place)) => return place,
            Found::Miss(None) if Instant::now() < latest => tokio::time::sleep(PAUSE).await,
            found => panic!("no place: {found:?}"),
        }
    }
}

async fn keep(cache: &impl Cache, scope: &str, name: &str, value: &'static str) {
    let place = place(cache, scope, name).await;
    cache.put(place, Bytes::from_static(value.as_bytes())).await;
}

async fn what_is_put_is_found(cache: &impl Cache) {
    keep(cache, "ada", "one", "1").await;
    keep(cache, "ada", "empty", "").await;
    assert_eq!(found(cache, "ada", "one").await, Some("1".into()));
    assert_eq!(found(cache, "ada", "empty").await, Some("".into()));
    let large = Bytes::from(vec![7; 100_000]);
    let there = place(cache, "ada", "large").await;
    cache.put(there, large.clone()).await;
    assert_eq!(found(cache, "ada", "large").await, Some(large));
}

async fn scopes_and_names_are_apart(cache: &impl Cache) {
    keep(cache, "ada", "one", "ada's").await;
    for (scope, name) in [
        ("eve", "one"),
        ("", "one"),
        ("Ada", "one"),
        ("ada ", "one"),
        ("one:ada", "one"),
        ("ada:one", ""),
        ("ada", "two"),
        ("ada", ""),
    ] {
        assert_eq!(found(cache, scope, name).await, None, "{scope:?} {name:?}");
    }
    keep(cache, "eve", "one", "eve's").await;
    assert_eq!(found(cache, "ada", "one").await, Some("ada's".into()));
    assert_eq!(found(cache, "eve", "one").await, Some("eve's".into()));
}

async fn what_is_outdated_is_not_given(cache: &impl Cache) {
    for (scope, name) in [("ada", "one"), ("ada", "two"), ("eve", "one")] {
        keep(cache, scope, name, "old").await;
    }
    cache.outdate("ada").await;
    assert_eq!(found(cache, "ada", "one").await, None);
    assert_eq!(found(cache, "ada", "two").await, None);
    assert_eq!(found(cache, "eve", "one").await, Some("old".into()));
    keep(cache, "ada", "one", "new").await;
    assert_eq!(found(cache, "ada", "one").await, Some("new".into()));
    // Of what nobody keeps anything of.
    cache.outdate("bob").await;
}

async fn what_was_read_before_it_was_outdated_is_not_given_after(cache: &impl Cache) {
    let before = place(cache, "ada", "one").await;
    cache.outdate("ada").await;
    cache.put(before, Bytes::from_static(b"old")).await;
    assert_eq!(found(cache, "ada", "one").await, None);
}

async fn nothing_is_kept_longer_than_its_time(cache: &impl Cache) {
    keep(cache, "ada", "one", "1").await;
    // Time itself is what is waited for.
    tokio::time::sleep(SHORT + Duration::from_millis(200)).await;
    assert_eq!(found(cache, "ada", "one").await, None);
}

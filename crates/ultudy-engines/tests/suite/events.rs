use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use futures_util::StreamExt;
use ultudy_engines::{
    events::{Events, JobChanged, Notice, RedisEvents, conformance},
    redis::Redis,
};
use ultudy_testkit::redis::{Cluster, Redis as Server};
use uuid::Uuid;

/// Only turns a hang into a failure.
const HANG: Duration = Duration::from_secs(60);

/// One that hears what is published: on a busy machine that may be later than its start.
async fn process(url: &str) -> RedisEvents {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let id = Uuid::from_u128(NUMBER.fetch_add(1, Ordering::Relaxed).into());
    let events = RedisEvents::start(Redis::connect(url).await.unwrap(), id).await;
    let probe = JobChanged {
        owner_id: id.to_string().into(),
        ..change(1)
    };
    let mut probed = events.subscribe(&probe.owner_id).await;
    let hears = async {
        loop {
            events.publish(probe.clone()).await;
            let heard = tokio::time::timeout(Duration::from_secs(1), probed.next()).await;
            if let Ok(Some(Notice::Changed(_))) = heard {
                break;
            }
        }
    };
    tokio::time::timeout(HANG, hears).await.unwrap();
    events
}

fn change(version: i64) -> JobChanged {
    JobChanged {
        owner_id: "ada".into(),
        job_id: Uuid::from_u128(7),
        version,
    }
}

async fn next(stream: &mut (impl StreamExt<Item = Notice> + Unpin)) -> Notice {
    tokio::time::timeout(HANG, stream.next())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn on_one_server_it_keeps_the_promises_of_events() {
    let server = Server::start().unwrap();
    conformance::all(async || process(&server.url()).await).await;
}

#[tokio::test]
async fn on_a_cluster_it_keeps_the_promises_of_events() {
    let cluster = Cluster::start().unwrap();
    conformance::all(async || process(&cluster.url()).await).await;
}

async fn what_one_process_publishes_another_tells_in_order(url: &str) {
    let (one, other) = (process(url).await, process(url).await);
    let mut here = one.subscribe("ada").await;
    let mut there = other.subscribe("ada").await;
    let mut eve = other.subscribe("eve").await;
    for version in 1..=50 {
        one.publish(change(version)).await;
    }
    for version in 1..=50 {
        let expected = Notice::Changed(change(version));
        assert_eq!(next(&mut there).await, expected);
        assert_eq!(next(&mut here).await, expected);
    }
    let eves = JobChanged {
        owner_id: "eve".into(),
        ..change(1)
    };
    one.publish(eves.clone()).await;
    assert_eq!(next(&mut eve).await, Notice::Changed(eves));
}

#[tokio::test]
async fn processes_over_one_server_are_as_one() {
    let server = Server::start().unwrap();
    what_one_process_publishes_another_tells_in_order(&server.url()).await;
}

#[tokio::test]
async fn processes_over_a_cluster_are_as_one() {
    let cluster = Cluster::start().unwrap();
    what_one_process_publishes_another_tells_in_order(&cluster.url()).await;
}

#[tokio::test]
async fn while_redis_is_away_a_process_tells_its_own_and_then_all_that_some_was_missed() {
    let mut server = Server::start().unwrap();
    let url = server.url();
    let (one, other) = (process(&url).await, process(&url).await);
    let mut here = one.subscribe("ada").await;
    let mut there = other.subscribe("ada").await;
    server.kill().unwrap();
    one.publish(change(1)).await;
    assert_eq!(next(&mut here).await, Notice::Changed(change(1)));
    server.start_again().unwrap();
    assert_eq!(next(&mut there).await, Notice::Missed);
    // Until one is heard there: it may be missed as long as the connections are made again.
    let mut version = 1;
    loop {
        version += 1;
        one.publish(change(version)).await;
        let heard = tokio::time::timeout(Duration::from_secs(1), there.next()).await;
        if let Ok(Some(Notice::Changed(event))) = heard {
            assert!(event.version <= version);
            break;
        }
        assert!(version < 60, "never heard again");
    }
}

#[tokio::test]
async fn a_message_of_another_version_of_the_program_is_something_missed() {
    let server = Server::start().unwrap();
    let events = process(&server.url()).await;
    let mut ada = events.subscribe("ada").await;
    server
        .cli(["PUBLISH", "ultudy:events", "{\"kind\":\"new\"}"])
        .unwrap();
    assert_eq!(next(&mut ada).await, Notice::Missed);
}

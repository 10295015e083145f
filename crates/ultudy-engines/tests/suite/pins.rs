use std::time::Duration;

use ultudy_engines::{
    pins::{Pins as _, RedisPins, conformance},
    redis::Redis,
};
use ultudy_testkit::redis::{Cluster, Redis as Server};

async fn pins(url: &str, pin: Duration) -> RedisPins {
    RedisPins::new(Redis::connect(url).await.unwrap(), pin)
}

#[tokio::test]
async fn on_one_server_they_keep_the_promises_of_pins() {
    let server = Server::start().unwrap();
    conformance::all(async |pin| {
        server.cli(["FLUSHALL"]).unwrap();
        pins(&server.url(), pin).await
    })
    .await;
}

#[tokio::test]
async fn on_a_cluster_they_keep_the_promises_of_pins() {
    let cluster = Cluster::start().unwrap();
    conformance::all(async |pin| {
        for node in cluster.nodes() {
            node.cli(["FLUSHALL"]).unwrap();
        }
        pins(&cluster.url(), pin).await
    })
    .await;
}

/// Reading where it was changed is always right.
#[tokio::test]
async fn what_another_process_pins_is_pinned_and_everybody_is_while_redis_is_away() {
    let long = Duration::from_secs(600);
    let mut server = Server::start().unwrap();
    let (one, other) = (
        pins(&server.url(), long).await,
        pins(&server.url(), long).await,
    );
    one.pin("ada").await;
    assert!(other.is_pinned("ada").await && !other.is_pinned("bob").await);
    let left = server.cli(["PTTL", "ultudy:pin:ada"]).unwrap();
    assert!(
        (1..=600_000).contains(&left.parse::<i64>().unwrap()),
        "{left}"
    );
    server.kill().unwrap();
    assert!(other.is_pinned("bob").await);
}

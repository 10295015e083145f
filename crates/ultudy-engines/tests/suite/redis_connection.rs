use std::time::Duration;

use redis::AsyncCommands as _;
use ultudy_engines::redis::{ConnectError, Eviction, Heard, Redis};
use ultudy_testkit::{
    ports::free_port,
    redis::{Cluster, Redis as Server},
    wait,
};

const PATIENCE: Duration = Duration::from_secs(60);

async fn round_trip(redis: &Redis) {
    let mut connection = redis.connection();
    for family in ["a", "b", "c", "d"] {
        let key = format!("{}:key", redis.tagged(family));
        let () = connection.set(&key, family).await.unwrap();
        let found: String = connection.get(&key).await.unwrap();
        assert_eq!(found, family);
    }
}

#[tokio::test]
async fn a_password_is_shown() {
    let server = Server::start_with_password("secret").unwrap();
    round_trip(&Redis::connect(&server.url()).await.unwrap()).await;

    for url in [
        format!("redis://127.0.0.1:{}", server.port()),
        format!("redis://:wrongly@127.0.0.1:{}", server.port()),
    ] {
        let error = Redis::connect(&url).await.unwrap_err();
        assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("wrongly"));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_refused() {
    let server = Server::start_with_tls().unwrap();
    let error = Redis::connect(&server.url()).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_said_with_the_address() {
    let port = free_port().unwrap();
    let url = format!("redis://127.0.0.1:{port}");
    let error = Redis::connect(&url).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }));
    assert!(error.to_string().contains(&port.to_string()));
    let error = Redis::connect("http://127.0.0.1").await.unwrap_err();
    assert!(matches!(error, ConnectError::InvalidUrl));
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let mut server = Server::start().unwrap();
    let redis = Redis::connect(&server.url()).await.unwrap();
    let mut listener = redis.listen(vec!["news".into()], vec!["more-*".into()]);
    assert_eq!(listener.next().await, Some(Heard::Connected));
    server.kill().unwrap();
    assert!(redis.eviction().await.is_err());
    server.start_again().unwrap();
    // What was under way when the server died may be told once.
    let _ = redis.eviction().await;
    round_trip(&redis).await;
    assert_eq!(listener.next().await, Some(Heard::Connected));
    for channel in ["news", "other", "more-news"] {
        server.cli(["PUBLISH", channel, "it works"]).unwrap();
    }
    for channel in ["news", "more-news"] {
        let message = Heard::Message {
            channel: channel.into(),
            payload: b"it works".into(),
        };
        assert_eq!(listener.next().await, Some(message));
    }
}

#[tokio::test]
async fn a_plain_url_of_a_cluster_is_known_as_one() {
    let cluster = Cluster::start().unwrap();
    let redis = Redis::connect(&cluster.url()).await.unwrap();
    assert!(redis.is_cluster());
    assert_eq!(redis.tagged("family"), "{family}");
    round_trip(&redis).await;
    assert_eq!(redis.eviction().await.unwrap(), Eviction::Nothing);
    let last = cluster.nodes().last().unwrap();
    last.cli(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"])
        .unwrap();
    assert_eq!(redis.eviction().await.unwrap(), Eviction::AnyKey);

    let mut listener = redis.listen(vec!["news".into()], Vec::new());
    assert_eq!(listener.next().await, Some(Heard::Connected));
    last.cli(["PUBLISH", "news", "from elsewhere"]).unwrap();
    assert!(matches!(listener.next().await, Some(Heard::Message { .. })));
}

/// Each key can be written and read, at the latest once a replica has taken over.
async fn serves_all_keys(redis: &Redis) {
    wait::until("every key is served", PATIENCE, async || {
        let mut connection = redis.connection();
        for family in ["a", "b", "c", "d"] {
            let key = format!("{}:key", redis.tagged(family));
            let set: Result<(), _> = connection.set(&key, family).await;
            if set.is_err() {
                return false;
            }
        }
        true
    })
    .await
    .unwrap();
    round_trip(redis).await;
}

#[tokio::test]
async fn any_node_that_answers_of_several_will_do_and_all_others_are_learnt() {
    let mut cluster = Cluster::start_with_replicas().unwrap();
    let nodes = cluster.nodes_mut();
    let list = format!("{},127.0.0.1:{}", nodes[0].url(), nodes[1].port());
    nodes[0].kill().unwrap();
    let redis = Redis::connect(&list).await.unwrap();
    assert!(redis.is_cluster());
    assert!(redis.time().await.is_ok());
    // Nobody knows of a node that is away what it would say.
    assert_eq!(redis.eviction().await.unwrap(), Eviction::Nothing);
    serves_all_keys(&redis).await;
    // All are gone at once, and those that were named do not come back.
    let nodes = cluster.nodes_mut();
    for node in &mut *nodes {
        node.kill().unwrap();
    }
    assert!(redis.time().await.is_err());
    for node in &mut nodes[2..] {
        node.start_again().unwrap();
    }
    serves_all_keys(&redis).await;
    let mut listener = redis.listen(vec!["news".into()], Vec::new());
    assert_eq!(listener.next().await, Some(Heard::Connected));
}

#[tokio::test]
async fn several_that_are_not_nodes_of_one_cluster_are_refused() {
    let (cluster, server) = (Cluster::start().unwrap(), Server::start().unwrap());
    let one_more = Server::start().unwrap();
    let nobody = format!("127.0.0.1:{}", free_port().unwrap());
    for (list, reason) in [
        (format!("{},{}", server.url(), one_more.url()), "is no node"),
        (format!("{},{}", cluster.url(), server.url()), "is no node"),
        (format!("{},{nobody}", server.url()), "is no node"),
        (format!("redis://{nobody},127.0.0.1:1"), "none of the nodes"),
        (
            format!("{},redis://:secret@{nobody}", cluster.url()),
            "user or password",
        ),
    ] {
        let refused = Redis::connect(&list).await.unwrap_err().to_string();
        assert!(refused.contains(reason), "{list}: {refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    let other = Cluster::start().unwrap();
    let list = format!("{},{}", cluster.url(), other.url());
    let refused = Redis::connect(&list).await.unwrap_err();
    assert!(
        matches!(refused, ConnectError::Strangers { .. }),
        "{refused}"
    );
}

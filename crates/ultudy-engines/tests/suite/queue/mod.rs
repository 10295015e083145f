//! The queue on Redis: what every queue promises, and what this one promises besides.

use ultudy_engines::{queue::conformance, redis::Redis};
use ultudy_testkit::redis::{Cluster, Redis as Server};

mod backlog;
mod bull_layout;
mod grouped;
mod interop;
mod strange;
mod travelling;
mod unplaced;
mod waking;

use travelling::Travelling;

#[tokio::test]
async fn keeps_the_promises_of_a_queue() {
    let server = Server::start().unwrap();
    conformance::all(async || {
        server.cli(["FLUSHALL"]).unwrap();
        Travelling::new(Redis::connect(&server.url()).await.unwrap())
    })
    .await;
}

#[tokio::test]
async fn keeps_the_promises_of_a_queue_on_a_cluster() {
    let cluster = Cluster::start().unwrap();
    conformance::all(async || {
        for node in cluster.nodes() {
            node.cli(["FLUSHALL"]).unwrap();
        }
        Travelling::new(Redis::connect(&cluster.url()).await.unwrap())
    })
    .await;
}

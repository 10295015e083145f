//! Hears what is published, for as long as somebody listens.

use std::time::Duration;

use futures_util::StreamExt;
use redis::{
    Client, ConnectionInfo, Msg, RedisError, Value,
    aio::{PubSub, PubSubSink},
};
use tokio::{sync::mpsc, task::JoinHandle, time};

use super::{CONNECTION_TIMEOUT, Connection, RESPONSE_TIMEOUT, Redis, nodes};

/// How long to leave a server alone that refused.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How often a silent connection is asked whether it still lives.
const PING_EVERY: Duration = Duration::from_secs(5);
/// What was heard and nobody has taken yet; beyond that the server holds it.
const KEPT: usize = 1_024;

/// What a listener heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It listens from now on, first or again: what was said before is missed.
    Connected,
    /// Something was published.
    Message {
        /// Where.
        channel: String,
        /// What.
        payload: Vec<u8>,
    },
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    heard: mpsc::Receiver<Heard>,
    task: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(redis: Redis, channels: Vec<String>, patterns: Vec<String>) -> Self {
        let (tell, heard) = mpsc::channel(KEPT);
        let task = tokio::spawn(async move {
            while !tell.is_closed() {
                let listening = listen(&redis, &channels, &patterns, &tell).await;
                if let Err(error) = listening {
                    tracing::warn!(%error, "cannot hear what Redis is told; trying again");
                    time::sleep(AGAIN_AFTER).await;
                }
            }
        });
        Self { heard, task }
    }

    /// The next thing heard; waits for it however long. None only while the runtime ends.
    pub async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends well when nobody listens any more.
async fn listen(
    redis: &Redis,
    channels: &[String],
    patterns: &[String],
    tell: &mpsc::Sender<Heard>,
) -> Result<(), RedisError> {
    let (mut sink, mut messages) = redis.pub_sub().await?.split();
    if !channels.is_empty() {
        sink.subscribe(channels).await?;
    }
    if !patterns.is_empty() {
        sink.psubscribe(patterns).await?;
    }
    let mut pings = time::interval(PING_EVERY);
    let mut next = Heard::Connected;
    while tell.send(next).await.is_ok() {
        next = loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => break heard(&message),
                    None => return Err(lost()),
                },
                _ = pings.tick() => ping(&mut sink).await?,
            }
        };
    }
    Ok(())
}

async fn ping(sink: &mut PubSubSink) -> Result<(), RedisError> {
    match time::timeout(RESPONSE_TIMEOUT, sink.ping::<Value>()).await {
        Ok(answer) => answer.map(drop),
        Err(_) => Err(lost()),
    }
}

fn lost() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()
}

fn heard(message: &Msg) -> Heard {
    Heard::Message {
        channel: message.get_channel_name().to_owned(),
        payload: message.get_payload_bytes().to_vec(),
    }
}

impl Redis {
    /// A connection to listen on. On a cluster whatever is published is told by every node,
    /// so any that answers will do.
    async fn pub_sub(&self) -> Result<PubSub, RedisError> {
        let mut last = None;
        for node in self.nodes().await {
            match Self::pub_sub_at(node).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(lost))
    }

    async fn pub_sub_at(node: ConnectionInfo) -> Result<PubSub, RedisError> {
        let client = Client::open(node)?;
        match time::timeout(CONNECTION_TIMEOUT, client.get_async_pubsub()).await {
            Ok(connection) => connection,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    /// Those that are known, then those that the cluster has got since.
    async fn nodes(&self) -> Vec<ConnectionInfo> {
        let mut nodes = self.0.nodes.clone();
        if let (Connection::Cluster(mut connection), Some(first)) =
            (self.connection(), self.0.nodes.first())
        {
            nodes::extend(&mut nodes, nodes::of_cluster(&mut connection, first).await);
        }
        nodes
    }
}

//! Hears what is published, for as long as somebody listens.

use std::time::Duration;

use futures_util::StreamExt;
use redis::{
    Client, ConnectionAddr, IntoConnectionInfo as _, Msg, RedisError, Value,
    aio::{PubSub, PubSubSink},
    from_redis_value,
};
use tokio::{sync::mpsc, task::JoinHandle, time};

use super::{CONNECTION_TIMEOUT, Connection, RESPONSE_TIMEOUT, Redis};

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
        for address in self.addresses().await {
            match self.pub_sub_at(address).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(lost))
    }

    async fn pub_sub_at(&self, address: ConnectionAddr) -> Result<PubSub, RedisError> {
        let settings = self.0.seed.redis_settings().clone();
        let info = address.into_connection_info()?.set_redis_settings(settings);
        let client = Client::open(info)?;
        match time::timeout(CONNECTION_TIMEOUT, client.get_async_pubsub()).await {
            Ok(connection) => connection,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    /// Of the URL's server, then of all other nodes that a cluster knows.
    async fn addresses(&self) -> Vec<ConnectionAddr> {
        let seed = self.0.seed.addr().clone();
        let mut addresses = vec![seed.clone()];
        if let Connection::Cluster(mut connection) = self.connection() {
            let mut ask = redis::cmd("CLUSTER");
            ask.arg("SLOTS");
            let slots: Result<Value, _> = ask.query_async(&mut connection).await;
            for (host, port) in nodes(slots.unwrap_or(Value::Nil)) {
                let node = match &seed {
                    ConnectionAddr::TcpTls {
                        insecure,
                        tls_params,
                        ..
                    } => ConnectionAddr::TcpTls {
                        host,
                        port,
                        insecure: *insecure,
                        tls_params: tls_params.clone(),
                    },
                    _ => ConnectionAddr::Tcp(host, port),
                };
                if !addresses.contains(&node) {
                    addresses.push(node);
                }
            }
        }
        addresses
    }
}

/// Hosts and ports in an answer to `CLUSTER SLOTS`: ranges, each `[first, last, node…]`, a
/// node `[host, port, …]`.
fn nodes(slots: Value) -> Vec<(String, u16)> {
    let ranges: Vec<Vec<Value>> = from_redis_value(slots).unwrap_or_default();
    let nodes = ranges
        .into_iter()
        .flat_map(|range| range.into_iter().skip(2));
    nodes
        .filter_map(|node| {
            let mut parts = from_redis_value::<Vec<Value>>(node).ok()?.into_iter();
            let host: String = from_redis_value(parts.next()?).ok()?;
            let port: u16 = from_redis_value(parts.next()?).ok()?;
            (!host.is_empty()).then_some((host, port))
        })
        .collect()
}

//! Redis, single or a cluster, as all engines on it share it: one connection for commands,
//! which is made again when it is lost, and listeners with a connection of their own.
//!
//! A key belongs to a `family`, such as a queue's name: on a cluster the family is the key's
//! hash tag ([`Redis::tagged`]), so that one script may touch all keys of one family.

use std::{sync::Arc, time::Duration};

use redis::{
    Client, ConnectionInfo, FromRedisValue, RedisError, ScriptInvocation,
    aio::ConnectionManagerConfig, cluster::ClusterClientBuilder,
};
use ultudy_domain::Timestamp;

mod connection;
mod error;
mod info;
mod listener;
mod memory;
mod nodes;
mod patience;
mod scheme;

pub use connection::Connection;
pub use error::ConnectError;
pub use info::Eviction;
pub use listener::{Heard, Listener};
pub use memory::Memory;
pub(crate) use patience::{LEFT_ALONE, Patience};

/// How long the first connection may take in all.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long one try to connect may take.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer may take; what takes longer fails, and may have been done.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a lost connection is tried again before the command that wanted it fails.
const RETRIES: usize = 2;
/// Pauses between these tries.
const RETRY_PAUSE: Duration = Duration::from_millis(50);
const RETRY_PAUSE_MAX: Duration = Duration::from_millis(500);

/// A Redis, connected. Cheap to clone: clones share its connection.
#[derive(Debug, Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    /// The server that the URL names; on a cluster all nodes that it names, and all others that the
    /// cluster knew then. Never empty.
    nodes: Vec<ConnectionInfo>,
    connection: Connection,
}

impl Redis {
    /// Connects to `redis://[[user]:password@]host[:port][/db]`, by TLS if it is `rediss://`.
    /// Finds out by itself whether that is a node of a cluster. Several nodes of one may be named
    /// with commas between them, the others also as just `host:port`: any that answers will do.
    ///
    /// # Errors
    /// The URL is none, or nothing there that lets us in answers within 5 seconds, of several within
    /// 8, or of several not all are of one cluster. The error never holds the password.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        let nodes = nodes::parse(url)?;
        // An error says that there is one already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        match nodes.as_slice() {
            [server] => Self::open_one(server).await,
            _ => Self::open_several(nodes).await,
        }
    }

    async fn open_one(server: &ConnectionInfo) -> Result<Self, ConnectError> {
        let address = server.addr();
        let limit = tokio::time::timeout(CONNECT_LIMIT, Self::open(server));
        let failed = match limit.await {
            Ok(Ok(opened)) => return opened,
            Ok(Err(source)) => ConnectError::new(address.to_string(), source),
            Err(_) => ConnectError::TimedOut {
                address: address.to_string(),
            },
        };
        Err(scheme::explain(failed, address).await)
    }

    async fn open_several(named: Vec<ConnectionInfo>) -> Result<Self, ConnectError> {
        let addresses: Vec<String> = named.iter().map(|node| node.addr().to_string()).collect();
        let address = addresses.join(",");
        let nodes = nodes::of_one_cluster(named).await?;
        match tokio::time::timeout(CONNECT_LIMIT, Self::open_cluster(nodes)).await {
            Ok(Ok(opened)) => Ok(opened),
            Ok(Err(source)) => Err(ConnectError::new(address, source)),
            Err(_) => Err(ConnectError::TimedOut { address }),
        }
    }

    /// A server that answers and is of no use is an answer, too.
    async fn open(server: &ConnectionInfo) -> Result<Result<Self, ConnectError>, RedisError> {
        let client = Client::open(server.clone())?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(RETRIES)
            .set_min_delay(RETRY_PAUSE)
            .set_max_delay(RETRY_PAUSE_MAX);
        let mut single = client.get_connection_manager_with_config(config).await?;
        if info::is_cluster(&mut single).await? {
            let mut nodes = vec![server.clone()];
            let known = nodes::of_cluster(&mut single, server).await;
            nodes::extend(&mut nodes, known);
            return Ok(Ok(Self::open_cluster(nodes).await?));
        }
        if let Some(primary) = info::primary(&mut single).await? {
            let address = server.addr().to_string();
            return Ok(Err(ConnectError::ReadOnly { address, primary }));
        }
        Ok(Ok(Self(Arc::new(Inner {
            nodes: vec![server.clone()],
            connection: Connection::Single(single),
        }))))
    }

    /// By any of these nodes; by any of them again whenever all connections are lost.
    async fn open_cluster(nodes: Vec<ConnectionInfo>) -> Result<Self, RedisError> {
        let client = ClusterClientBuilder::new(nodes.iter().cloned())
            .connection_timeout(CONNECTION_TIMEOUT)
            .response_timeout(RESPONSE_TIMEOUT)
            .retries(u32::try_from(RETRIES).unwrap_or(u32::MAX))
            .min_retry_wait(millis(RETRY_PAUSE))
            .max_retry_wait(millis(RETRY_PAUSE_MAX))
            .build()?;
        let connection = Connection::Cluster(client.get_async_connection().await?);
        Ok(Self(Arc::new(Inner { nodes, connection })))
    }

    /// What time it is there; on a cluster, at one of its nodes.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn time(&self) -> Result<Timestamp, RedisError> {
        let ask = redis::cmd("TIME");
        let (seconds, micros): (i64, u32) = ask.query_async(&mut self.connection()).await?;
        let time = Timestamp::from_timestamp(seconds, micros.saturating_mul(1_000));
        Ok(time.unwrap_or_default())
    }

    /// Its connection: commands of all clones share it, none may block it.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.0.connection.clone()
    }

    /// Whether it is a cluster.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        matches!(self.0.connection, Connection::Cluster(_))
    }

    /// The family's name as it stands in its keys: `{name}` on a cluster, so that they lie on
    /// one node.
    #[must_use]
    pub fn tagged(&self, family: &str) -> String {
        if self.is_cluster() {
            format!("{{{family}}}")
        } else {
            family.to_owned()
        }
    }

    /// Runs a script, sending its text if the server does not know it. On a cluster its first
    /// key says where, and all keys it touches must be of that key's family.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; after a time-out it may have run.
    pub async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        script.invoke_async(&mut self.connection()).await
    }

    /// Hears what is published in these channels and in those that match these patterns, over
    /// a connection of its own, which is made again when it is lost.
    #[must_use]
    pub fn listen(&self, channels: Vec<String>, patterns: Vec<String>) -> Listener {
        Listener::start(self.clone(), channels, patterns)
    }
}

impl std::fmt::Debug for Inner {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field(
                "nodes",
                &Vec::from_iter(self.nodes.iter().map(|node| node.addr().to_string())),
            )
            .finish_non_exhaustive()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

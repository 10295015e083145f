//! Redis, single or a cluster, as all engines on it share it: one connection for commands,
//! which is made again when it is lost, and listeners with a connection of their own.
//!
//! A key belongs to a `family`, such as a queue's name: on a cluster the family is the key's
//! hash tag ([`Redis::tagged`]), so that one script may touch all keys of one family.

use std::{sync::Arc, time::Duration};

use redis::{
    Client, ConnectionInfo, FromRedisValue, IntoConnectionInfo as _, RedisError, ScriptInvocation,
    aio::ConnectionManagerConfig, cluster::ClusterClientBuilder,
};

mod connection;
mod error;
mod info;
mod listener;
mod memory;
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
    /// The server that the URL names; on a cluster one node of it.
    seed: ConnectionInfo,
    connection: Connection,
}

impl Redis {
    /// Connects to `redis://[[user]:password@]host[:port][/db]`, by TLS if it is `rediss://`.
    /// Finds out by itself whether that is a node of a cluster.
    ///
    /// # Errors
    /// The URL is none, or nothing there that lets us in answers within 5 seconds. The error
    /// never holds the password.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        let seed = url
            .into_connection_info()
            .map_err(|_| ConnectError::InvalidUrl)?;
        // An error says that there is one already, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address = seed.addr().clone();
        let limit = tokio::time::timeout(CONNECT_LIMIT, Self::open(seed));
        let failed = match limit.await {
            Ok(Ok(opened)) => return opened,
            Ok(Err(source)) => ConnectError::new(address.to_string(), source),
            Err(_) => ConnectError::TimedOut {
                address: address.to_string(),
            },
        };
        Err(scheme::explain(failed, &address).await)
    }

    /// A server that answers and is of no use is an answer, too.
    async fn open(seed: ConnectionInfo) -> Result<Result<Self, ConnectError>, RedisError> {
        let client = Client::open(seed.clone())?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(RETRIES)
            .set_min_delay(RETRY_PAUSE)
            .set_max_delay(RETRY_PAUSE_MAX);
        let mut single = client.get_connection_manager_with_config(config).await?;
        let connection = if info::is_cluster(&mut single).await? {
            let client = ClusterClientBuilder::new([seed.clone()])
                .connection_timeout(CONNECTION_TIMEOUT)
                .response_timeout(RESPONSE_TIMEOUT)
                .retries(u32::try_from(RETRIES).unwrap_or(u32::MAX))
                .min_retry_wait(millis(RETRY_PAUSE))
                .max_retry_wait(millis(RETRY_PAUSE_MAX))
                .build()?;
            Connection::Cluster(client.get_async_connection().await?)
        } else if let Some(primary) = info::primary(&mut single).await? {
            let address = seed.addr().to_string();
            return Ok(Err(ConnectError::ReadOnly { address, primary }));
        } else {
            Connection::Single(single)
        };
        Ok(Ok(Self(Arc::new(Inner { seed, connection }))))
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
            .field("address", &self.seed.addr().to_string())
            .finish_non_exhaustive()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

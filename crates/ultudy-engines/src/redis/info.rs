//! What a server says of itself.

use futures_util::future::join_all;
use redis::{
    Cmd, RedisError,
    aio::ConnectionLike,
    cluster_routing::{RoutingInfo, SingleNodeRoutingInfo},
    from_redis_value,
};
use tokio::time::timeout;

use super::{Connection, RESPONSE_TIMEOUT, Redis, nodes};

/// What a server does when its memory is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eviction {
    /// It refuses writes: nothing is lost.
    Nothing,
    /// It drops keys that end by themselves: leases and what is cached.
    Volatile,
    /// It drops any key: jobs, too.
    AnyKey,
}

impl Redis {
    /// What it does when its memory is full; of a cluster, what its worst node does.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn eviction(&self) -> Result<Eviction, RedisError> {
        let mut ask = redis::cmd("INFO");
        ask.arg("memory");
        let answers = self.ask_every_node(&ask).await?;
        let policies = answers.iter().map(|answer| eviction(answer));
        Ok(policies.max().unwrap_or(Eviction::Nothing))
    }

    /// Sends a command to each node that holds keys. On a cluster those that are away are left out,
    /// as long as one is there.
    pub(super) async fn ask_every_node(&self, cmd: &Cmd) -> Result<Vec<String>, RedisError> {
        let mut connection = match self.connection() {
            Connection::Single(mut connection) => {
                return Ok(vec![cmd.query_async(&mut connection).await?]);
            }
            Connection::Cluster(connection) => connection,
        };
        let masters = nodes::masters(&mut connection).await?;
        let asked = masters.into_iter().map(|(host, port)| {
            let to = RoutingInfo::SingleNode(SingleNodeRoutingInfo::ByAddress { host, port });
            let (mut connection, cmd) = (connection.clone(), cmd.clone());
            let answer = async move { connection.route_command(cmd, to).await };
            timeout(RESPONSE_TIMEOUT, answer)
        });
        let (mut there, mut away) = (
            Vec::new(),
            std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
        );
        for answer in join_all(asked).await {
            match answer {
                Ok(Ok(answer)) => there.push(from_redis_value(answer)?),
                Ok(Err(error)) => away = error,
                Err(_) => {}
            }
        }
        match there.is_empty() {
            true => Err(away),
            false => Ok(there),
        }
    }
}

/// Whether a server is a node of a cluster. One that keeps that to itself is none.
pub(super) async fn is_cluster(
    connection: &mut (impl ConnectionLike + Send),
) -> Result<bool, RedisError> {
    let mut ask = redis::cmd("INFO");
    ask.arg("cluster");
    match ask.query_async::<String>(connection).await {
        Ok(answer) => Ok(value(&answer, "cluster_enabled") == Some("1")),
        Err(error) if error.is_io_error() || error.is_timeout() => Err(error),
        Err(error) if matches!(error.code(), Some("NOAUTH" | "LOADING")) => Err(error),
        Err(_) => Ok(false),
    }
}

/// Host and port of the primary of which a server is a copy that takes no writes.
pub(super) async fn primary(
    connection: &mut (impl ConnectionLike + Send),
) -> Result<Option<String>, RedisError> {
    let mut ask = redis::cmd("INFO");
    ask.arg("replication");
    match ask.query_async::<String>(connection).await {
        Ok(answer) => Ok(read_primary(&answer)),
        Err(error) if error.is_io_error() || error.is_timeout() => Err(error),
        // It keeps that to itself.
        Err(_) => Ok(None),
    }
}

fn read_primary(replication: &str) -> Option<String> {
    let has = |name, expected| value(replication, name) == Some(expected);
    if !has("role", "slave") || has("slave_read_only", "0") {
        return None;
    }
    let host = value(replication, "master_host").unwrap_or_default();
    let port = value(replication, "master_port").unwrap_or_default();
    Some(format!("{host}:{port}"))
}

fn eviction(memory: &str) -> Eviction {
    match value(memory, "maxmemory_policy") {
        Some(policy) if policy.starts_with("allkeys-") => Eviction::AnyKey,
        Some(policy) if policy.starts_with("volatile-") => Eviction::Volatile,
        _ => Eviction::Nothing,
    }
}

/// A line `name:value` of `INFO`.
pub(super) fn value<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines()
        .filter_map(|line| line.trim_end().split_once(':'))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_what_it_may_drop() {
        for (policy, drops) in [
            ("noeviction", Eviction::Nothing),
            ("volatile-lru", Eviction::Volatile),
            ("allkeys-random", Eviction::AnyKey),
        ] {
            let info = format!("# Memory\r\nused_memory:1\r\nmaxmemory_policy:{policy}\r\n");
            assert_eq!(eviction(&info), drops);
        }
        assert_eq!(eviction("# Memory\r\n"), Eviction::Nothing);
    }
}

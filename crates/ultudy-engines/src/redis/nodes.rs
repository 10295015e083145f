//! Which servers a URL names: one, or several nodes of one cluster.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _,
    RedisError, Value, aio::ConnectionLike, from_redis_value,
};

use super::{CONNECTION_TIMEOUT, ConnectError, RESPONSE_TIMEOUT, info, scheme};

/// How long a node of several may take to say what it is.
const SAYS_SO_WITHIN: Duration = Duration::from_secs(3);

/// The servers that `redis://[[user:]password@]host[:port][/db]` names, or several such nodes with
/// commas between them, of which those behind the first may be just `host:port`. Never empty.
///
/// # Errors
/// It is none, or its parts do not go together.
pub(super) fn parse(list: &str) -> Result<Vec<ConnectionInfo>, ConnectError> {
    let mut nodes: Vec<ConnectionInfo> = Vec::new();
    for part in parts(list) {
        let is_whole = part.contains("://");
        let node = match nodes.first() {
            Some(first) if !is_whole => like(first, &part)?,
            _ => part
                .as_str()
                .into_connection_info()
                .map_err(|_| ConnectError::InvalidUrl)?,
        };
        if let Some(first) = nodes.first() {
            check_alike(first, &node)?;
        }
        if !nodes.iter().any(|known| known.addr() == node.addr()) {
            nodes.push(node);
        }
    }
    match nodes.is_empty() {
        true => Err(ConnectError::InvalidUrl),
        false => Ok(nodes),
    }
}

/// What stands between commas; commas in a password are none of them.
fn parts(list: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in list.split(',') {
        let mut whole = part.to_owned();
        if part.contains('@') && !part.contains("://") {
            // The end of what began with the last scheme.
            let begun = parts.iter().rposition(|before| before.contains("://"));
            let before: Vec<String> = parts.drain(begun.unwrap_or(0)..).collect();
            whole = [before, vec![whole]].concat().join(",");
        }
        parts.push(whole);
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// `host[:port]`, reached as the first node is.
fn like(first: &ConnectionInfo, part: &str) -> Result<ConnectionInfo, ConnectError> {
    let scheme = match first.addr() {
        ConnectionAddr::TcpTls { .. } => "rediss",
        _ => "redis",
    };
    let bare = format!("{scheme}://{part}")
        .into_connection_info()
        .map_err(|_| ConnectError::InvalidUrl)?;
    Ok(bare.set_redis_settings(first.redis_settings().clone()))
}

/// Nodes of one cluster are reached alike.
fn check_alike(first: &ConnectionInfo, other: &ConnectionInfo) -> Result<(), ConnectError> {
    let is_encrypted = |node: &ConnectionInfo| matches!(node.addr(), ConnectionAddr::TcpTls { .. });
    let (one, two) = (first.redis_settings(), other.redis_settings());
    let differs = if is_encrypted(first) != is_encrypted(other) {
        "scheme (redis:// or rediss://)"
    } else if (one.username(), one.password()) != (two.username(), two.password()) {
        "user or password"
    } else if one.db() != two.db() {
        "database number"
    } else {
        return Ok(());
    };
    Err(ConnectError::Mixed {
        first: first.addr().to_string(),
        other: other.addr().to_string(),
        differs,
    })
}

/// What a node of several says of itself.
struct Said {
    address: String,
    /// Its name in its cluster and the names of all it knows; none if it keeps them to itself.
    names: Option<(String, BTreeSet<String>)>,
    /// All nodes that serve keys there.
    nodes: Vec<ConnectionInfo>,
}

/// These nodes, and all others of their cluster. Those that do not answer are warned of.
///
/// # Errors
/// None answers, one is no node of a cluster, or they are not of the same one.
pub(super) async fn of_one_cluster(
    mut named: Vec<ConnectionInfo>,
) -> Result<Vec<ConnectionInfo>, ConnectError> {
    let answers = join_all(named.iter().map(ask)).await;
    let (mut there, mut failed) = (Vec::new(), Vec::new());
    for (node, answer) in named.iter().zip(answers) {
        match answer {
            Ok(said) => there.push(said),
            Err(error @ ConnectError::NoCluster { .. }) => return Err(error),
            Err(error) => failed.push((node, error)),
        }
    }
    let mut there = there.into_iter();
    let Some(first) = there.next() else {
        let explained = failed
            .into_iter()
            .map(|(node, error)| scheme::explain(error, node.addr()));
        let reasons = join_all(explained).await;
        let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        return Err(ConnectError::NoneAnswers {
            reasons: reasons.join("; "),
        });
    };
    for (_, error) in failed {
        tracing::warn!(%error, "a node of the Redis Cluster is done without");
    }
    for other in there {
        if let (Some((_, known)), Some((name, _))) = (&first.names, &other.names)
            && !known.contains(name)
        {
            return Err(ConnectError::Strangers {
                first: first.address,
                other: other.address,
            });
        }
    }
    extend(&mut named, first.nodes);
    Ok(named)
}

async fn ask(node: &ConnectionInfo) -> Result<Said, ConnectError> {
    let address = node.addr().to_string();
    match tokio::time::timeout(SAYS_SO_WITHIN, ask_what_it_is(node)).await {
        Ok(Ok(said)) => said.ok_or(ConnectError::NoCluster { address }),
        Ok(Err(source)) => Err(ConnectError::new(address, source)),
        Err(_) => Err(ConnectError::TimedOut { address }),
    }
}

/// None if it is of no cluster.
async fn ask_what_it_is(node: &ConnectionInfo) -> Result<Option<Said>, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTION_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT));
    let client = Client::open(node.clone())?;
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    if !info::is_cluster(&mut connection).await? {
        return Ok(None);
    }
    let mut names = redis::cmd("CLUSTER");
    names.arg("NODES");
    let names = match names.query_async::<String>(&mut connection).await {
        Ok(nodes) => read_names(&nodes),
        Err(error) if error.is_io_error() || error.is_timeout() => return Err(error),
        // Its user may not ask.
        Err(_) => None,
    };
    Ok(Some(Said {
        address: node.addr().to_string(),
        names,
        nodes: of_cluster(&mut connection, node).await,
    }))
}

/// The own name and all names in an answer to `CLUSTER NODES`: a line a node, the name first, what it
/// is third.
fn read_names(nodes: &str) -> Option<(String, BTreeSet<String>)> {
    let (mut own, mut all) = (None, BTreeSet::new());
    for line in nodes.lines() {
        let mut words = line.split(' ');
        let Some(name) = words.next() else { continue };
        if words.nth(1).is_some_and(|flags| flags.contains("myself")) {
            own = Some(name.to_owned());
        }
        all.insert(name.to_owned());
    }
    Some((own?, all))
}

/// All nodes that a cluster knows, reached as the first one is.
pub(super) async fn of_cluster(
    connection: &mut (impl ConnectionLike + Send),
    first: &ConnectionInfo,
) -> Vec<ConnectionInfo> {
    let ranges = ranges(connection).await.unwrap_or_default();
    let addresses = ranges
        .into_iter()
        .flatten()
        .map(|(host, port)| match first.addr() {
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
        });
    let settings = first.redis_settings();
    addresses
        .filter_map(|address| address.into_connection_info().ok())
        .map(|node| node.set_redis_settings(settings.clone()))
        .collect()
}

/// Host and port of each node of a cluster that holds keys and is not a copy.
///
/// # Errors
/// No node answers.
pub(super) async fn masters(
    connection: &mut (impl ConnectionLike + Send),
) -> Result<BTreeSet<(String, u16)>, RedisError> {
    let ranges = ranges(connection).await?.into_iter();
    Ok(ranges
        .filter_map(|nodes| nodes.into_iter().next())
        .collect())
}

/// Hosts and ports of the nodes of each range of slots, the master first.
async fn ranges(
    connection: &mut (impl ConnectionLike + Send),
) -> Result<Vec<Vec<(String, u16)>>, RedisError> {
    let mut ask = redis::cmd("CLUSTER");
    ask.arg("SLOTS");
    let ranges: Vec<Vec<Value>> = ask.query_async(connection).await?;
    // Each is `[first, last, node…]`.
    let nodes = |range: Vec<Value>| range.into_iter().skip(2).filter_map(address).collect();
    Ok(ranges.into_iter().map(nodes).collect())
}

/// Host and port of a node, given as `[host, port, …]`.
fn address(node: Value) -> Option<(String, u16)> {
    let mut parts = from_redis_value::<Vec<Value>>(node).ok()?.into_iter();
    let host: String = from_redis_value(parts.next()?).ok()?;
    let port: u16 = from_redis_value(parts.next()?).ok()?;
    (!host.is_empty()).then_some((host, port))
}

/// Adds those that are not among them.
pub(super) fn extend(nodes: &mut Vec<ConnectionInfo>, more: Vec<ConnectionInfo>) {
    for node in more {
        if !nodes.iter().any(|known| known.addr() == node.addr()) {
            nodes.push(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &str) -> Vec<String> {
        let nodes = parse(list).unwrap();
        nodes.iter().map(|node| node.addr().to_string()).collect()
    }

    #[test]
    fn nodes_are_named_whole_or_by_their_address_alone() {
        assert_eq!(addresses("redis://a"), ["a:6379"]);
        let three = ["a:6379", "b:7000", "c:6379"];
        assert_eq!(addresses("redis://a,redis://b:7000,redis://c:6379"), three);
        assert_eq!(addresses("redis://a, b:7000,c,a:6379"), three);
    }

    #[test]
    fn all_are_reached_as_the_first_is() {
        let nodes = parse("rediss://u:p,w@a:1,b:2").unwrap();
        assert_eq!(nodes.len(), 2);
        for node in nodes {
            assert!(matches!(node.addr(), ConnectionAddr::TcpTls { .. }));
            let settings = node.redis_settings();
            let shown = (settings.username(), settings.password());
            assert_eq!(shown, (Some("u"), Some("p,w")));
        }
    }

    #[test]
    fn a_password_may_hold_commas() {
        for list in [
            "redis://:a,b,,c@h",
            "redis://:a,b,,c@h,other:7000",
            "redis://:a,b,,c@h,redis://:a,b,,c@other:7000",
        ] {
            for node in parse(list).unwrap() {
                assert_eq!(node.redis_settings().password(), Some("a,b,,c"), "{list}");
            }
        }
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        for (list, differs) in [
            ("redis://a,rediss://b", "scheme"),
            ("redis://:secret@a,redis://b", "user or password"),
            ("redis://:secret@a,redis://:other@b", "user or password"),
            ("redis://a,redis://b/1", "database number"),
        ] {
            let refused = parse(list).unwrap_err().to_string();
            assert!(refused.contains(differs), "{list}: {refused}");
            assert!(!refused.contains("secret") && !refused.contains("other@"));
        }
        for nonsense in ["", ",", "redis://a,", "a,redis://b", "redis://a,http://b"] {
            let refused = parse(nonsense);
            assert!(
                matches!(refused, Err(ConnectError::InvalidUrl)),
                "{nonsense}"
            );
        }
    }

    #[test]
    fn names_of_a_cluster_are_read() {
        let nodes = "07c3 127.0.0.1:1@2 master - 0 0 1 connected 0-5\n\
                     67ed 127.0.0.1:3@4,host myself,slave 07c3 0 0 2 connected\n";
        let (own, all) = read_names(nodes).unwrap();
        assert_eq!(own, "67ed");
        assert_eq!(all.len(), 2);
        assert!(read_names("").is_none());
    }
}

//! Why there is no connection: one line for whoever set the URL.

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why there is no connection. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not a URL of Redis.
    #[error(
        "must be redis://[user:password@]host[:port][/db], or rediss:// for TLS; of a cluster several nodes, \
         with commas between"
    )]
    InvalidUrl,
    /// Of several nodes not all are reached alike.
    #[error("{first} and {other} differ in {differs}: all nodes of a cluster are reached alike")]
    Mixed {
        /// Host and port of the first.
        first: String,
        /// Host and port of another.
        other: String,
        /// In what.
        differs: &'static str,
    },
    /// One of several is a server by itself.
    #[error(
        "{address} is no node of a Redis Cluster: name several servers only of one, else one alone"
    )]
    NoCluster {
        /// Host and port.
        address: String,
    },
    /// They are nodes of different clusters.
    #[error("{first} and {other} are not of one Redis Cluster: name nodes of one")]
    Strangers {
        /// Host and port of the first.
        first: String,
        /// Host and port of another.
        other: String,
    },
    /// Of several none can be used.
    #[error("none of the nodes can be used: {reasons}")]
    NoneAnswers {
        /// Of each.
        reasons: String,
    },
    /// Nothing answers in time.
    #[error("nothing answers at {address} in time")]
    TimedOut {
        /// Host and port.
        address: String,
    },
    /// It wants another password, or a user, or one at all.
    #[error("{address} lets nobody in with this user and password: {source}")]
    Refused {
        /// Host and port.
        address: String,
        /// What it said.
        source: RedisError,
    },
    /// It is a replica: its primary is to be named.
    #[error("{address} is a replica and takes no writes: name its primary, {primary}")]
    ReadOnly {
        /// Host and port.
        address: String,
        /// Host and port of its primary.
        primary: String,
    },
    /// It speaks TLS or does not, and the URL says otherwise.
    #[error("what answers at {address} {does}: the URL must begin with {scheme}")]
    Scheme {
        /// Host and port.
        address: String,
        /// Whether it speaks TLS.
        does: &'static str,
        /// How the URL begins then.
        scheme: &'static str,
    },
    /// Nobody listens, or what does speaks something else.
    #[error("cannot reach {address}: {source}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What happened.
        source: RedisError,
    },
}

impl ConnectError {
    pub(super) fn new(address: String, source: RedisError) -> Self {
        let refused = match source.kind() {
            ErrorKind::AuthenticationFailed | ErrorKind::Server(ServerErrorKind::NoPerm) => true,
            _ => matches!(source.code(), Some("NOAUTH" | "WRONGPASS")),
        };
        if refused {
            Self::Refused { address, source }
        } else {
            Self::Unreachable { address, source }
        }
    }
}

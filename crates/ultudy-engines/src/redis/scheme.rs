//! Whether a server speaks TLS, where the URL may say the wrong thing.

use std::time::Duration;

use redis::{Client, ConnectionAddr, IntoConnectionInfo as _, RedisError};

use super::ConnectError;

/// How long it may take to find out.
const PATIENCE: Duration = Duration::from_secs(2);

/// The reason why there is no connection, or that the URL's scheme is the wrong one.
pub(super) async fn explain(failed: ConnectError, address: &ConnectionAddr) -> ConnectError {
    if matches!(failed, ConnectError::Refused { .. }) {
        return failed;
    }
    let (other, does, scheme) = match address {
        ConnectionAddr::Tcp(host, port) => {
            let encrypted = ConnectionAddr::TcpTls {
                host: host.clone(),
                port: *port,
                insecure: false,
                tls_params: None,
            };
            (encrypted, "speaks TLS", "rediss://")
        }
        ConnectionAddr::TcpTls { host, port, .. } => {
            let plain = ConnectionAddr::Tcp(host.clone(), *port);
            (plain, "speaks no TLS", "redis://")
        }
        _ => return failed,
    };
    match tokio::time::timeout(PATIENCE, answers(other)).await {
        Ok(true) => ConnectError::Scheme {
            address: address.to_string(),
            does,
            scheme,
        },
        _ => failed,
    }
}

/// Whether a Redis answers there, whatever it says. It is shown no password.
async fn answers(address: ConnectionAddr) -> bool {
    match ping(address).await {
        Ok(()) => true,
        // It wants one, or shows a certificate that nobody trusts.
        Err(error) => error.code().is_some() || error.to_string().contains("certificate"),
    }
}

async fn ping(address: ConnectionAddr) -> Result<(), RedisError> {
    let client = Client::open(address.into_connection_info()?)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    redis::cmd("PING").query_async(&mut connection).await
}

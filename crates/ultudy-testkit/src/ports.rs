//! Ports nobody listens on.

use std::{
    hash::{BuildHasher as _, RandomState},
    io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
};

/// Below those that the system gives to whoever connects (from 32,768 on, unless it is told otherwise): a
/// port of these could be taken by a connection before a server listens on it.
const PORTS: Range<u16> = 15_000..32_000;
/// How many are tried.
const TRIES: usize = 100;

/// A loopback port that was free a moment ago, drawn by chance, so that two tests that ask at the same time
/// get different ones.
///
/// # Errors
/// When the machine has no free port left.
pub fn free_port() -> io::Result<u16> {
    let drawn = (0..TRIES).map(|_| {
        let chance = RandomState::new().hash_one(PORTS.start);
        let among = u64::from(PORTS.end - PORTS.start);
        PORTS.start + u16::try_from(chance % among).unwrap_or_default()
    });
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    match drawn.into_iter().find(is_free) {
        Some(port) => Ok(port),
        None => {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            Ok(listener.local_addr()?.port())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port().unwrap_or_default();
        assert!(PORTS.contains(&port), "{port}");
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }
}

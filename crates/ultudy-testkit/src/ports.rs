//! Ports nobody listens on.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// A loopback port that was free a moment ago.
///
/// The system hands out such ports in no order it repeats soon, so two tests that ask at the same
/// time get different ones.
///
/// # Errors
/// When the machine has no free port left.
pub fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port().unwrap_or_default();
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }
}

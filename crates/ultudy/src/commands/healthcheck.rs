//! `ultudy healthcheck`: asks the server beside it whether it is ready. A container has no other
//! program that could.
//!
//! One request over a plain socket: an HTTP client would first look for certificates that this
//! call does not need, every few seconds.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use super::Failure;
use crate::config::Config;

const PATH: &str = "/health/ready";
/// How long the server may take for each step: longer than it waits for its parts.
const PATIENCE: Duration = Duration::from_secs(4);
/// Most of the answer that is shown, in bytes.
const SHOWN_MAX: u64 = 4 << 10;

/// Ends well if it is.
pub fn run() -> Result<(), Failure> {
    let address = reachable(Config::address_from_env()?);
    let failed = |why: String| Failure::new(format!("http://{address}{PATH}"), why);
    let (status, rest) = ask(address).map_err(|error| failed(error.to_string()))?;
    if status.split_whitespace().nth(1) == Some("200") {
        return Ok(());
    }
    let body = rest.lines().last().unwrap_or_default();
    Err(failed(format!("{} {body}", status.trim())))
}

/// Who listens at all addresses is asked at this machine's own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The status line, and what follows.
fn ask(address: SocketAddr) -> io::Result<(String, String)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = BufReader::new(stream.take(SHOWN_MAX));
    let (mut status, mut rest) = (String::new(), String::new());
    answer.read_line(&mut status)?;
    answer.read_to_string(&mut rest)?;
    Ok((status, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_at_all_addresses_is_asked_at_its_own() {
        for (listens, asked) in [
            ("0.0.0.0:3001", "127.0.0.1:3001"),
            ("[::]:3001", "[::1]:3001"),
            ("10.0.0.5:3002", "10.0.0.5:3002"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }
}

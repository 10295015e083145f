use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::Instant,
};

use super::*;
use crate::{redis::Redis, wait};

const LIMIT: Duration = Duration::from_secs(20);
/// Longer than an answer takes that comes at all.
const SILENCE: Duration = Duration::from_millis(400);

/// A Redis behind a proxy.
fn start() -> (Redis, Chaos) {
    let redis = Redis::start().unwrap();
    let chaos = Chaos::start(redis.port()).unwrap();
    (redis, chaos)
}

fn connect(chaos: &Chaos) -> TcpStream {
    let client = TcpStream::connect((Ipv4Addr::LOCALHOST, chaos.port())).unwrap();
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client
}

/// Sends a command; what comes back, as long as that is.
fn ask(client: &mut TcpStream, command: &str, length: usize) -> io::Result<Vec<u8>> {
    client.write_all(format!("{command}\r\n").as_bytes())?;
    let mut answer = vec![0; length];
    client.read_exact(&mut answer)?;
    Ok(answer)
}

fn ping(client: &mut TcpStream) -> io::Result<()> {
    let answer = ask(client, "PING", 7)?;
    assert_eq!(answer, b"+PONG\r\n");
    Ok(())
}

/// Whether the other end has closed it.
fn is_closed(client: &mut TcpStream) -> bool {
    match client.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn what_is_cut_is_closed_and_can_be_made_anew() {
    let (_redis, chaos) = start();
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    assert_eq!(chaos.open(), 1);
    chaos.cut();
    assert!(is_closed(&mut client));
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    chaos.set(Fault::Cut);
    assert!(is_closed(&mut client));
    assert!(is_closed(&mut connect(&chaos)), "new ones, too");
    chaos.set(Fault::None);
    ping(&mut connect(&chaos)).unwrap();
}

#[test]
fn a_connection_ends_at_both_ends_when_either_does() {
    let (mut redis, chaos) = start();
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    redis.kill().unwrap();
    assert!(is_closed(&mut client));
    drop(client);
    redis.start_again().unwrap();
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    drop(client);
    wait::until_blocking("nothing is open", LIMIT, || chaos.open() == 0).unwrap();
}

#[test]
fn what_is_delayed_comes_later() {
    let (_redis, chaos) = start();
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    let delay = Duration::from_millis(150);
    chaos.set(Fault::Delay(delay));
    let begun = Instant::now();
    ping(&mut client).unwrap();
    assert!(begun.elapsed() >= 2 * delay, "there and back");
}

#[test]
fn what_is_throttled_takes_its_time() {
    let (redis, chaos) = start();
    redis.cli(["SET", "key", &"x".repeat(20_000)]).unwrap();
    let mut client = connect(&chaos);
    ping(&mut client).unwrap();
    chaos.set(Fault::Throttle(20_000));
    let begun = Instant::now();
    // A length, the value, an end of line.
    ask(&mut client, "GET key", 20_000 + 10).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

#[test]
fn half_open_connections_take_everything_and_give_nothing() {
    let (redis, chaos) = start();
    let mut old = connect(&chaos);
    ping(&mut old).unwrap();
    let mut idle = connect(&chaos);
    ping(&mut idle).unwrap();
    chaos.set(Fault::HalfOpen);
    let mut new = connect(&chaos);
    for client in [&mut old, &mut new] {
        client.set_read_timeout(Some(SILENCE)).unwrap();
        let nothing = ask(client, "SET lost yes", 5).unwrap_err();
        assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
        client.set_read_timeout(Some(LIMIT)).unwrap();
    }
    assert_eq!(redis.cli(["EXISTS", "lost"]).unwrap(), "0");
    chaos.set(Fault::None);
    assert!(is_closed(&mut old) && is_closed(&mut new));
    ping(&mut idle).unwrap();
    ping(&mut connect(&chaos)).unwrap();
}

#[test]
fn led_elsewhere_open_connections_break_and_new_ones_reach_the_other_server() {
    let (redis, chaos) = start();
    let other = Redis::start().unwrap();
    for (server, value) in [(&redis, "1"), (&other, "2")] {
        server.cli(["SET", "who", value]).unwrap();
    }
    let who = |client: &mut TcpStream| ask(client, "GET who", 7).unwrap();
    let mut client = connect(&chaos);
    assert_eq!(who(&mut client), b"$1\r\n1\r\n");
    chaos.lead_to(other.port());
    assert!(is_closed(&mut client));
    assert_eq!(who(&mut connect(&chaos)), b"$1\r\n2\r\n");
}

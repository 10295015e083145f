//! How the process stops, so that nobody who is being answered, or is about to knock, notices.
//!
//! Told to stop it goes on answering for a while: [`HttpState::draining`] has it say so, at
//! `/health/ready` to load balancers that ask, and by `Connection: close` to those that hold
//! connections. Then it takes no more of them, ends what is open, and is gone.
//!
//! [`HttpState::draining`]: ultudy_http::Served::draining

use std::{io, os::fd::AsFd as _, time::Duration};

use socket2::{SockFilter, SockRef, Socket};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::commands::Failure;

/// How long connections that are half made may take to be whole: a few round trips.
const LAST_ARRIVALS: Duration = Duration::from_millis(100);

/// The two moments at which it stops.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// It has been told to: no job is claimed any more.
    pub told: CancellationToken,
    /// It takes no more connections.
    pub closing: CancellationToken,
}

impl Stop {
    /// The first signal stops, closing after `delay`; the second ends at once: every job is safe
    /// under its lease.
    pub fn on_signals(&self, delay: Duration) -> Result<(), Failure> {
        let on = |kind| signal(kind).map_err(|error| Failure::new("signals", error));
        let (mut terminate, mut interrupt) =
            (on(SignalKind::terminate())?, on(SignalKind::interrupt())?);
        let stop = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if stop.told.is_cancelled() {
                    std::process::exit(1);
                }
                tracing::info!("stopping: running jobs may finish");
                stop.told.cancel();
                let closing = stop.closing.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    closing.cancel();
                });
            }
        });
        Ok(())
    }
}

/// A listener that can be closed without breaking off a connection that is being made.
///
/// Closing one resets whatever the kernel has accepted and the program has not, with a request
/// on it perhaps. So the kernel first ignores whoever begins to knock; they try again within a
/// second, and find it closed then.
pub struct Door(Socket);

impl Door {
    /// Of this listener, which somebody else accepts from.
    ///
    /// # Errors
    /// The process has no file descriptor left.
    pub fn of(listener: &TcpListener) -> io::Result<Self> {
        Ok(Self(listener.as_fd().try_clone_to_owned()?.into()))
    }

    /// Waits until nobody stands at the door any more. The listener is to be closed right then.
    pub async fn shut(self) {
        if let Err(error) = SockRef::from(&self.0).attach_filter(&but_for_knocks()) {
            tracing::debug!(%error, "the kernel lets knock until the end");
        }
        tokio::time::sleep(LAST_ARRIVALS).await;
    }
}

/// A socket filter that drops what has SYN set and ACK not, by the flags at byte 13 of TCP's
/// header (RFC 9293, 3.1).
fn but_for_knocks() -> [SockFilter; 5] {
    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const FLAGS_AT: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    [
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS_AT),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ]
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::*;

    /// Who has knocked is let in, who comes later is not reset but finds it closed.
    #[tokio::test]
    async fn nobody_is_broken_off_at_the_door() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut early = TcpStream::connect(address).await.unwrap();
        early.write_all(b"hello").await.unwrap();
        let door = Door::of(&listener).unwrap();
        let shut = tokio::spawn(door.shut());
        tokio::task::yield_now().await;
        let late = tokio::spawn(TcpStream::connect(address));
        let (mut let_in, _) = listener.accept().await.unwrap();
        shut.await.unwrap();
        drop(listener);
        let mut heard = [0; 5];
        let_in.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
        let refused = late.await.unwrap().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}

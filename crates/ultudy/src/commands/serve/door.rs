//! The way in, which is shut without breaking off anybody who is on it or inside.
//!
//! Closing a listener resets whatever the kernel has accepted and the program has not, with a request on
//! it perhaps. So the kernel first ignores whoever begins to knock (they try again within a second, and find
//! it closed then), and who has knocked is let in; then it is closed.
//!
//! Closing a connection that rests resets a request that is sent on it at that moment. So whoever is in may
//! stay until they leave by themselves, or with the answer that tells them to, for longer than a proxy
//! keeps a connection that rests.

use std::{
    future::pending,
    io, mem,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use socket2::{SockFilter, SockRef};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// How long connections that are half made may take to be whole: a few round trips.
const LAST_ARRIVALS: Duration = Duration::from_millis(100);

/// A listener that shuts once it is told to.
pub struct Door {
    way: Way,
    address: SocketAddr,
    closing: CancellationToken,
    guests: TaskTracker,
    shut: CancellationToken,
}

/// How far it is shut.
enum Way {
    Open(TcpListener),
    /// Nobody can begin to knock any more; whoever has may come until then.
    Closing(TcpListener, Instant),
    /// Whoever is left comes in.
    Last(std::net::TcpListener),
    Shut,
}

impl Door {
    /// Of this listener, open until `closing` fires; and those who come in by it.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn of(listener: TcpListener, closing: CancellationToken) -> io::Result<(Self, Guests)> {
        let (all, shut) = (TaskTracker::new(), CancellationToken::new());
        let door = Self {
            address: listener.local_addr()?,
            way: Way::Open(listener),
            closing,
            guests: all.clone(),
            shut: shut.clone(),
        };
        Ok((door, Guests { all, shut }))
    }

    /// A step further.
    fn close(&mut self) {
        self.way = match mem::replace(&mut self.way, Way::Shut) {
            Way::Open(listener) => {
                if let Err(error) = SockRef::from(&listener).attach_filter(&but_for_knocks()) {
                    tracing::debug!(%error, "the kernel lets knock until the end");
                }
                Way::Closing(listener, Instant::now() + LAST_ARRIVALS)
            }
            Way::Closing(listener, _) => match listener.into_std() {
                Ok(listener) => Way::Last(listener),
                Err(error) => {
                    tracing::debug!(%error, "the last at the door are not let in");
                    Way::Shut
                }
            },
            Way::Last(_) | Way::Shut => Way::Shut,
        };
        if matches!(self.way, Way::Shut) {
            self.shut.cancel();
        }
    }
}

impl Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        loop {
            let arrived = match &mut self.way {
                Way::Open(listener) => tokio::select! {
                    arrived = Listener::accept(listener) => Some(arrived),
                    () = self.closing.cancelled() => None,
                },
                Way::Closing(listener, until) => tokio::select! {
                    arrived = Listener::accept(listener) => Some(arrived),
                    () = sleep_until(*until) => None,
                },
                Way::Last(listener) => waiting(listener),
                Way::Shut => pending().await,
            };
            match arrived {
                Some((stream, address)) => {
                    let counted = self.guests.token();
                    return (
                        Guest {
                            stream,
                            _counted: counted,
                        },
                        address,
                    );
                }
                None => self.close(),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Who stands at the door, if somebody does.
fn waiting(listener: &std::net::TcpListener) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = listener.accept().and_then(|(stream, address)| {
            stream.set_nonblocking(true)?;
            Ok((TcpStream::from_std(stream)?, address))
        });
        match accepted {
            Ok(arrived) => return Some(arrived),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "the last at the door are not let in");
                return None;
            }
        }
    }
}

/// Those who came in by a door.
pub struct Guests {
    all: TaskTracker,
    shut: CancellationToken,
}

impl Guests {
    /// Waits until the door is shut and all have left, for so long after it was at most.
    pub async fn leave(self, patience: Duration) {
        self.shut.cancelled().await;
        self.all.close();
        if timeout(patience, self.all.wait()).await.is_err() {
            tracing::debug!(connections = self.all.len(), "those that rest are closed");
        }
    }
}

/// A connection, counted as long as it is open.
pub struct Guest {
    stream: TcpStream,
    _counted: TaskTrackerToken,
}

impl Guest {
    /// Has the kernel send at once whatever is written: an event waits for no other.
    pub fn send_at_once(&self) {
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection that was closed already");
        }
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn door() -> (Door, Guests, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closing = CancellationToken::new();
        let (door, guests) = Door::of(listener, closing.clone()).unwrap();
        (door, guests, closing)
    }

    /// Who has knocked is let in, who comes later is not reset but finds it closed.
    #[tokio::test]
    async fn nobody_is_broken_off_at_the_door() {
        let (mut door, guests, closing) = door().await;
        let mut early = TcpStream::connect(door.address).await.unwrap();
        early.write_all(b"hello").await.unwrap();
        closing.cancel();
        door.close();
        let late = tokio::spawn(TcpStream::connect(door.address));
        let (mut let_in, _) = door.accept().await;
        let mut heard = [0; 5];
        let_in.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
        tokio::select! {
            _ = door.accept() => panic!("somebody came in by a door that is shut"),
            () = guests.leave(Duration::ZERO) => {}
        }
        let refused = late.await.unwrap().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    /// However long they were not looked after.
    #[tokio::test]
    async fn all_who_stand_there_at_last_are_let_in() {
        let (mut door, guests, closing) = door().await;
        let mut early = Vec::new();
        for _ in 0..20 {
            early.push(TcpStream::connect(door.address).await.unwrap());
        }
        closing.cancel();
        door.close();
        door.close();
        assert!(matches!(door.way, Way::Last(_)));
        let mut inside = Vec::new();
        for _ in &early {
            inside.push(door.accept().await);
        }
        assert_eq!(guests.all.len(), early.len());
    }

    /// The wait is over with the last who leaves, not with the time for it.
    #[tokio::test]
    async fn those_inside_may_stay_until_they_leave() {
        let (mut door, guests, closing) = door().await;
        let _inside = TcpStream::connect(door.address).await.unwrap();
        let (guest, _) = door.accept().await;
        closing.cancel();
        let left = tokio::spawn(guests.leave(Duration::from_secs(600)));
        let shut = door.shut.clone();
        tokio::select! {
            _ = door.accept() => panic!("somebody came in by a door that is shut"),
            () = shut.cancelled() => {}
        }
        assert!(!left.is_finished());
        drop(guest);
        left.await.unwrap();
    }
}

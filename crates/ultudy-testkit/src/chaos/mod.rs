//! A network that fails as it is told to: a TCP proxy before a server, whose connections can be cut,
//! delayed, throttled or left half-open while they are in use.
//!
//! It runs on a thread of its own, so that a test may block.

mod connection;

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::{oneshot, watch};

use crate::Result;

/// What is wrong with the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Connections break at once, and new ones as soon as they are made.
    Cut,
    /// What is sent arrives so much later, either way.
    Delay(Duration),
    /// Connections stay, and new ones are taken, but nothing arrives anywhere any more. When it is
    /// over, connections that lost something break, as those to a machine that was away do.
    HalfOpen,
    /// So many bytes a second pass, either way, of each connection.
    Throttle(u32),
}

/// A listening proxy. It and its connections end when it is dropped.
#[derive(Debug)]
pub struct Chaos {
    port: u16,
    network: Network,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What all connections know of each other.
#[derive(Debug, Clone)]
struct Network {
    /// The port of the server that new connections are led to.
    server: Arc<AtomicU16>,
    fault: watch::Sender<Fault>,
    /// Counts how often all connections were to break.
    cuts: watch::Sender<u64>,
    open: Arc<AtomicUsize>,
}

impl Chaos {
    /// Listens before the server at this port of this machine; nothing is wrong yet.
    ///
    /// # Errors
    /// No port or no thread can be had.
    pub fn start(server: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let network = Network {
            server: Arc::new(AtomicU16::new(server)),
            fault: watch::Sender::new(Fault::None),
            cuts: watch::Sender::new(0),
            open: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let of_thread = network.clone();
        let thread = thread::Builder::new().spawn(move || {
            let ended = runtime.block_on(async {
                tokio::select! {
                    ended = accept(listener, of_thread) => ended,
                    // Told to, or forgotten.
                    _ = stopped => Ok(()),
                }
            });
            if let Err(error) = ended {
                eprintln!("a proxy ended: {error}");
            }
        })?;
        Ok(Self {
            port,
            network,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// This is wrong from now on, with open connections, too.
    pub fn set(&self, fault: Fault) {
        self.network.fault.send_replace(fault);
    }

    /// Breaks the connections that are open now; new ones are as good as before.
    pub fn cut(&self) {
        self.network.cuts.send_modify(|times| *times += 1);
    }

    /// Leads to the server at this port from now on, as an address that moves: connections that are
    /// open break.
    pub fn lead_to(&self, server: u16) {
        self.network.server.store(server, Ordering::SeqCst);
        self.cut();
    }

    /// How many connections are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.network.open.load(Ordering::SeqCst)
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was printed there.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, network: Network) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(connection::join(client, network.clone()));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

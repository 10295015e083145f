//! One connection from its client to the server and back.

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
    time::sleep,
};

use super::{Fault, Network};

/// How often a throttled connection lets something pass.
const TICK: Duration = Duration::from_millis(50);

/// Counts a connection as long as it is open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn count(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Joins a client to the server until either ends, or the network breaks it.
pub(super) async fn join(client: TcpStream, network: Network) {
    let _open = Open::count(&network.open);
    let (mut cuts, mut fault) = (network.cuts.subscribe(), network.fault.subscribe());
    // Read after the cuts are listened to: whoever moves it then breaks this connection, too.
    let server = network.server.load(Ordering::SeqCst);
    let has_lost = Arc::new(AtomicBool::new(false));
    tokio::select! {
        // Both ends see as much: their sockets close.
        _ = pass_on(client, server, network.fault.subscribe(), &has_lost) => {}
        _ = cuts.changed() => {}
        () = broken(&mut fault, &has_lost) => {}
    }
}

/// Waits until the connection must break by the fault of the network.
async fn broken(fault: &mut watch::Receiver<Fault>, has_lost: &AtomicBool) {
    loop {
        let now = *fault.borrow_and_update();
        let is_back = now != Fault::HalfOpen && has_lost.load(Ordering::SeqCst);
        if now == Fault::Cut || is_back || fault.changed().await.is_err() {
            return;
        }
    }
}

async fn pass_on(
    mut client: TcpStream,
    server: u16,
    fault: watch::Receiver<Fault>,
    has_lost: &AtomicBool,
) -> io::Result<()> {
    if *fault.borrow() == Fault::HalfOpen {
        // Taken, and that is all.
        has_lost.store(true, Ordering::SeqCst);
        tokio::io::copy(&mut client, &mut tokio::io::sink()).await?;
        return std::future::pending().await;
    }
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let there = one_way(from_client, to_server, fault.clone(), has_lost);
    let back = one_way(from_server, to_client, fault.clone(), has_lost);
    tokio::try_join!(there, back)?;
    Ok(())
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    fault: watch::Receiver<Fault>,
    has_lost: &AtomicBool,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        let now = *fault.borrow();
        if now == Fault::HalfOpen {
            has_lost.store(true, Ordering::SeqCst);
            if read == 0 {
                // Nor does anybody hear that it ended.
                return std::future::pending().await;
            }
            continue;
        }
        if let Fault::Delay(delay) = now {
            sleep(delay).await;
        }
        if read == 0 {
            return to.shutdown().await;
        }
        match now {
            Fault::Throttle(rate) => throttled(&buffer[..read], &mut to, rate).await?,
            _ => to.write_all(&buffer[..read]).await?,
        }
    }
}

async fn throttled(bytes: &[u8], to: &mut (impl AsyncWrite + Unpin), rate: u32) -> io::Result<()> {
    let ticks = (1000 / TICK.as_millis()) as usize;
    let piece = (rate as usize / ticks).max(1);
    for piece in bytes.chunks(piece) {
        sleep(TICK).await;
        to.write_all(piece).await?;
    }
    Ok(())
}

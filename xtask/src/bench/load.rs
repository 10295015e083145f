//! As many requests as a server answers, from connections that each ask again and again.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Connections.
const CLIENTS: usize = 24;

/// What a round of load found.
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// Milliseconds that ninety-nine of a hundred took at most.
    pub p99: f64,
    /// Bytes of an answer's body.
    pub bytes: usize,
}

/// Sends `request`, a whole HTTP/1.1 request, over and over for so long.
pub fn run(address: &str, request: &str, span: Duration) -> Result<Load> {
    let stop = AtomicBool::new(false);
    let begun = Instant::now();
    let clients: Vec<Result<(Vec<f64>, usize)>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(address, request, &stop)))
            .collect();
        thread::sleep(span);
        stop.store(true, Ordering::Relaxed);
        let ended = clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked")));
        ended.collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut times = Vec::new();
    let mut bytes = 0;
    for client in clients {
        let (own, body) = client?;
        times.extend(own);
        bytes = body;
    }
    times.sort_by(f64::total_cmp);
    let p99 = times.get(times.len() * 99 / 100).copied();
    let answers = u32::try_from(times.len())?;
    Ok(Load {
        rate: f64::from(answers) / seconds,
        p99: p99.context("nothing was answered")?,
        bytes,
    })
}

/// Milliseconds of each answer, and the last one's size.
fn client(address: &str, request: &str, stop: &AtomicBool) -> Result<(Vec<f64>, usize)> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let mut times = Vec::new();
    let mut body = Vec::new();
    let mut line = String::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        writer.write_all(request.as_bytes())?;
        let mut length = None;
        line.clear();
        reader.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200") {
            bail!("answered {}", line.trim());
        }
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let lower = line.trim().to_ascii_lowercase();
            if lower.is_empty() {
                break;
            }
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = Some(value.trim().parse()?);
            }
        }
        body.resize(length.context("an answer without a length")?, 0);
        reader.read_exact(&mut body)?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((times, body.len()))
}

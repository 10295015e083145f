//! As many requests as a server answers, from connections that each ask again and again.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::process;

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

/// Keeps all threads of this process on one processor core.
pub fn pin_to(core: u32) -> Result<()> {
    let mut taskset = Command::new("taskset");
    taskset.args(["--all-tasks", "--cpu-list", "--pid"]);
    process::run(
        taskset
            .args([core.to_string(), std::process::id().to_string()])
            .stdout(Stdio::null()),
    )
}

/// How often a request is sent again that a busy server refused, and after how long.
const AGAIN: usize = 1_200;
const BUSY: Duration = Duration::from_millis(50);

/// Sends each of these whole HTTP/1.1 requests until it is answered well, whatever went wrong before, over so many connections at
/// once, each of which takes the next then; how often one had to be sent again.
pub fn each(address: &str, requests: &[String], connections: usize) -> Result<usize> {
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let clients: Vec<Result<()>> = thread::scope(|scope| {
        let client = || -> Result<()> {
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut outcome = once(address, request);
                for _ in 0..AGAIN {
                    if outcome.is_ok() {
                        break;
                    }
                    refused.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(BUSY);
                    outcome = once(address, request);
                }
                outcome?;
            }
            Ok(())
        };
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(client)).collect();
        let ended = clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked")));
        ended.collect()
    });
    clients.into_iter().collect::<Result<()>>()?;
    Ok(refused.into_inner())
}

fn once(address: &str, request: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes())?;
    Answer::default().read(&mut stream)
}

/// Sends `request`, a whole HTTP/1.1 request, over and over for so long: as often as it is
/// answered, or `paced` times a second over all connections.
pub fn run(address: &str, request: &str, span: Duration, paced: Option<f64>) -> Result<Load> {
    let stop = AtomicBool::new(false);
    let every = paced.map(|rate| Duration::from_secs_f64(CLIENTS as f64 / rate));
    let begun = Instant::now();
    let clients: Vec<Result<(Vec<f64>, usize)>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(address, request, every, &stop)))
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

/// Milliseconds of each answer, from when it should have been asked for, and the last one's size.
fn client(
    address: &str,
    request: &str,
    every: Option<Duration>,
    stop: &AtomicBool,
) -> Result<(Vec<f64>, usize)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut answer = Answer::default();
    let mut due = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        match every {
            Some(every) => {
                due += every;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            None => due = Instant::now(),
        }
        stream.write_all(request.as_bytes())?;
        answer.read(&mut stream)?;
        times.push(due.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((times, answer.body))
}

/// An answer as it arrives. It costs little to read, for it takes its time from what is measured.
#[derive(Default)]
struct Answer {
    buffer: Vec<u8>,
    /// How much of the buffer has arrived.
    arrived: usize,
    /// Bytes of the body.
    body: usize,
}

impl Answer {
    /// Reads one whole; fails unless it is good.
    fn read(&mut self, stream: &mut TcpStream) -> Result<()> {
        self.arrived = 0;
        let head = loop {
            self.receive(stream)?;
            let arrived = &self.buffer[..self.arrived];
            if let Some(end) = arrived.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        if !text.starts_with("HTTP/1.1 20") {
            bail!("answered {}", text.lines().next().unwrap_or_default());
        }
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.context("an answer without a length")?.1;
        self.body = length.trim().parse()?;
        while self.arrived < head + 4 + self.body {
            self.receive(stream)?;
        }
        Ok(())
    }

    fn receive(&mut self, stream: &mut TcpStream) -> Result<()> {
        if self.buffer.len() == self.arrived {
            self.buffer.resize(self.arrived + (1 << 16), 0);
        }
        match stream.read(&mut self.buffer[self.arrived..])? {
            0 => bail!("hung up on in the middle"),
            received => self.arrived += received,
        }
        Ok(())
    }
}

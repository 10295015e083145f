//! As many requests as a server answers, from connections that each ask again and again.

use std::{
    io::{self, Read, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// Connections.
const CLIENTS: usize = 24;

/// What a round of load found.
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// Milliseconds that half of them took at most.
    pub p50: f64,
    /// Milliseconds that ninety-nine of a hundred took at most.
    pub p99: f64,
    /// Bytes of an answer's body.
    pub bytes: usize,
}

/// Keeps this thread on one processor core, and what it starts meanwhile, until dropped.
#[must_use = "dropped, it ends"]
pub struct Pinned {
    before: CpuSet,
}

/// Keeps this thread on one processor core for now.
pub fn pin_to(core: usize) -> Result<Pinned> {
    let before = sched_getaffinity(None)?;
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).with_context(|| format!("no processor core {core}"))?;
    Ok(Pinned { before })
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // They were good before.
        let _ = sched_setaffinity(None, &self.before);
    }
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
/// answered, or `paced` times a second over all connections. One thread serves all: with one a connection
/// those wait for each other more than for the server.
pub fn run(address: &str, request: &str, span: Duration, paced: Option<f64>) -> Result<Load> {
    let every = paced.map(|rate| Duration::from_secs_f64(CLIENTS as f64 / rate));
    let streams: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            Ok(stream)
        })
        .collect::<Result<_>>()?;
    let step = every.unwrap_or_default() / u32::try_from(CLIENTS)?;
    let begun = Instant::now();
    let mut clients: Vec<Client> = (0..)
        .zip(&streams)
        .map(|(at, stream)| Client {
            stream,
            // One after the other.
            due: begun + step * at,
            is_asking: false,
            answer: Answer::default(),
        })
        .collect();
    let end = begun + span;
    let mut times = Vec::new();
    let mut waits = Vec::new();
    loop {
        let now = Instant::now();
        let mut next = end;
        waits.clear();
        for client in &mut clients {
            if !client.is_asking && now < end {
                client.ask(request, every.is_some(), now)?;
            }
            if client.is_asking {
                waits.push(PollFd::new(client.stream, PollFlags::IN));
            } else {
                next = next.min(client.due);
            }
        }
        if waits.is_empty() && now >= end {
            break;
        }
        // With none to ask, or past the end, only answers are waited for.
        let rest: Option<Timespec> = if waits.len() < CLIENTS && now < end {
            Some(next.saturating_duration_since(Instant::now()).try_into()?)
        } else {
            None
        };
        poll(&mut waits, rest.as_ref())?;
        let asking = clients.iter_mut().filter(|client| client.is_asking);
        for (client, wait) in asking.zip(&waits) {
            if !wait.revents().is_empty() {
                times.extend(client.hear(every)?);
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    let bytes = clients.iter().map(|client| client.answer.body).max();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied();
    let (p50, p99) = (at(50), at(99));
    let answers = u32::try_from(times.len())?;
    Ok(Load {
        rate: f64::from(answers) / seconds,
        p50: p50.context("nothing was answered")?,
        p99: p99.context("nothing was answered")?,
        bytes: bytes.unwrap_or_default(),
    })
}

/// One connection.
struct Client<'s> {
    stream: &'s TcpStream,
    /// When to ask next, or when this should have been asked for.
    due: Instant,
    is_asking: bool,
    answer: Answer,
}

impl Client<'_> {
    /// Asks, if it is time to.
    fn ask(&mut self, request: &str, is_paced: bool, now: Instant) -> Result<()> {
        if !is_paced {
            self.due = now;
        } else if now < self.due {
            return Ok(());
        }
        self.stream.write_all(request.as_bytes())?;
        self.answer.begin();
        self.is_asking = true;
        Ok(())
    }

    /// Takes what has arrived; milliseconds since it should have been asked for if that is all.
    fn hear(&mut self, every: Option<Duration>) -> Result<Option<f64>> {
        if !self.answer.receive(&mut self.stream)? {
            return Ok(None);
        }
        let taken = self.due.elapsed().as_secs_f64() * 1000.0;
        self.is_asking = false;
        self.due += every.unwrap_or_default();
        Ok(Some(taken))
    }
}

/// An answer as it arrives. It costs little to read, for it takes its time from what is measured.
#[derive(Default)]
struct Answer {
    buffer: Vec<u8>,
    /// How much of the buffer has arrived.
    arrived: usize,
    /// Bytes of head and body, once the head has arrived.
    whole: Option<usize>,
    /// Bytes of the body.
    body: usize,
}

impl Answer {
    /// Reads one whole; fails unless it is good.
    fn read(&mut self, stream: &mut TcpStream) -> Result<()> {
        self.begin();
        while !self.receive(stream)? {}
        Ok(())
    }

    /// The next one.
    fn begin(&mut self) {
        self.arrived = 0;
        self.whole = None;
    }

    /// Reads some of it; whether that is all. Fails unless it is good.
    fn receive(&mut self, stream: &mut impl Read) -> Result<bool> {
        if self.buffer.len() == self.arrived {
            self.buffer.resize(self.arrived + (1 << 16), 0);
        }
        match stream.read(&mut self.buffer[self.arrived..]) {
            Ok(0) => bail!("hung up on in the middle"),
            Ok(received) => self.arrived += received,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        if self.whole.is_none() {
            self.look_for_head()?;
        }
        Ok(self.whole.is_some_and(|whole| self.arrived >= whole))
    }

    fn look_for_head(&mut self) -> Result<()> {
        let arrived = &self.buffer[..self.arrived];
        let Some(head) = arrived.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return Ok(());
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        if !text.starts_with("HTTP/1.1 20") {
            bail!("answered {}", text.lines().next().unwrap_or_default());
        }
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.context("an answer without a length")?.1;
        self.body = length.trim().parse()?;
        self.whole = Some(head + 4 + self.body);
        Ok(())
    }
}

//! What open streams of server-sent events cost an API process.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tempfile::{TempDir, tempdir};

use super::{
    Programs,
    api::Api,
    proc::{Memory, processor_time},
    report::{Promise, Report},
    server::Server,
};
use crate::workspace;

/// Streams of one process: a little below the hard limit on open files here.
const STREAMS: usize = 19_000;
/// Processes at once.
const PROCESSES: usize = 4;
/// How long they are left alone: twice the heartbeat.
const IDLE: Duration = Duration::from_secs(30);
/// How long an event may take to be everywhere.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens, waits, changes a job.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "API processes over SQLite, each with 19,000 open streams of GET /api/events over loopback. \
         Memory: resident, with the streams of as many users less without, by their number; of one \
         process, then of four at once. Idle: processor time within 30 s, with a heartbeat to each \
         stream every 15 s. An event: all streams are one user's; processor time of the process while \
         a file is read whose job they watch, less what the same upload takes with one stream, by \
         the events that came.",
    );
    let alone = one_stream(programs)?;
    let (events, micros, slowest) = Held::open(programs, Users::One)?.event(alone)?;
    report.value("events that came", events, "");
    report.promised("an event to a stream", micros, "µs", Promise::AtMost(20.0));
    report.value("until all streams had the end of the job", slowest, "s");
    let mut held = Held::open(programs, Users::Many)?;
    let memory = held.grown_kib()?;
    report.promised("memory of a stream", memory, "KiB", Promise::AtMost(32.0));
    report.value("idle, of one core", held.idle_percent()?, "%");
    let mut others = (1..PROCESSES)
        .map(|_| Held::open(programs, Users::Many))
        .collect::<Result<Vec<_>>>()?;
    let mut most: f64 = 0.0;
    for held in others.iter_mut().chain([&mut held]) {
        most = most.max(held.grown_kib()?);
        held.all_are_open()?;
    }
    let all = (PROCESSES * STREAMS) as u32;
    report.value("streams of four processes at once", f64::from(all), "");
    report.promised(
        "memory of one, in the largest of them",
        most,
        "KiB",
        Promise::AtMost(32.0),
    );
    Ok(report)
}

/// Whose streams they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Users {
    /// The one of `AUTH_MODE=local`.
    One,
    /// Somebody else each, as the request says.
    Many,
}

impl Users {
    fn settings(self) -> Vec<(&'static str, &'static str)> {
        let mut settings = vec![("SAMPLE_COURSE", "false")];
        settings.extend((self == Self::Many).then_some(("AUTH_MODE", "dev")));
        settings
    }
}

/// A server and who holds its streams.
struct Held {
    server: Server,
    holder: Holder,
    before: f64,
    _folder: TempDir,
}

impl Held {
    fn open(programs: &Programs, users: Users) -> Result<Self> {
        let folder = tempdir()?;
        let server = Server::start(&programs.ultudy, folder.path(), &users.settings())?;
        server.api.visit("/api/health/live")?;
        let before = Memory::of(server.pid())?.now;
        let holder = Holder::start(&server.api, STREAMS, users)?;
        Ok(Self {
            server,
            holder,
            before,
            _folder: folder,
        })
    }

    fn grown_kib(&self) -> Result<f64> {
        let now = Memory::of(self.server.pid())?.now;
        Ok((now - self.before) * 1024.0 / count(STREAMS))
    }

    fn idle_percent(&self) -> Result<f64> {
        let before = processor_time(self.server.pid())?;
        thread::sleep(IDLE);
        let used = processor_time(self.server.pid())? - before;
        Ok(used.as_secs_f64() / IDLE.as_secs_f64() * 100.0)
    }

    /// The events that came, the processor time of each in µs beyond `alone`, and the seconds until
    /// the last stream had the end.
    fn event(&mut self, alone: Duration) -> Result<(f64, f64, f64)> {
        let before = processor_time(self.server.pid())?;
        let begun = Instant::now();
        upload(&self.server.api)?;
        let events = self.holder.until_completed()?;
        let slowest = begun.elapsed();
        let used = processor_time(self.server.pid())?.saturating_sub(before + alone);
        let micros = used.as_secs_f64() * 1e6 / count(events);
        Ok((count(events), micros, slowest.as_secs_f64()))
    }

    fn all_are_open(&mut self) -> Result<()> {
        self.holder.say("count")?;
        let open: usize = self.holder.answer()?.parse()?;
        if open != STREAMS {
            bail!("{open} of {STREAMS} streams are open");
        }
        Ok(())
    }
}

/// The processor time of the same upload with nobody else watching.
fn one_stream(programs: &Programs) -> Result<Duration> {
    let folder = tempdir()?;
    let server = Server::start(&programs.ultudy, folder.path(), &Users::One.settings())?;
    server.api.visit("/api/health/live")?;
    let mut holder = Holder::start(&server.api, 1, Users::One)?;
    let before = processor_time(server.pid())?;
    upload(&server.api)?;
    holder.until_completed()?;
    Ok(processor_time(server.pid())? - before)
}

fn upload(api: &Api) -> Result<()> {
    let file = workspace::root().join("sample/course.pdf");
    let course = api.course()?;
    api.upload(&file, &course)?
        .map(drop)
        .map_err(|refusal| anyhow::anyhow!(refusal))
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn count(number: usize) -> f64 {
    number as f64
}

/// A process of its own, since one may not have so many files open as four need.
struct Holder {
    child: Child,
    output: std::io::BufReader<std::process::ChildStdout>,
}

impl Holder {
    fn start(api: &Api, streams: usize, users: Users) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([
                "hold-streams",
                api.address_of_server(),
                &streams.to_string(),
            ])
            .arg(match users {
                Users::One => "one",
                Users::Many => "many",
            })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut this = Self {
            child,
            output: std::io::BufReader::new(output),
        };
        let open: usize = this.answer()?.parse().context("the holder's first word")?;
        if open != streams {
            bail!("only {open} of {streams} streams could be opened");
        }
        Ok(this)
    }

    fn say(&mut self, word: &str) -> Result<()> {
        let input = self.child.stdin.as_mut().context("no input")?;
        Ok(writeln!(input, "{word}")?)
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut self.output, &mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Waits until every stream has been told of a job's end; the events that came to all of them.
    fn until_completed(&mut self) -> Result<usize> {
        self.say("completed")?;
        let answer = self.answer()?;
        answer
            .parse()
            .with_context(|| format!("the holder said {answer:?}"))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Holds streams for a measurement; what is asked of it comes by standard input
#[derive(clap::Args)]
pub struct HoldStreams {
    address: String,
    streams: usize,
    users: Users,
}

impl HoldStreams {
    /// Opens them, says how many are open, and answers each line.
    pub fn run(&self) -> Result<()> {
        let mut streams = (0..self.streams)
            .map(|number| self.open(number))
            .collect::<Result<Vec<_>>>()?;
        println!("{}", streams.len());
        for line in std::io::stdin().lines() {
            let answer = match line?.as_str() {
                "completed" => {
                    let mut events = 0;
                    for stream in &mut streams {
                        events += until_completed(stream)?;
                    }
                    events
                }
                "count" => streams.iter().filter(|stream| is_open(stream)).count(),
                other => bail!("nothing is called {other}"),
            };
            println!("{answer}");
        }
        Ok(())
    }

    fn open(&self, number: usize) -> Result<TcpStream> {
        let user = match self.users {
            Users::One => 0,
            Users::Many => number,
        };
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /api/events HTTP/1.1\r\nHost: {}\r\nX-User-Id: user-{user}\r\n\r\n",
            self.address
        )?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        if !head.starts_with(b"HTTP/1.1 200") {
            bail!("{}", String::from_utf8_lossy(&head));
        }
        Ok(stream)
    }
}

/// Reads on until a job's end was told; how many events came.
fn until_completed(stream: &mut TcpStream) -> Result<usize> {
    let mut text = String::new();
    let mut bytes = [0; 16 << 10];
    while !text.contains("event: completed") {
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            bail!("a stream ended");
        }
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    Ok(text.matches("event: ").count())
}

/// Whether the server has not ended it.
fn is_open(stream: &TcpStream) -> bool {
    let mut byte = [0];
    if stream.set_nonblocking(true).is_err() {
        return false;
    }
    let peeked = stream.peek(&mut byte);
    let blocking = stream.set_nonblocking(false);
    let is_there = match peeked {
        Ok(read) => read > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    };
    is_there && blocking.is_ok()
}

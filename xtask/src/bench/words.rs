//! How soon a model's words reach whoever asked.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::{
    Programs,
    day::Nginx,
    example,
    report::{Promise, Report},
    server::Server,
};
use crate::{debian, test, workspace};

/// Questions that are asked, one after the other.
const QUESTIONS: usize = 200;
/// Words of an answer, and the pause before each.
const WORDS: usize = 20;
const PAUSE: Duration = Duration::from_millis(30);
/// How late the first word may be, in milliseconds.
const LATE: Promise = Promise::AtMost(50.0);

/// Asks, and looks at each word when it comes: it says when it was written.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let nginx = example::build("ultudy-testkit", "nginx")?;
    let provider = TcpListener::bind("127.0.0.1:0")?;
    let base_url = format!("http://{}/v1", provider.local_addr()?);
    thread::spawn(move || {
        for connection in provider.incoming().flatten() {
            thread::spawn(move || {
                if let Err(error) = speak(&connection) {
                    eprintln!("the provider: {error}");
                }
            });
        }
    });
    let folder = tempdir()?;
    let settings = [
        ("SAMPLE_COURSE", "false"),
        ("LLM_PROVIDER", "openai"),
        ("OPENAI_BASE_URL", &base_url),
        ("OPENAI_API_KEY", "measured"),
        ("LLM_MODEL", "measured"),
    ];
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    let document = server
        .api
        .document(&workspace::root().join("sample/course.pdf"))?;
    let nginx = Nginx::start(&nginx, &[server.api.address_of_server()])?;

    let (mut first, mut all) = (Vec::new(), Vec::new());
    for number in 0..QUESTIONS {
        let question = format!("What is a feature, for the {number}th time?");
        let late = ask(&nginx.address, &document, &question)?;
        first.extend(late.first().copied());
        all.extend(late);
    }
    if all.len() != QUESTIONS * WORDS {
        bail!("{} of {} words have come", all.len(), QUESTIONS * WORDS);
    }
    let mut report = Report::new(
        "200 questions to the sample course (POST /api/ask), one after the other, through nginx as shipped, to a server over \
         SQLite; the answers of 20 words by a server that speaks OpenAI's format on the same machine, each word 30 ms after the one \
         before and saying when it was written. Late: from there until it was read by who asked.",
    );
    first.sort_by(f64::total_cmp);
    all.sort_by(f64::total_cmp);
    report.value("the first word, p50", at(&first, 50), "ms");
    report.promised("the first word, p99", at(&first, 99), "ms", LATE);
    report.promised("the first word, the latest", at(&first, 100), "ms", LATE);
    report.value("all words, p50", at(&all, 50), "ms");
    report.value("all words, p99", at(&all, 99), "ms");
    report.value("all words, the latest", at(&all, 100), "ms");
    Ok(report)
}

/// Microseconds since the first call.
fn now() -> u64 {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    let elapsed = BEGUN.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

/// Milliseconds that each word was late.
fn ask(address: &str, document: &str, question: &str) -> Result<Vec<f64>> {
    let body = json!({"document_id": document, "question": question}).to_string();
    let mut connection = TcpStream::connect(address)?;
    write!(
        connection,
        "POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut late = Vec::new();
    let mut all = String::new();
    for line in BufReader::new(connection).lines() {
        let line = line?;
        let come = now();
        all.push_str(&line);
        let Some(Ok(event)) = line
            .strip_prefix("data: ")
            .map(serde_json::from_str::<Value>)
        else {
            continue;
        };
        let text = event["text"].as_str().unwrap_or_default();
        // The end tells the whole answer once more.
        if event["by"].is_string() {
            break;
        }
        for written in text
            .split_whitespace()
            .filter_map(|word| word.strip_prefix('w'))
        {
            let written: u64 = written.trim_end_matches('.').parse().context("a word")?;
            #[allow(clippy::cast_precision_loss, reason = "a second at most")]
            late.push(come.saturating_sub(written) as f64 / 1_000.0);
        }
    }
    if late.is_empty() {
        bail!("nothing was answered: {all}");
    }
    Ok(late)
}

/// Answers each request on a connection as OpenAI's API streams.
fn speak(connection: &TcpStream) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut input = BufReader::new(connection.try_clone()?);
    let mut output = connection;
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(told) = line.strip_prefix("content-length:") {
                length = told.trim().parse()?;
            }
            if line.is_empty() {
                break;
            }
        }
        input.read_exact(&mut vec![0; length])?;
        write!(
            output,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )?;
        let mut say = |data: &str| {
            let event = format!("data: {data}\n\n");
            output.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes())
        };
        for _ in 0..WORDS {
            thread::sleep(PAUSE);
            let word = format!("w{} ", now());
            say(&json!({"choices": [{"index": 0, "delta": {"content": word}}]}).to_string())?;
        }
        let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
        say(&end.to_string())?;
        let usage = json!({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}});
        say(&usage.to_string())?;
        say("[DONE]")?;
        output.write_all(b"0\r\n\r\n")?;
    }
}

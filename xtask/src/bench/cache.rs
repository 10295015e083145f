//! How many cached lessons a second the server answers, beside the least that could be.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs, load,
    report::{Promise, Report, median},
    server::Server,
    services::{ITS_DOCUMENT, SECTION, Services},
};
use crate::{debian, test};

/// Where the server and the load are kept.
const SERVER_CORE: u32 = 0;
const LOAD_CORE: usize = 1;
/// Rounds, of which the middle one counts, and how long each lasts.
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(3);
/// What the Node original answers a second, by what is asked.
const LESSON: f64 = 2_826.0;
const EXISTING: f64 = 1_664.0;

/// Asks both servers in turn; what asks the database is counted by PostgreSQL.
pub fn measure(programs: &Programs) -> Result<Report> {
    debian::ensure(&test::PACKAGES)?;
    let mut report = Report::new(
        "A lesson read over loopback by 24 connections of one thread that each ask again when they are \
         answered; the server on the first processor core, the load on the second; PostgreSQL, PgBouncer and \
         Redis beside them. Somebody with an account shows an API token; metrics and access lines are on, \
         limits are not. Beside it bare axum answers as many bytes, in turn with ours. Medians of 5 \
         rounds of 3 s; at 70 % of the most, one request every so often, timed from when it should \
         have been sent.",
    );
    let services = Services::start()?;
    services.migrate(&programs.ultudy)?;
    let folder = tempdir()?;
    let settings = [
        ("DATABASE_URL", services.url.as_str()),
        ("REDIS_URL", services.redis_url.as_str()),
        ("AUTH_MODE", "accounts"),
    ];
    let server = Server::start_on_core(&programs.ultudy, folder.path(), &settings, SERVER_CORE)?;
    let account = server.api.sign_up()?;
    server.api.wait_for_the_sample(&account.token)?;
    services.fill()?;
    let address = server.api.address_of_server().to_owned();
    let head = format!(
        "Host: {address}\r\nAuthorization: Bearer {}\r\n",
        account.token
    );
    let read = format!("GET /api/lessons?section_id={SECTION} HTTP/1.1\r\n{head}\r\n");
    let body = json!({"document_id": ITS_DOCUMENT, "section_id": SECTION}).to_string();
    let ask = format!(
        "POST /api/lessons/generate HTTP/1.1\r\n{head}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let _pinned = load::pin_to(LOAD_CORE)?;
    let first = load::run(&address, &read, Duration::from_millis(500), None)?;

    let bytes = first.bytes.to_string();
    let bare = [("BODY_BYTES", bytes.as_str())];
    let bare = Server::start_on_core(&programs.baseline, folder.path(), &bare, SERVER_CORE)?;
    let bare_address = bare.api.address_of_server();
    let plain = format!("GET /body HTTP/1.1\r\nHost: {bare_address}\r\n\r\n");
    let (mut ours, mut bares) = (Vec::new(), Vec::new());
    let asked_before = services.queries()?;
    for _ in 0..ROUNDS {
        ours.push(load::run(&address, &read, SPAN, None)?);
        bares.push(load::run(bare_address, &plain, SPAN, None)?);
    }
    let asked = services.queries()? - asked_before;
    let answered: f64 = ours.iter().map(|load| load.rate * SPAN.as_secs_f64()).sum();
    let rate = median(ours.iter().map(|load| load.rate).collect());
    let bare_rate = median(bares.iter().map(|load| load.rate).collect());
    report.value("a cached lesson, body", first.bytes as f64, "bytes");
    report.promised(
        "a cached lesson",
        rate,
        "/s",
        Promise::AtLeast(20.0 * LESSON),
    );
    report.value("bare axum, as many bytes", bare_rate, "/s");
    let share = "a cached lesson, of bare axum";
    report.promised(share, 100.0 * rate / bare_rate, "%", Promise::AtLeast(55.0));
    let statements = "transactions of all processes a thousand lessons read";
    report.value(statements, 1_000.0 * asked / answered, "");
    let (mut middles, mut ours, mut bares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let paced = load::run(&address, &read, SPAN, Some(0.7 * rate))?;
        middles.push(paced.p50);
        ours.push(paced.p99);
        bares.push(load::run(bare_address, &plain, SPAN, Some(0.7 * rate))?.p99);
    }
    report.promised(
        "p50 at 70 % of that",
        median(middles),
        "ms",
        Promise::AtMost(1.0),
    );
    let paced = "p99 at 70 % of that";
    report.promised(paced, median(ours), "ms", Promise::AtMost(5.0));
    // What the machine and the load make of it.
    let same = "p99 of bare axum at the same rate";
    report.value(same, median(bares), "ms");
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        rates.push(load::run(&address, &ask, SPAN, None)?.rate);
    }
    let existing = "asking for a lesson that exists";
    report.promised(
        existing,
        median(rates),
        "/s",
        Promise::AtLeast(10.0 * EXISTING),
    );
    Ok(report)
}

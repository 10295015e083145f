//! Streams of live updates that students have open.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use http::StatusCode;
use serde_json::Value;
use tokio::{sync::Notify, time::sleep};

use crate::{Day, class::Class, client::Asked, lock};

/// Streams that are opened at a time, at first.
const AT_ONCE: usize = 50;
/// How long a browser waits before it opens a stream again.
const AGAIN: Duration = Duration::from_secs(3);

/// What the streams told.
#[derive(Default)]
pub struct Streams {
    open: AtomicUsize,
    changed: Notify,
    /// How late the end of each job was told.
    told: Mutex<HashMap<String, Duration>>,
}

impl Streams {
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How late the end of a job was told, if it was.
    pub fn told(&self, job: &str) -> Option<Duration> {
        lock(&self.told).remove(job)
    }

    fn hear(&self, event: &str) {
        let mut lines = event.lines();
        if !lines.any(|line| line == "event: completed") {
            return;
        }
        let now = Utc::now();
        let data = event.lines().find_map(|line| line.strip_prefix("data: "));
        let job: Option<Value> = data.and_then(|data| serde_json::from_str(data).ok());
        let Some(job) = job else { return };
        let completed = moment(&job["completed_at"]);
        if let (Some(id), Some(completed)) = (job["id"].as_str(), completed) {
            let late = (now - completed).to_std().unwrap_or_default();
            lock(&self.told).entry(id.to_owned()).or_insert(late);
        }
    }
}

/// Opens all; they are opened again when they end.
pub async fn open(day: &Arc<Day>) {
    let all: Vec<u32> = Class::watchers().collect();
    for some in all.chunks(AT_ONCE) {
        let wanted = day.streams.open() + some.len();
        for student in some {
            tokio::spawn(watch(Arc::clone(day), *student));
        }
        while day.streams.open() < wanted {
            day.streams.changed.notified().await;
        }
    }
}

async fn watch(day: Arc<Day>, student: u32) {
    loop {
        if let Err(error) = once(&day, student).await {
            eprintln!("a stream of live updates: {error}");
        }
        sleep(AGAIN).await;
    }
}

/// Until it ends.
async fn once(day: &Day, student: u32) -> Result<(), String> {
    let token = day.class.token(student);
    let asked = Asked::get("/api/events");
    let answer = day.client.send(student, token, asked).await?;
    if answer.status() != StatusCode::OK {
        return Err(answer.status().to_string());
    }
    day.streams.open.fetch_add(1, Ordering::Relaxed);
    day.streams.changed.notify_one();
    let mut body = answer.into_body().into_data_stream();
    let mut text = String::new();
    let ended = loop {
        match body.next().await {
            None => break Ok(()),
            Some(Err(error)) => break Err(crate::client::words(&error)),
            Some(Ok(piece)) => text.push_str(&String::from_utf8_lossy(&piece)),
        }
        while let Some(end) = text.find("\n\n") {
            day.streams.hear(&text[..end]);
            text.drain(..end + 2);
        }
    };
    day.streams.open.fetch_sub(1, Ordering::Relaxed);
    ended
}

/// A time as the API writes it.
pub fn moment(text: &Value) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text.as_str()?).ok()?;
    Some(time.with_timezone(&Utc))
}

//! A student's open page: it hears of jobs, and comes back with the last event that it saw whenever its
//! stream ends.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt as _;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use tokio::time::sleep;

/// Before it connects anew, as browsers wait.
const PAUSE: Duration = Duration::from_secs(1);
/// A stream with no heartbeat for so long is dead.
const SILENT: Duration = Duration::from_secs(40);

/// The jobs of whose end pages were told.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<BTreeSet<String>>>);

impl Told {
    /// Those of these of which no page was told.
    pub fn not_of(&self, jobs: &BTreeSet<String>) -> BTreeSet<String> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.difference(&told).cloned().collect()
    }
}

#[derive(Debug)]
pub struct Page {
    told: Told,
    last_event: Option<String>,
    /// Of an event that is not whole yet.
    text: String,
}

impl Page {
    pub fn new(told: Told) -> Self {
        Self {
            told,
            last_event: None,
            text: String::new(),
        }
    }

    /// For as long as it is open.
    pub async fn listen(mut self, user: String, base_url: String) {
        let client = Client::new();
        loop {
            let request = client.get(format!("{base_url}/api/events"));
            let mut request = request.header("X-User-Id", &user);
            if let Some(last) = &self.last_event {
                request = request.header("Last-Event-ID", last);
            }
            if let Ok(answer) = request.send().await
                && answer.status() == StatusCode::OK
            {
                self.text.clear();
                self.hears(answer).await;
            }
            sleep(PAUSE).await;
        }
    }

    async fn hears(&mut self, answer: Response) {
        let mut stream = answer.bytes_stream();
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout(SILENT, stream.next()).await {
            self.text.push_str(&String::from_utf8_lossy(&bytes));
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.is_told(&event);
                self.text = rest;
            }
        }
    }

    fn is_told(&mut self, event: &str) {
        let field = |name: &str| {
            let mut lines = event.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            value.map(|value| value.trim_start().to_owned())
        };
        if let Some(id) = field("id") {
            self.last_event = Some(id);
        }
        let (Some("completed" | "failed"), Some(data)) = (field("event").as_deref(), field("data"))
        else {
            return;
        };
        let job: Value = serde_json::from_str(&data).unwrap_or_default();
        let mut told = self.told.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend(job["id"].as_str().map(str::to_owned));
    }
}

//! A browser with a page open: it reads events, and connects anew when its stream ends.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt as _;
use reqwest::{Client, RequestBuilder, StatusCode};
use tokio::{sync::watch, task::JoinHandle};

use crate::api::PATIENCE;

type Connections = Arc<Mutex<Vec<Result<StatusCode, String>>>>;

pub struct Watcher {
    reading: JoinHandle<()>,
    /// All that was told so far.
    told: watch::Receiver<String>,
    connections: Connections,
}

impl Watcher {
    /// Reads the events of `ada`, or of the only user there is, at this address.
    pub fn start(base_url: &str) -> Self {
        let (tell, told) = watch::channel(String::new());
        let connections = Connections::default();
        let request = Client::new().get(format!("{base_url}/api/events"));
        let request = request.header("X-User-Id", "ada");
        let reading = tokio::spawn(go_on(request, connections.clone(), tell));
        Self {
            reading,
            told,
            connections,
        }
    }

    /// Waits until all of these have been told.
    pub async fn is_told(&mut self, texts: &[&str]) {
        let all = |told: &String| texts.iter().all(|text| told.contains(text));
        let is_told = tokio::time::timeout(PATIENCE, self.told.wait_for(all))
            .await
            .is_ok();
        assert!(is_told, "{texts:?}: {:?}", self.connections());
    }

    /// How it was answered, each time it connected.
    pub fn connections(&self) -> Vec<Result<StatusCode, String>> {
        let connections = self.connections.lock();
        connections.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

fn note(connections: &Connections, outcome: Result<StatusCode, String>) {
    let mut all = connections.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(outcome);
}

async fn go_on(request: RequestBuilder, connections: Connections, tell: watch::Sender<String>) {
    loop {
        let request = request.try_clone().expect("it has no body");
        let answer = request.send().await;
        let outcome = match &answer {
            Ok(answer) => Ok(answer.status()),
            Err(error) => Err(format!("{error:?}")),
        };
        note(&connections, outcome);
        let Ok(answer) = answer else { continue };
        let mut events = answer.bytes_stream();
        while let Some(Ok(bytes)) = events.next().await {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            tell.send_modify(|told| told.push_str(&text));
        }
    }
}

//! Whether the parts answer.

use std::time::Duration;

use crate::{App, Result};

/// How long a part may take to answer before it counts as down.
const PATIENCE: Duration = Duration::from_secs(2);

/// One part's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `database` or `storage`; `process` of one that is stopping.
    pub name: &'static str,
    /// What is wrong with it, if anything.
    pub fault: Option<String>,
    /// Whether nothing can be answered without it. Much is without the storage, and where it fails it
    /// fails for every process: none of them would be left to answer.
    pub is_needed: bool,
    /// Of a database: its replicas that are up to date and read from.
    pub replicas_in_use: Option<usize>,
}

/// Asks every part this process needs.
pub async fn check(app: &App) -> Vec<Part> {
    let (database, storage) = tokio::join!(database(app), judged("storage", app.blobs.ping()));
    let storage = Part {
        is_needed: false,
        ..storage
    };
    vec![database, storage]
}

/// Asks the database alone.
pub async fn database(app: &App) -> Part {
    let part = judged("database", async { Ok(app.store.ping().await?) }).await;
    Part {
        replicas_in_use: app.store.replicas_in_use(),
        ..part
    }
}

async fn judged(name: &'static str, asked: impl Future<Output = Result<()>>) -> Part {
    let fault = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    Part {
        name,
        fault,
        is_needed: true,
        replicas_in_use: None,
    }
}

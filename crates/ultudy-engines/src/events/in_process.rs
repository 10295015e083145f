//! Events within one process.

use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{Events, JobChanged, Notice};

/// Events a subscriber may fall behind before it is told that it missed some.
const BACKLOG: usize = 1_024;

/// One channel for the process; each subscriber filters its owner's events.
#[derive(Debug)]
pub struct InProcessEvents {
    sender: broadcast::Sender<JobChanged>,
}

impl Default for InProcessEvents {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
        }
    }
}

#[async_trait]
impl Events for InProcessEvents {
    async fn publish(&self, event: JobChanged) {
        // An error only says that nobody watches.
        let _ = self.sender.send(event);
    }

    async fn subscribe(&self, owner_id: &str) -> BoxStream<'static, Notice> {
        let owner_id = owner_id.to_owned();
        BroadcastStream::new(self.sender.subscribe())
            .filter_map(move |received| {
                let notice = match received {
                    Ok(event) if *event.owner_id == *owner_id => Some(Notice::Changed(event)),
                    Ok(_) => None,
                    Err(BroadcastStreamRecvError::Lagged(_)) => Some(Notice::Missed),
                };
                std::future::ready(notice)
            })
            .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::conformance;

    #[tokio::test]
    async fn keeps_the_promises_of_events() {
        conformance::all(async || InProcessEvents::default()).await;
    }
}

//! Events within one process.

use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};

use super::{Events, JobChanged, Notice, fanout::Fanout};

/// Tells whoever watches in the same process.
#[derive(Default)]
pub struct InProcessEvents(Fanout<JobChanged>);

#[async_trait]
impl Events for InProcessEvents {
    async fn publish(&self, event: JobChanged) {
        self.0.tell(&event.owner_id.clone(), event);
    }

    async fn subscribe(&self, owner_id: &str) -> BoxStream<'static, Notice> {
        let told = self.0.subscribe(owner_id);
        told.map(|told| told.map_or(Notice::Missed, Notice::Changed))
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

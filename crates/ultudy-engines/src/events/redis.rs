//! Events between all processes over one Redis, by publish and subscribe.
//!
//! | Channel | Why |
//! |---|---|
//! | `ultudy:events` | everything that is published, each message a [`Told`] as JSON; each process picks what its subscribers watch |
//!
//! Everything goes through Redis, that of one's own process, too, so that all see one order.
//! While it is away a process tells its own subscribers directly, and when it is back everybody that
//! some was missed.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};
use redis::{RedisError, Script};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::broadcast::{self, error::RecvError, error::TryRecvError},
    task::JoinHandle,
    time,
};
use uuid::Uuid;

use super::{Events, JobChanged, Notice, fanout::Fanout};
use crate::redis::{Heard, Listener, Redis};

const CHANNEL: &str = "ultudy:events";
/// What may wait to be published; beyond that the oldest are missed.
const WAITING: usize = 4_096;
/// Most that one script publishes.
const AT_ONCE: usize = 128;
/// How long Redis may take; meanwhile nothing else is published.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it is left alone after it did not answer.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told {
    /// A job changed.
    Changed(Change),
    /// Some could not be published.
    Lost,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Change {
    owner_id: String,
    job_id: Uuid,
    version: i64,
    /// Which process published it.
    process: Uuid,
    /// Its how many-eth.
    number: u64,
}

impl Change {
    fn event(self) -> JobChanged {
        JobChanged {
            owner_id: self.owner_id.into(),
            job_id: self.job_id,
            version: self.version,
        }
    }
}

/// To a subscriber: a change, or none where some were missed.
type Heed = Option<Change>;

/// Tells whoever watches in any process.
pub struct RedisEvents {
    process: Uuid,
    /// How many were published here. Locked while one is, so that they wait in their order.
    count: Mutex<u64>,
    waiting: broadcast::Sender<Change>,
    watched: Arc<Fanout<Heed>>,
    tasks: [JoinHandle<()>; 2],
}

impl RedisEvents {
    /// Publishes and listens from now on. `process` is an id that no other process has.
    pub async fn start(redis: Redis, process: Uuid) -> Self {
        let watched = Arc::new(Fanout::default());
        let mut listener = redis.listen(vec![CHANNEL.to_owned()], Vec::new());
        // Later ones will hear: whoever subscribes before is told of it then.
        let _ = time::timeout(PATIENCE, listener.next()).await;
        let (waiting, to_publish) = broadcast::channel(WAITING);
        let publisher = Publisher {
            redis,
            script: Script::new(include_str!("lua/publish.lua")),
            watched: watched.clone(),
            has_lost: false,
        };
        Self {
            process,
            count: Mutex::new(0),
            waiting,
            tasks: [
                tokio::spawn(listen(listener, watched.clone())),
                tokio::spawn(publisher.publish_all(to_publish)),
            ],
            watched,
        }
    }
}

impl RedisEvents {
    fn count(&self) -> MutexGuard<'_, u64> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Events for RedisEvents {
    async fn publish(&self, event: JobChanged) {
        let mut count = self.count();
        *count += 1;
        let change = Change {
            owner_id: event.owner_id.as_ref().to_owned(),
            job_id: event.job_id,
            version: event.version,
            process: self.process,
            number: *count,
        };
        // An error would say that the publisher is gone, and with it this.
        let _ = self.waiting.send(change);
    }

    async fn subscribe(&self, owner_id: &str) -> BoxStream<'static, Notice> {
        let told = self.watched.subscribe(owner_id);
        let (process, before) = (self.process, *self.count());
        let notice = move |told: Heed| match told {
            // Still under way when the subscriber came.
            Some(change) if change.process == process && change.number <= before => None,
            Some(change) => Some(Notice::Changed(change.event())),
            None => Some(Notice::Missed),
        };
        told.filter_map(move |told| std::future::ready(notice(told.unwrap_or(None))))
            .boxed()
    }
}

impl Drop for RedisEvents {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen(mut listener: Listener, watched: Arc<Fanout<Heed>>) {
    while let Some(heard) = listener.next().await {
        let told = match heard {
            Heard::Connected => Ok(Told::Lost),
            Heard::Message { payload, .. } => serde_json::from_slice(&payload),
        };
        match told {
            Ok(Told::Changed(change)) => watched.tell(&change.owner_id.clone(), Some(change)),
            Ok(Told::Lost) => watched.tell_all(&None),
            // Of another version of this program: the rows say what happened.
            Err(error) => {
                tracing::debug!(%error, "an event that cannot be read");
                watched.tell_all(&None);
            }
        }
    }
}

/// Publishes what waits, in order.
struct Publisher {
    redis: Redis,
    script: Script,
    watched: Arc<Fanout<Heed>>,
    /// Whether something was not published and nobody was told so yet.
    has_lost: bool,
}

impl Publisher {
    async fn publish_all(mut self, mut waiting: broadcast::Receiver<Change>) {
        loop {
            let next = match self.has_lost {
                false => waiting.recv().await,
                // Whoever watches elsewhere waits to be told.
                true => match time::timeout(LEFT_ALONE, waiting.recv()).await {
                    Ok(next) => next,
                    Err(_) => {
                        self.publish(Vec::new()).await;
                        continue;
                    }
                },
            };
            let mut changes = match next {
                Ok(change) => vec![change],
                Err(RecvError::Lagged(_)) => {
                    self.has_lost = true;
                    Vec::new()
                }
                Err(RecvError::Closed) => return,
            };
            while changes.len() < AT_ONCE {
                match waiting.try_recv() {
                    Ok(change) => changes.push(change),
                    Err(TryRecvError::Lagged(_)) => self.has_lost = true,
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            if !self.publish(changes).await {
                self.tell_while_left_alone(&mut waiting).await;
            }
        }
    }

    /// Whether Redis took them; if not, those who watch here have them.
    async fn publish(&mut self, changes: Vec<Change>) -> bool {
        let lost = self.has_lost.then_some(Told::Lost);
        let told = lost
            .into_iter()
            .chain(changes.iter().cloned().map(Told::Changed));
        let texts = told.filter_map(|told| serde_json::to_string(&told).ok());
        let mut script = self.script.key(CHANNEL);
        for text in texts {
            script.arg(text);
        }
        let asked = time::timeout(PATIENCE, self.redis.run::<i64>(&script)).await;
        let refused = match asked {
            Ok(Ok(_)) => {
                self.has_lost = false;
                return true;
            }
            Ok(Err(error)) => error,
            Err(_) => RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)),
        };
        if !self.has_lost {
            tracing::warn!(error = %refused, "Redis does not answer: other processes' browsers are told late");
        }
        self.has_lost = true;
        changes
            .into_iter()
            .for_each(|change| self.tell_here(change));
        false
    }

    /// Leaves Redis alone for a while, in which those who watch here are told.
    async fn tell_while_left_alone(&self, waiting: &mut broadcast::Receiver<Change>) {
        let telling = async {
            loop {
                match waiting.recv().await {
                    Ok(change) => self.tell_here(change),
                    Err(RecvError::Lagged(_)) => self.watched.tell_all(&None),
                    Err(RecvError::Closed) => return,
                }
            }
        };
        // That the time is over is what was waited for.
        let _ = time::timeout(LEFT_ALONE, telling).await;
    }

    fn tell_here(&self, change: Change) {
        self.watched.tell(&change.owner_id.clone(), Some(change));
    }
}

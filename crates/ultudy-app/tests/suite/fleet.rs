//! Nodes over one database and one Redis.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts,
    clock::{Clock, SystemClock},
    jobs,
    limits::Limits,
    worker::{WorkerConfig, work},
};
use ultudy_domain::{Timestamp, job::Job};
use ultudy_engines::{queue::RedisQueue, redis::Redis};
use ultudy_llm::{Generator, extractive::Extractive};
use ultudy_store::{Store, StoreConfig};
use ultudy_testkit::{redis::Redis as Server, wait};
use uuid::Uuid;

use crate::support::parts;

pub const PATIENCE: Duration = Duration::from_secs(60);
/// Who asks here.
pub const OWNER: &str = "alice";
const LESSONS: &str = "bull:lesson-generation";

/// The machine's clock, put forward or back.
struct OffBy(TimeDelta);

impl Clock for OffBy {
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.0
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }

    fn jitter(&self) -> f64 {
        0.0
    }

    fn secret(&self) -> [u8; 32] {
        SystemClock.secret()
    }
}

pub struct Fleet {
    pub server: Server,
    store: Store,
    folder: TempDir,
}

impl Fleet {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ultudy.db");
        Self {
            server: Server::start().unwrap(),
            store: Store::open(&StoreConfig::Sqlite { path }).await.unwrap(),
            folder,
        }
    }

    /// A node whose clock is off by so much.
    pub async fn node(&self, off_by: TimeDelta) -> App {
        self.node_with(off_by, Arc::new(Extractive), Limits::default())
            .await
    }

    /// The same with this generator and these limits.
    pub async fn node_with(
        &self,
        off_by: TimeDelta,
        generator: Arc<dyn Generator>,
        limits: Limits,
    ) -> App {
        let redis = Redis::connect(&self.server.url()).await.unwrap();
        let queue = Arc::new(RedisQueue::new(redis, SystemClock.new_id()));
        let parts = Parts {
            clock: Arc::new(OffBy(off_by)),
            generator,
            limits,
            ..parts(self.folder.path(), (self.store.clone(), queue))
        };
        App::new(parts)
    }

    /// What the keys of the queue of lessons begin with.
    pub fn lesson_queue(&self) -> &'static str {
        LESSONS
    }

    /// One command on a key of the queue of lessons.
    pub fn lessons(&self, command: &str, key: &str) -> String {
        let key = format!("{LESSONS}:{key}");
        self.server.cli([command, &key]).unwrap()
    }
}

/// A worker of a node.
pub struct Working {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    pub fn start(app: &App) -> Self {
        let config = WorkerConfig {
            worker_id: "worker".into(),
            upload_concurrency: 1,
            lesson_concurrency: 2,
            drain: Duration::ZERO,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(app.clone(), config, stop.clone()));
        Self { stop, task }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// Waits until a job has ended.
pub async fn ended(app: &App, id: Uuid) -> Job {
    let job = wait::for_some("the job has ended", PATIENCE, async || {
        let job = jobs::get(app, OWNER, id).await.unwrap();
        job.status.is_final().then_some(job)
    });
    job.await.unwrap()
}

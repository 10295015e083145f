//! Many who need the same lesson text at once: it is made once, and who waits for it keeps no worker
//! busy. On SQLite, and on PostgreSQL with jobs delivered by Redis.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt as _, future::join_all};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App,
    clock::Clock as _,
    jobs,
    lessons::{self, LessonOf},
    worker::{WorkerConfig, work},
};
use ultudy_domain::{
    job::{Job, JobStatus},
    lesson::LessonContent,
};
use ultudy_engines::{
    queue::{Queue, RedisQueue},
    redis::Redis,
};
use ultudy_llm::{Bill, Generator as _, LessonInput, LessonPart, extractive::Extractive};
use ultudy_store::{
    PostgresConfig, Store, StoreConfig, migrate_postgres,
    queue::TableQueue,
    sections::{self, NewSection},
};
use ultudy_testkit::{
    postgres::{Postgres, User},
    redis::Redis as RedisServer,
    wait,
};
use uuid::Uuid;

use crate::{
    slow::{Gated, HOPELESS, QUICK, ask_for, ask_for_lesson, section, store_document},
    support::{SetClock, app_on},
};

mod asked_at_once;
mod leaders;

const PATIENCE: Duration = Duration::from_secs(120);
const TEXT: &str = "Shared";

/// Where rows and queue are.
#[allow(clippy::large_enum_variant, reason = "there is one a test")]
enum Services {
    Embedded,
    /// PostgreSQL, the database's name, and Redis.
    Shared(Arc<Postgres>, String, RedisServer),
}

/// An application whose lessons wait at a gate.
struct Bench {
    services: Services,
    folder: TempDir,
    clock: Arc<SetClock>,
    generator: Arc<Gated>,
    gate: watch::Sender<bool>,
}

impl Bench {
    fn new(services: Services) -> Self {
        let (gate, generator) = Gated::new();
        Self {
            services,
            folder: tempfile::tempdir().unwrap(),
            clock: SetClock::new(),
            generator: Arc::new(generator),
            gate,
        }
    }

    async fn shared() -> Self {
        let server = Postgres::shared().unwrap();
        let name = server.create_database(User::Owner).unwrap();
        migrate_postgres(&server.url(User::Owner, &name))
            .await
            .unwrap();
        Self::new(Services::Shared(
            server,
            name,
            RedisServer::start().unwrap(),
        ))
    }

    /// A process of the fleet.
    async fn app(&self) -> App {
        let folder: &Path = self.folder.path();
        let (store, redis) = match &self.services {
            Services::Embedded => {
                let path = folder.join("ultudy.db");
                (StoreConfig::Sqlite { path }, None)
            }
            Services::Shared(server, name, redis) => {
                let url = server.url(User::Member, name);
                let redis = Redis::connect(&redis.url()).await.unwrap();
                let config = PostgresConfig {
                    acquire_timeout: PATIENCE,
                    ..PostgresConfig::new(url)
                };
                (StoreConfig::Postgres(config), Some(redis))
            }
        };
        let store = Store::open(&store).await.unwrap();
        let queue: Arc<dyn Queue> = match redis {
            Some(redis) => Arc::new(RedisQueue::new(redis, self.clock.new_id())),
            None => Arc::new(TableQueue::new(store.clone())),
        };
        app_on(
            folder,
            self.clock.clone(),
            (store, queue),
            self.generator.clone(),
        )
    }

    /// How often a lesson on the text was begun.
    fn begun(&self) -> usize {
        self.begun_on(TEXT)
    }

    fn begun_on(&self, text: &str) -> usize {
        let asked = self.generator.asked.lock().unwrap();
        asked.iter().filter(|title| *title == text).count()
    }
}

/// A user who asked, and their job.
type Asked = (String, Uuid);

async fn ask(app: &App, users: usize) -> Vec<Asked> {
    ask_on(app, users, TEXT).await
}

async fn ask_on(app: &App, users: usize, text: &str) -> Vec<Asked> {
    let asked = (0..users).map(async |n| {
        let owner = format!("user-{n}");
        let job = ask_for_lesson(app, &owner, text).await;
        (owner, job)
    });
    join_all(asked).await
}

async fn all(app: &App, asked: &[Asked]) -> Vec<Job> {
    let jobs = asked
        .iter()
        .map(async |(owner, job)| jobs::get(app, owner, *job).await.unwrap());
    join_all(jobs).await
}

/// Waits until one of them has its lesson made and all others wait for it: the leader.
async fn one_leads(app: &App, asked: &[Asked]) -> Job {
    let one = wait::for_some("one leads, the others wait", PATIENCE, async || {
        let mut leader = None;
        for job in all(app, asked).await {
            match (job.status, &*job.stage) {
                (JobStatus::Processing, "writing") if leader.is_none() => leader = Some(job),
                (JobStatus::Queued, "waiting") => {}
                _ => return None,
            }
        }
        leader
    });
    one.await.unwrap()
}

async fn all_end_well(app: &App, asked: &[Asked]) {
    let ended = wait::until("every lesson is there", PATIENCE, async || {
        all(app, asked)
            .await
            .iter()
            .all(|job| job.status == JobStatus::Completed && job.attempt == 0)
    });
    ended.await.unwrap();
}

fn start(app: &App, stop: &CancellationToken) -> JoinHandle<()> {
    let config = WorkerConfig {
        worker_id: "worker".into(),
        upload_concurrency: 1,
        lesson_concurrency: 2,
        drain: Duration::ZERO,
    };
    tokio::spawn(work(app.clone(), config, stop.clone()))
}

async fn many_ask_and_one_lesson_is_made(bench: Bench, users: usize) {
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let asked = ask(&app, users).await;
    one_leads(&app, &asked).await;
    // Who waits keeps no worker from others.
    let other = ask_for_lesson(&app, "zoe", QUICK).await;
    all_end_well(&app, &[("zoe".to_owned(), other)]).await;
    assert_eq!(bench.begun(), 1);
    let (leader, watched) = (one_leads(&app, &asked).await, watch(&app, &asked).await);
    bench.gate.send(true).unwrap();
    all_end_well(&app, &asked).await;
    assert_eq!(bench.begun(), 1);
    let waited: Vec<_> = all(&app, &asked).await;
    let waited = waited.iter().filter(|job| job.id != leader.id);
    for job in waited {
        // It is not delivered again: the end is the first that happens to it after waiting.
        let seen = &watched[&job.id];
        assert_eq!(seen.version + 1, job.version, "{job:?}");
        let lesson = lessons::get(&app, &job.owner_id, section_of(job))
            .await
            .unwrap();
        let id = lesson.id.to_string();
        assert_eq!(job.result.as_ref().unwrap()["lesson_id"], id);
        assert!(!lesson.concepts.is_empty());
    }
    let told = join_all(watched.into_values().map(|watching| watching.end)).await;
    assert!(
        told.into_iter()
            .all(|end| end.unwrap() == Some(JobStatus::Completed))
    );
    stop.cancel();
    worker.await.unwrap();
}

/// A browser that watches a job.
struct Watching {
    /// The version it saw first.
    version: i64,
    /// The last it is told.
    end: JoinHandle<Option<JobStatus>>,
}

async fn watch(app: &App, asked: &[Asked]) -> HashMap<Uuid, Watching> {
    let mut all = HashMap::new();
    for (owner, job) in asked {
        let mut changes = Box::pin(jobs::watch_one(app, owner, *job).await.unwrap());
        let first = changes.next().await.unwrap();
        let end = tokio::spawn(async move {
            let rest = changes.fold(None, async |_, job: Arc<Job>| Some(job.status));
            timeout(PATIENCE, rest).await.unwrap()
        });
        let version = first.version;
        all.insert(*job, Watching { version, end });
    }
    all
}

fn section_of(job: &Job) -> LessonOf {
    LessonOf::Section(job.data["section_id"].as_str().unwrap().parse().unwrap())
}

/// What the generator makes of the text.
async fn content(app: &App, owner: &str) -> LessonContent {
    let (_, section_id) = store_document(app, owner, TEXT).await;
    let mut tx = app.store.read(owner).await.unwrap();
    let text = sections::find(&mut tx, section_id).await.unwrap().unwrap();
    let part = LessonPart {
        name: TEXT.into(),
        page_start: 1,
        page_end: 1,
        markdown: text.markdown,
    };
    let input = LessonInput {
        generation: None,
        title: TEXT.into(),
        parts: vec![part],
        glossary: vec![],
        variant: 0,
        language: None,
    };
    let never = CancellationToken::new();
    let made = Extractive
        .lesson(input, &|_| {}, &Bill::default(), &never)
        .await;
    made.unwrap().content
}

/// Their concepts have the same names, and the lesson of each is copied at the same time.
async fn alike_sections_of_one_document_each_have_their_lesson(bench: Bench) {
    let app = bench.app().await;
    bench.gate.send(true).unwrap();
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let owner = "zoe".to_owned();
    let (document_id, first) = store_document(&app, &owner, TEXT).await;
    let others: Vec<_> = (2..=8)
        .map(|number| NewSection {
            section_number: number,
            ..section(TEXT, app.clock.new_id())
        })
        .collect();
    let mut tx = app.store.write(&owner).await.unwrap();
    sections::insert_all(&mut tx, document_id, &others, app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let made = ask_for(&app, &owner, (document_id, first)).await;
    all_end_well(&app, &[(owner.clone(), made)]).await;
    let copies = others.iter().map(async |section| {
        let job = ask_for(&app, &owner, (document_id, section.id)).await;
        (owner.clone(), job)
    });
    let copies = join_all(copies).await;
    all_end_well(&app, &copies).await;
    assert_eq!(bench.begun(), 1, "the others are copies");
    let mut names = BTreeSet::new();
    for id in others.iter().map(|section| section.id).chain([first]) {
        let lesson = lessons::get(&app, &owner, LessonOf::Section(id)).await;
        for concept in lesson.unwrap().concepts {
            assert!(
                names.insert(concept.name.clone()),
                "twice: {}",
                concept.name
            );
        }
    }
    assert!(names.len() >= 8, "{names:?}");
    stop.cancel();
    worker.await.unwrap();
}

async fn a_text_that_no_lesson_can_be_made_of_is_tried_once(bench: Bench) {
    let app = bench.app().await;
    let stop = CancellationToken::new();
    let worker = start(&app, &stop);
    let asked = ask_on(&app, 20, HOPELESS).await;
    one_leads(&app, &asked).await;
    bench.gate.send(true).unwrap();
    let ended = wait::until("all have failed", PATIENCE, async || {
        let all = all(&app, &asked).await;
        all.iter().all(|job| job.status == JobStatus::Failed)
    });
    ended.await.unwrap();
    for job in all(&app, &asked).await {
        assert_eq!(job.failure.unwrap().code, "hopeless");
    }
    assert_eq!(bench.begun_on(HOPELESS), 1);
    stop.cancel();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_many_ask_and_one_lesson_is_made() {
    many_ask_and_one_lesson_is_made(Bench::new(Services::Embedded), 50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_many_ask_and_one_lesson_is_made() {
    many_ask_and_one_lesson_is_made(Bench::shared().await, 60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_a_text_that_no_lesson_can_be_made_of_is_tried_once() {
    a_text_that_no_lesson_can_be_made_of_is_tried_once(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_a_text_that_no_lesson_can_be_made_of_is_tried_once() {
    a_text_that_no_lesson_can_be_made_of_is_tried_once(Bench::shared().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded_alike_sections_of_one_document_each_have_their_lesson() {
    alike_sections_of_one_document_each_have_their_lesson(Bench::new(Services::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_alike_sections_of_one_document_each_have_their_lesson() {
    alike_sections_of_one_document_each_have_their_lesson(Bench::shared().await).await;
}

//! Jobs that are put off since what they take is not to be had: for how long, and what counts.

use std::{
    fs::File,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::stream;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts,
    documents::upload::{self, UploadFields},
    jobs,
    reader::DocumentReader,
    worker::{WorkerConfig, work},
};
use ultudy_domain::{
    document::ExtractedDocument,
    extraction::{ExtractError, ExtractProgress, Probe},
    glossary::GlossaryEntry,
    job::{Job, JobStatus},
    page_text::PageReader,
};
use ultudy_engines::queue::Queue;
use ultudy_llm::{
    Bill, GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart, MadeLesson,
    extractive::Extractive,
};
use ultudy_store::{Store, StoreConfig, queue::TableQueue};
use ultudy_testkit::{
    s3::{BUCKET, Fault, S3, SECRET_KEY},
    wait,
};
use uuid::Uuid;

use crate::{
    blobs,
    slow::ask_for_lesson,
    support::{SetClock, parts_on},
};

const OWNER: &str = "alice";
const PATIENCE: Duration = Duration::from_secs(90);

/// Makes no lesson, and says why not.
struct Unwell(Mutex<Why>);

#[derive(Clone, Copy)]
enum Why {
    /// It was not asked, and may be after so long; whether it only has too much to do.
    NotAsked(Duration, bool),
    /// It has failed, and wants to be left alone for so long.
    Failed(Duration),
}

#[async_trait]
impl Generator for Unwell {
    fn identity(&self) -> GeneratorIdentity {
        Extractive.identity()
    }

    fn uses_glossary(&self) -> bool {
        false
    }

    async fn glossary(
        &self,
        _: Vec<LessonPart>,
        _: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError> {
        Ok(Vec::new())
    }

    async fn lesson(
        &self,
        _: LessonInput,
        _: &(dyn Fn(f32) + Send + Sync),
        _: &Bill,
        _: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        let message = "Lessons cannot be written just now.".into();
        Err(match *self.0.lock().unwrap() {
            Why::NotAsked(wait, is_limited) => GenerateError::NotAsked {
                message,
                wait,
                is_limited,
            },
            Why::Failed(wait) => GenerateError::Transient {
                message,
                retry_after: Some(wait),
            },
        })
    }
}

/// Says that all files can be read, and reads none.
struct NothingRead;

#[async_trait]
impl DocumentReader for NothingRead {
    async fn probe(&self, _: File) -> Result<Probe, ExtractError> {
        Ok(Probe::Readable { pages: 1 })
    }

    async fn extract(
        &self,
        _: File,
        _: Option<&dyn PageReader>,
        _: &mut (dyn FnMut(ExtractProgress) + Send),
        _: &CancellationToken,
    ) -> Result<ExtractedDocument, ExtractError> {
        unreachable!("its file cannot be had")
    }
}

struct Bench {
    app: App,
    clock: Arc<SetClock>,
    generator: Arc<Unwell>,
    s3: S3,
    stop: CancellationToken,
    _folder: TempDir,
}

impl Bench {
    async fn start(why: Why) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::Sqlite {
            path: folder.path().join("ultudy.db"),
        };
        let store = Store::open(&config).await.unwrap();
        let queue = Arc::new(TableQueue::new(store.clone()));
        let on: (_, Arc<dyn Queue>) = (store, queue);
        let s3 = S3::start().unwrap();
        let bucket = blobs::client(s3.port(), BUCKET, SECRET_KEY);
        let (clock, generator) = (SetClock::new(), Arc::new(Unwell(Mutex::new(why))));
        let by = Arc::clone(&generator) as Arc<dyn Generator>;
        let app = App::new(Parts {
            blobs: blobs::blobs_in(bucket, folder.path()),
            reader: Arc::new(NothingRead),
            ..parts_on(folder.path(), clock.clone(), on, by)
        });
        Self {
            app,
            clock,
            generator,
            s3,
            stop: CancellationToken::new(),
            _folder: folder,
        }
    }

    fn work(&self) {
        let config = WorkerConfig {
            worker_id: "worker".into(),
            upload_concurrency: 1,
            lesson_concurrency: 1,
            drain: Duration::ZERO,
        };
        tokio::spawn(work(self.app.clone(), config, self.stop.clone()));
    }

    async fn job(&self, id: Uuid) -> Job {
        jobs::get(&self.app, OWNER, id).await.unwrap()
    }

    /// The job as it is once it has run again, so long after that.
    async fn runs(&self, job: &Job, after: TimeDelta) -> Job {
        self.clock.advance(after);
        let run = wait::for_some("it has run again", PATIENCE, async || {
            let now = self.job(job.id).await;
            let has_run = now.version > job.version && now.status != JobStatus::Processing;
            has_run.then_some(now)
        });
        run.await.unwrap()
    }

    fn pause(&self, job: &Job) -> TimeDelta {
        job.run_at - self.app.clock.now()
    }

    async fn upload(&self) -> Uuid {
        let (mut place, _arriving) = upload::admit(&self.app, OWNER).await.unwrap();
        let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"%PDF-1.7"))]);
        let incoming = upload::receive(&self.app, body).await.unwrap();
        let fields = UploadFields {
            file_name: "cells.pdf".into(),
            ..UploadFields::default()
        };
        let job = upload::accept(&self.app, OWNER, incoming, &fields, &mut place);
        let job = job.await.unwrap();
        place.keep();
        job.id
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_waited_for_from_when_it_was_first_found_unwell() {
    let pause = TimeDelta::seconds(150);
    let bench = Bench::start(Why::NotAsked(pause.to_std().unwrap(), false)).await;
    let id = ask_for_lesson(&bench.app, OWNER, "Cells").await;
    let mut job = bench.job(id).await;
    // It stands in the queue for longer than anybody is waited for.
    bench.clock.advance(TimeDelta::minutes(11));
    bench.work();
    let mut after = TimeDelta::zero();
    for again in 0..2 {
        for waited in [0, 150, 300, 450] {
            job = bench.runs(&job, after).await;
            let stands = (job.status, job.attempt, bench.pause(&job));
            assert_eq!(stands, (JobStatus::Queued, 0, pause), "{again}: {waited} s");
            after = pause;
        }
        // Ten minutes: its owner is told, after what is left of its tries.
        job = bench.runs(&job, after).await;
        assert_eq!((job.status, job.attempt), (JobStatus::Queued, 1));
        job = bench.runs(&job, after).await;
        assert_eq!((job.status, job.attempt), (JobStatus::Failed, 2));
        // Who asks for it again the day after has it waited for anew.
        bench.clock.advance(TimeDelta::days(1));
        (job, _) = jobs::retry(&bench.app, OWNER, id).await.unwrap();
        after = TimeDelta::zero();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_waited_for_a_turn_has_not_waited_for_somebody_unwell() {
    let pause = TimeDelta::minutes(6);
    let bench = Bench::start(Why::NotAsked(pause.to_std().unwrap(), true)).await;
    let id = ask_for_lesson(&bench.app, OWNER, "Cells").await;
    let mut job = bench.job(id).await;
    bench.work();
    let mut after = TimeDelta::zero();
    for is_limited in [true, true, true, false, false, true, false, false] {
        *bench.generator.0.lock().unwrap() = Why::NotAsked(pause.to_std().unwrap(), is_limited);
        job = bench.runs(&job, after).await;
        assert_eq!((job.status, job.attempt), (JobStatus::Queued, 0));
        after = pause;
    }
    job = bench.runs(&job, after).await;
    assert_eq!(job.attempt, 1, "twelve minutes");
}

/// What was told one time comes back at many.
#[tokio::test(flavor = "multi_thread")]
async fn by_chance_a_quarter_of_a_wait_is_added_to_it() {
    let wait = Duration::from_secs(60);
    let bench = Bench::start(Why::NotAsked(wait, true)).await;
    bench.clock.chance_is(50);
    let id = ask_for_lesson(&bench.app, OWNER, "Cells").await;
    let mut job = bench.job(id).await;
    bench.work();
    let mut after = TimeDelta::zero();
    let expected = TimeDelta::milliseconds(67_500);
    for (why, attempt) in [
        (Why::NotAsked(wait, true), 0),
        (Why::NotAsked(wait, false), 0),
        (Why::Failed(wait), 1),
    ] {
        *bench.generator.0.lock().unwrap() = why;
        job = bench.runs(&job, after).await;
        assert_eq!((job.attempt, bench.pause(&job)), (attempt, expected));
        after = expected;
    }
}

/// What reads a whole document before it finds that out does not do so every five seconds.
#[tokio::test(flavor = "multi_thread")]
async fn the_longer_a_store_is_away_the_longer_its_jobs_wait_for_it() {
    let bench = Bench::start(Why::Failed(Duration::ZERO)).await;
    let id = bench.upload().await;
    let mut job = bench.job(id).await;
    bench.s3.fails(Fault::ACCESS_DENIED, None, |_| true);
    // It stood in the queue for longer than a store is waited for.
    bench.clock.advance(TimeDelta::hours(7));
    bench.work();
    let minutes = TimeDelta::minutes;
    for (after, pause) in [
        (TimeDelta::zero(), TimeDelta::seconds(5)),
        (minutes(4), minutes(1)),
        (minutes(16), minutes(5)),
        (minutes(5 * 60), minutes(5)),
    ] {
        job = bench.runs(&job, after).await;
        let stands = (job.status, job.attempt, bench.pause(&job));
        assert_eq!(stands, (JobStatus::Queued, 0, pause));
    }
    job = bench.runs(&job, minutes(60)).await;
    assert_eq!(job.attempt, 1, "six hours");
}

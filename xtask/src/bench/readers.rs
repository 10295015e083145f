//! What an API and a worker with its readers take: what containers are to ask for.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, anyhow, bail};
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs,
    api::string,
    corpus, proc,
    report::{Report, Table},
    server::Server,
    services::Services,
};
use crate::workspace;

/// As many files at a time as the worker of deploy/k8s reads, and lessons that it makes.
const AT_ONCE: &str = "3";
/// Books of the corpus, if it is there: the one with the most pages, one of mathematics, one of scans.
const BOOKS: [&str; 3] = ["01", "02", "10"];
/// Of each, so that a worker always has something to do.
const COPIES: usize = 3;
/// Lessons of each document.
const LESSONS: usize = 20;
/// Between two looks at memory.
const PAUSE: Duration = Duration::from_millis(100);

/// The most that was held at a time, in MiB.
#[derive(Debug, Default, Clone, Copy)]
struct Most {
    api: u64,
    worker: u64,
    with_readers: u64,
    reader: u64,
}

/// Uploads files, as many at once as a worker reads, then has lessons made without a model.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "An API and a worker over PostgreSQL, PgBouncer and Redis, with UPLOAD_QUEUE_CONCURRENCY=3 and \
         LESSON_QUEUE_CONCURRENCY=3, and the processes that the worker starts to read files: the most memory that \
         each held at a time (PSS, looked at 10 times a second), and the processor time of each with all that it \
         started. Each file is sent three times at once; then lessons are made of them without a model.",
    );
    let folder = tempdir()?;
    let services = Services::start()?;
    services.migrate(&programs.ultudy)?;
    let settings = [
        ("DATABASE_URL", services.url.as_str()),
        ("REDIS_URL", services.redis_url.as_str()),
        ("SAMPLE_COURSE", "false"),
        ("UPLOAD_QUEUE_CONCURRENCY", AT_ONCE),
        ("LESSON_QUEUE_CONCURRENCY", AT_ONCE),
    ];
    let api = Server::start_as("api", &programs.ultudy, folder.path(), &settings)?;
    let worker = Server::start_as("worker", &programs.ultudy, folder.path(), &settings)?;
    let watched = |done: &dyn Fn() -> Result<()>| watch(&api, &worker, done);

    let mut rows = vec![
        watched(&|| {
            thread::sleep(Duration::from_secs(2));
            Ok(())
        })?
        .row("nothing"),
    ];
    let documents = Mutex::new(Vec::new());
    for file in files()? {
        let read = watched(&|| {
            let read = read(&api, &file)?;
            let mut documents = documents.lock().unwrap_or_else(PoisonError::into_inner);
            documents.extend(read);
            Ok(())
        })?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        rows.push(read.row(&format!("{COPIES} × {name}")));
    }
    let documents = documents
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let made = watched(&|| {
        documents
            .iter()
            .try_for_each(|document| lessons(&api, document))
    })?;
    rows.push(made.row("lessons of them"));
    report.tables.push(Table {
        title: "",
        head: vec![
            "What is done",
            "API, MiB",
            "Worker, MiB",
            "With its readers, MiB",
            "One reader, MiB",
            "API, s of a core",
            "Worker and readers, s of a core",
        ],
        rows,
    });
    Ok(report)
}

/// The sample course, and books of the corpus if it is there.
fn files() -> Result<Vec<PathBuf>> {
    let mut files = vec![workspace::root().join("sample/course.pdf")];
    if let Some(folder) = corpus::folder() {
        let mut books = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_one = BOOKS.iter().any(|book| name.starts_with(book));
            if is_one && path.extension().is_some_and(|kind| kind == "pdf") {
                books.push(path);
            }
        }
        books.sort();
        files.extend(books);
    }
    Ok(files)
}

/// Sends a file several times and waits until all are read; the documents.
fn read(api: &Server, file: &std::path::Path) -> Result<Vec<String>> {
    let course = api.api.course()?;
    let mut uploads = Vec::new();
    for _ in 0..COPIES {
        let upload = api.api.upload(file, &course)?;
        uploads.push(upload.map_err(|refusal| anyhow!("refused: {refusal}"))?);
    }
    let mut documents = Vec::new();
    for upload in uploads {
        let job = api.api.ended(&upload.job)?;
        if job["status"] != "completed" {
            bail!("{} failed: {}", file.display(), job["error"]);
        }
        documents.push(upload.document);
    }
    Ok(documents)
}

/// Has the first lessons of a document made.
fn lessons(api: &Server, document: &str) -> Result<()> {
    let sections = api
        .api
        .get(&format!("/api/sections?document_id={document}"))?;
    let sections = sections["sections"].as_array().cloned().unwrap_or_default();
    let mut jobs = Vec::new();
    for section in sections.iter().take(LESSONS) {
        let ask = json!({"document_id": document, "section_id": section["id"]});
        let answer = api.api.post("/api/lessons/generate", &ask)?;
        if answer["job_id"].is_string() {
            jobs.push(string(&answer, "job_id")?);
        }
    }
    for job in jobs {
        // One that nothing can be said about fails: what it took counts all the same.
        api.api.ended(&job)?;
    }
    Ok(())
}

/// What was taken while something was done.
struct Taken {
    most: Most,
    api: Duration,
    worker: Duration,
}

impl Taken {
    fn row(&self, what: &str) -> Vec<String> {
        let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
        vec![
            what.to_owned(),
            self.most.api.to_string(),
            self.most.worker.to_string(),
            self.most.with_readers.to_string(),
            self.most.reader.to_string(),
            seconds(self.api),
            seconds(self.worker),
        ]
    }
}

fn watch(api: &Server, worker: &Server, done: &dyn Fn() -> Result<()>) -> Result<Taken> {
    let used = || {
        let of = |server: &Server| proc::processor_time_of_tree(server.pid());
        (of(api), of(worker))
    };
    let (before, is_done) = (used(), AtomicBool::new(false));
    let (api, worker) = (api.pid(), worker.pid());
    let most = thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let mut most = Most::default();
            while !is_done.load(Ordering::Relaxed) {
                look(api, worker, &mut most);
                thread::sleep(PAUSE);
            }
            most
        });
        let outcome = done();
        is_done.store(true, Ordering::Relaxed);
        let most = looks.join().map_err(|_| anyhow!("nobody looks"))?;
        outcome.map(|()| most)
    })?;
    let after = used();
    Ok(Taken {
        most,
        api: after.0.saturating_sub(before.0),
        worker: after.1.saturating_sub(before.1),
    })
}

fn look(api: u32, worker: u32, most: &mut Most) {
    let of_api: u64 = proc::tree(api).into_iter().map(memory).sum();
    let of_worker = memory(worker);
    let readers: Vec<u64> = proc::tree(worker).into_iter().skip(1).map(memory).collect();
    most.api = most.api.max(of_api);
    most.worker = most.worker.max(of_worker);
    most.with_readers = most
        .with_readers
        .max(of_worker + readers.iter().sum::<u64>());
    most.reader = most
        .reader
        .max(readers.into_iter().max().unwrap_or_default());
}

/// In MiB.
fn memory(pid: u32) -> u64 {
    proc::own_share(pid).div_ceil(1_024)
}

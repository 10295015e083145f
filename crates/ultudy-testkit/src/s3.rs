//! An object store that speaks S3's protocol and checks signatures, over a folder of its own: the
//! server of the crate `s3s`. What it cannot be made to refuse by itself, it is told to, with the
//! error that the provider documents.
//!
//! It runs on a thread of its own, so that a test may block.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use s3s::{
    auth::SimpleAuth,
    config::{HotReloadConfigProvider, S3Config},
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::Result;

/// The bucket there is.
pub const BUCKET: &str = "ultudy-test";
/// The key that lets in.
pub const ACCESS_KEY: &str = "AKIATESTTESTTESTTEST";
/// The secret of that key.
pub const SECRET_KEY: &str = "of-the-tests-only";

/// How long half an answer is on its way before the connection breaks.
const ON_ITS_WAY: Duration = Duration::from_millis(50);

/// A running object store. It ends when it is dropped.
#[derive(Debug)]
pub struct S3 {
    port: u16,
    folder: TempDir,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// What stood in the head.
    pub headers: HeaderMap,
}

/// How a request ends badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this status, code and message.
    Refused(u16, &'static str, &'static str),
    /// It is never answered.
    Hangs,
    /// It is done, and the connection breaks before the answer.
    AnswerLost,
    /// Half the answer comes, then the connection breaks.
    BreaksOff,
}

impl Fault {
    /// As a policy refuses.
    pub const ACCESS_DENIED: Self = Self::Refused(403, "AccessDenied", "Access Denied");
    /// As when the bucket was deleted.
    pub const NO_SUCH_BUCKET: Self =
        Self::Refused(404, "NoSuchBucket", "The specified bucket does not exist");
    /// As under too many requests.
    pub const SLOW_DOWN: Self = Self::Refused(503, "SlowDown", "Please reduce your request rate.");
    /// As in an outage.
    pub const INTERNAL_ERROR: Self = Self::Refused(
        500,
        "InternalError",
        "We encountered an internal error. Please try again.",
    );
}

/// Which requests end how.
struct Rule {
    is_of: Box<dyn Fn(&Asked) -> bool + Send>,
    fault: Fault,
    /// How many more; none: all.
    times: Option<usize>,
}

#[derive(Default)]
struct State {
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<Asked>>,
    config: HotReloadConfigProvider,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl S3 {
    /// Listens on a free port; there is the [`BUCKET`] and nothing in it.
    ///
    /// # Errors
    /// No port, folder or thread can be had.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ultudy-s3-").tempdir()?;
        std::fs::create_dir(folder.path().join(BUCKET))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let files = FileSystem::new(folder.path())
            .map_err(|error| io::Error::other(format!("{error:?}")))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        builder.set_config(Arc::new(OfState(state.clone())));
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let of_thread = state.clone();
        let thread = thread::Builder::new().spawn(move || {
            let ended = runtime.block_on(async {
                tokio::select! {
                    ended = accept(listener, service, of_thread) => ended,
                    // Told to, or forgotten.
                    _ = stopped => Ok(()),
                }
            });
            if let Err(error) = ended {
                eprintln!("an object store ended: {error}");
            }
        })?;
        Ok(Self {
            port,
            folder,
            state,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The settings that lead to its bucket.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings_by(self.port)
    }

    /// The same by a port that leads to it.
    #[must_use]
    pub fn settings_by(&self, port: u16) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_S3_BUCKET", BUCKET.into()),
            ("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{port}")),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.into()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
        ]
    }

    /// The bucket's files, by their keys.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let bucket = self.folder.path().join(BUCKET);
        let mut keys = Vec::new();
        add_keys(&bucket, &bucket, &mut keys);
        keys.sort();
        keys
    }

    /// Where the file of a key lies.
    #[must_use]
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(key)
    }

    /// Dates every file in the bucket so much back.
    ///
    /// # Errors
    /// The system refuses.
    pub fn ages(&self, by: Duration) -> Result<()> {
        for key in self.keys() {
            let file = std::fs::File::open(self.file(&key))?;
            file.set_modified(file.metadata()?.modified()? - by)?;
        }
        Ok(())
    }

    /// What there is of files in parts that have been neither ended nor aborted: each of them, and
    /// each of its parts.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        let entries = std::fs::read_dir(self.folder.path()).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with(".upload"))
            .count()
    }

    /// From now on, the next `times` requests for which this holds end so; without `times`, all.
    pub fn fails(
        &self,
        fault: Fault,
        times: Option<usize>,
        is_of: impl Fn(&Asked) -> bool + Send + 'static,
    ) {
        let rule = Rule {
            is_of: Box::new(is_of),
            fault,
            times,
        };
        lock(&self.state.rules).push(rule);
    }

    /// Nothing fails any more.
    pub fn recovers(&self) {
        lock(&self.state.rules).clear();
    }

    /// How far clocks may be apart, in seconds; with 0 every signature is too old.
    pub fn tolerates(&self, seconds: u32) {
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = seconds;
        self.state.config.update(Arc::new(config));
    }

    /// All that was asked so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state.asked).clone()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was printed there.
            let _ = thread.join();
        }
    }
}

/// The configuration as it is now.
struct OfState(Arc<State>);

impl s3s::config::S3ConfigProvider for OfState {
    fn snapshot(&self) -> Arc<S3Config> {
        self.0.config.snapshot()
    }
}

impl State {
    /// Notes what is asked, and tells how it is to fail.
    fn fault(&self, asked: &Asked) -> Option<Fault> {
        lock(&self.asked).push(asked.clone());
        let mut rules = lock(&self.rules);
        let rule = rules
            .iter_mut()
            .find(|rule| rule.times != Some(0) && (rule.is_of)(asked))?;
        rule.times = rule.times.map(|times| times - 1);
        Some(rule.fault)
    }
}

async fn accept(listener: TcpListener, service: S3Service, state: Arc<State>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        let (service, state) = (service.clone(), state.clone());
        tokio::spawn(async move {
            let answers =
                service_fn(move |request| answer(service.clone(), state.clone(), request));
            // That it breaks is what some tests are about.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), answers)
                .await;
        });
    }
}

/// An error here breaks the connection.
async fn answer(
    service: S3Service,
    state: Arc<State>,
    request: Request<Incoming>,
) -> io::Result<Response<s3s::Body>> {
    let asked = Asked {
        method: request.method().clone(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
    };
    let fault = state.fault(&asked);
    match fault {
        Some(Fault::Refused(status, code, message)) => {
            return Ok(refusal(status, code, message));
        }
        Some(Fault::Hangs) => std::future::pending().await,
        _ => {}
    }
    let answered = service.call(request.map(s3s::Body::from)).await;
    let answered = answered.map_err(|error| io::Error::other(format!("{error:?}")))?;
    match fault {
        Some(Fault::AnswerLost) => Err(io::Error::other("the answer is lost")),
        Some(Fault::BreaksOff) => Ok(half(answered).await),
        _ => Ok(answered),
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Response<s3s::Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
         <Message>{message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    );
    let mut response = Response::new(s3s::Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
}

/// The head as it is, and less of the body than the head says.
async fn half(response: Response<s3s::Body>) -> Response<s3s::Body> {
    use futures_util::{StreamExt as _, stream};
    let (head, mut body) = response.into_parts();
    let first = body.next().await.and_then(std::result::Result::ok);
    let first = first.unwrap_or_default();
    let half = first.slice(..first.len() / 2);
    let rest = stream::once(async {
        // What is there is sent as soon as there is nothing more to send with it.
        tokio::time::sleep(ON_ITS_WAY).await;
        Err(io::Error::other("it breaks off"))
    });
    let broken = stream::iter([Ok(half)]).chain(rest);
    let body = axum::body::Body::from_stream(broken);
    Response::from_parts(head, s3s::Body::http_body_unsync(body))
}

fn add_keys(bucket: &Path, folder: &Path, keys: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            add_keys(bucket, &path, keys);
        } else if let Ok(key) = path.strip_prefix(bucket) {
            keys.push(key.to_string_lossy().into_owned());
        }
    }
}

/// A thread that panicked meanwhile is told of elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

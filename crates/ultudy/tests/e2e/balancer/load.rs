//! Students who go on whatever happens: what they ask may be asked twice, or not.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use ultudy_testkit::wait;

use crate::api::PATIENCE;

/// A request and what came of it.
#[derive(Debug)]
pub struct Asked {
    pub method: Method,
    /// The course it made, or read.
    pub course: String,
    pub begun: Instant,
    pub ended: Instant,
    /// Why it failed; none if it was answered well.
    pub fault: Option<String>,
}

/// Several students at once.
pub struct Load {
    students: Vec<JoinHandle<Vec<Asked>>>,
    end: CancellationToken,
    answered: Arc<AtomicUsize>,
}

impl Load {
    /// They make courses and read them at this address, as `ada`.
    pub fn start(base_url: &str, students: usize) -> Self {
        Self::start_by(&Client::new(), base_url, students)
    }

    /// The same, each request by a connection of its own.
    pub fn start_without_rest(base_url: &str, students: usize) -> Self {
        let client = Client::builder().pool_max_idle_per_host(0).build();
        Self::start_by(&client.expect("a client"), base_url, students)
    }

    fn start_by(client: &Client, base_url: &str, students: usize) -> Self {
        let (end, answered) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let students = (0..students).map(|number| {
            let student = Student {
                client: client.clone(),
                base_url: base_url.to_owned(),
                answered: answered.clone(),
            };
            tokio::spawn(student.studies(number, end.clone()))
        });
        Self {
            students: students.collect(),
            end,
            answered,
        }
    }

    /// Waits until so many more have been answered well.
    pub async fn goes_on(&self, more: usize) {
        let enough = self.answered.load(Ordering::Relaxed) + more;
        wait::until("students are answered", PATIENCE, async || {
            self.answered.load(Ordering::Relaxed) >= enough
        })
        .await
        .unwrap();
    }

    /// All that was asked.
    pub async fn ends(self) -> Vec<Asked> {
        self.end.cancel();
        let mut all = Vec::new();
        for student in self.students {
            all.extend(student.await.expect("they study to the end"));
        }
        all
    }
}

struct Student {
    client: Client,
    base_url: String,
    answered: Arc<AtomicUsize>,
}

impl Student {
    async fn studies(self, number: usize, end: CancellationToken) -> Vec<Asked> {
        let mut all = Vec::new();
        let mut round = 0;
        while !end.is_cancelled() {
            round += 1;
            let course = format!("course {number}.{round}");
            let made = self.request(Method::POST, "/api/courses");
            let made = made.json(&json!({ "name": course }));
            let body = self.ask(Method::POST, &course, made, &mut all).await;
            let Some(id) = body.as_ref().and_then(|body| body["id"].as_str()) else {
                continue;
            };
            let read = self.request(Method::GET, &format!("/api/courses/{id}"));
            self.ask(Method::GET, &course, read, &mut all).await;
        }
        all
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base_url));
        request.header("X-User-Id", "ada")
    }

    async fn ask(
        &self,
        method: Method,
        course: &str,
        request: RequestBuilder,
        all: &mut Vec<Asked>,
    ) -> Option<Value> {
        let begun = Instant::now();
        let answered = read(request).await;
        let fault = answered.as_ref().err().cloned();
        if fault.is_none() {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        all.push(Asked {
            method,
            course: course.to_owned(),
            begun,
            ended: Instant::now(),
            fault,
        });
        answered.ok()
    }
}

async fn read(request: RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| format!("{error:?}"))?;
    match status.is_success() {
        true => serde_json::from_str(&text).map_err(|error| error.to_string()),
        false => Err(format!("{status} {text}")),
    }
}

/// How often each course is there that should be, or may be.
pub fn wrong(all: &[Asked], names: impl Iterator<Item = String>) -> Vec<String> {
    let mut there: HashMap<String, usize> = HashMap::new();
    for name in names {
        *there.entry(name).or_default() += 1;
    }
    let made = all.iter().filter(|asked| asked.method == Method::POST);
    made.filter_map(|asked| {
        let count = there.get(&asked.course).copied().unwrap_or_default();
        let is_right = match asked.fault {
            None => count == 1,
            Some(_) => count <= 1,
        };
        (!is_right).then(|| format!("{count} times: {asked:?}"))
    })
    .collect()
}

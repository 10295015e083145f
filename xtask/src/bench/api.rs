//! The server's API as a client calls it, over one connection.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use ureq::{Agent, unversioned::multipart::Form};

/// How long a job may take.
const JOB_LIMIT: Duration = Duration::from_secs(300);

/// How often it is asked for.
const EVERY: Duration = Duration::from_millis(50);

/// A client of one server.
pub struct Api {
    url: String,
    agent: Agent,
}

/// Somebody who may ask.
pub struct Account {
    pub token: String,
}

/// An accepted upload.
pub struct Upload {
    pub document: String,
    pub job: String,
}

impl Api {
    /// A client that takes every status for an answer.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false);
        Self {
            url: url.to_owned(),
            agent: Agent::new_with_config(config.build()),
        }
    }

    /// The server's address and port.
    pub fn address_of_server(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Gets a page and drops it; fails unless it is there.
    pub fn visit(&self, path: &str) -> Result<()> {
        let mut answer = self.agent.get(self.address(path)).call()?;
        answer.body_mut().read_to_vec()?;
        if answer.status() != 200 {
            bail!("GET {path}: {}", answer.status());
        }
        Ok(())
    }

    /// Waits until a number of `/metrics`, named with its labels, is this.
    pub fn wait_for_number(&self, name: &str, wanted: &str, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let scraped = self.text("/metrics")?;
            let is_it = |line: &str| line.rsplit_once(' ') == Some((name, wanted));
            if scraped.lines().any(is_it) {
                return Ok(());
            }
            thread::sleep(EVERY);
        }
        bail!("{name} is not {wanted} after {patience:?}")
    }

    /// The numbers of `/metrics` of this name together, whatever their labels; 0 if there are none.
    pub fn sum(&self, name: &str) -> Result<f64> {
        let scraped = self.text("/metrics")?;
        let numbers = scraped.lines().filter_map(|line| {
            let (series, number) = line.rsplit_once(' ')?;
            let (of, _) = series.split_once('{').unwrap_or((series, ""));
            (of == name).then(|| number.parse::<f64>())
        });
        Ok(numbers.sum::<Result<f64, _>>()?)
    }

    /// Gets text.
    pub fn text(&self, path: &str) -> Result<String> {
        let mut answer = self.agent.get(self.address(path)).call()?;
        Ok(answer.body_mut().read_to_string()?)
    }

    /// Gets JSON.
    pub fn get(&self, path: &str) -> Result<Value> {
        let mut answer = self.agent.get(self.address(path)).call()?;
        Ok(answer.body_mut().read_json()?)
    }

    /// Gets JSON as this user, where `AUTH_MODE=dev`.
    pub fn get_as(&self, user: &str, path: &str) -> Result<Value> {
        let request = self.agent.get(self.address(path));
        let mut answer = request.header("x-user-id", user).call()?;
        Ok(answer.body_mut().read_json()?)
    }

    /// Posts JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut answer = self.agent.post(self.address(path)).send_json(body)?;
        Ok(answer.body_mut().read_json()?)
    }

    /// What is answered to a request that changes something, as it is.
    pub fn post_for_text(&self, path: &str, body: &Value) -> Result<String> {
        let mut answer = self.agent.post(self.address(path)).send_json(body)?;
        Ok(answer.body_mut().read_to_string()?)
    }

    /// Makes an account and an API token of it.
    pub fn sign_up(&self) -> Result<Account> {
        let body = json!({"email": "measured@example.org", "password": "correct horse battery"});
        let request = self.agent.post(self.address("/api/auth/sign-up"));
        let answer = request.header("origin", &self.url).send_json(&body)?;
        let cookie = answer.headers().get("set-cookie").context("no cookie")?;
        let cookie = cookie
            .to_str()?
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        let request = self.agent.post(self.address("/api/me/tokens"));
        let request = request
            .header("origin", &self.url)
            .header("cookie", &cookie);
        let mut answer = request.send_json(json!({"name": "measured"}))?;
        let token: Value = answer.body_mut().read_json()?;
        Ok(Account {
            token: string(&token, "token")?,
        })
    }

    /// Waits until whoever has just signed up has the sample course.
    pub fn wait_for_the_sample(&self, token: &str) -> Result<()> {
        for _ in 0..JOB_LIMIT.as_millis() / EVERY.as_millis() {
            let request = self.agent.get(self.address("/api/documents"));
            let mut answer = request
                .header("authorization", format!("Bearer {token}"))
                .call()?;
            let documents: Value = answer.body_mut().read_json()?;
            if documents["documents"][0].is_object() {
                return Ok(());
            }
            thread::sleep(EVERY);
        }
        bail!("the sample course is not there after {JOB_LIMIT:?}")
    }

    /// Makes a course; its id.
    pub fn course(&self) -> Result<String> {
        let course = self.post("/api/courses", &json!({ "name": "Measured" }))?;
        string(&course, "id")
    }

    /// Uploads a file; a refusal is the inner error, as the server words it.
    pub fn upload(&self, file: &Path, course: &str) -> Result<Result<Upload, String>> {
        let form = Form::new().text("course_id", course).file("file", file)?;
        let path = self.address("/api/upload/pdf-structured");
        let mut answer = self.agent.post(path).send(form)?;
        let status = answer.status();
        let body: Value = answer.body_mut().read_json()?;
        if !status.is_success() {
            let reason = body["error"].as_str().unwrap_or_default();
            return Ok(Err(format!("{}: {reason}", status.as_u16())));
        }
        Ok(Ok(Upload {
            document: string(&body, "document_id")?,
            job: string(&body, "job_id")?,
        }))
    }

    /// Waits until a job has ended and gives it.
    pub fn ended(&self, job: &str) -> Result<Value> {
        let path = format!("/api/jobs/{job}");
        for _ in 0..JOB_LIMIT.as_millis() / EVERY.as_millis() {
            let job = self.get(&path)?;
            if matches!(job["status"].as_str(), Some("completed" | "failed")) {
                return Ok(job);
            }
            thread::sleep(EVERY);
        }
        bail!("the job has not ended after {JOB_LIMIT:?}")
    }

    /// Uploads a file, waits until it is read and gives the document's id.
    pub fn document(&self, file: &Path) -> Result<String> {
        let refused = |reason| anyhow::anyhow!("refused: {reason}");
        let upload = self.upload(file, &self.course()?)?.map_err(refused)?;
        let job = self.ended(&upload.job)?;
        if job["status"] != "completed" {
            bail!("the upload failed: {}", job["error"]);
        }
        Ok(upload.document)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// A text field of an answer.
pub fn string(value: &Value, name: &str) -> Result<String> {
    let text = value[name].as_str().map(str::to_owned);
    text.with_context(|| format!("no {name} in {value}"))
}

//! The API as a client calls it.

use std::{collections::HashMap, path::Path, time::Duration};

use reqwest::{Method, RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};
use ultudy_testkit::{server::Server, wait};

/// Longest that a job may take here before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A running server and the user who asks.
pub struct Api {
    pub server: Server,
    client: reqwest::Client,
    user: Option<String>,
    /// What those with an account show; the others name themselves.
    shown: HashMap<String, Shown>,
    /// Where it is asked instead, such as at a proxy.
    front: Option<String>,
}

/// What somebody with an account shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// As a browser, the cookie of a session.
    Cookie(String),
    /// As a program, an API token.
    Token(String),
}

/// The password of everybody who signs up here.
pub const PASSWORD: &str = "correct horse battery";

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Api {
    /// A server in `AUTH_MODE=local` without the sample course.
    pub async fn local() -> Self {
        Self::start(&[], None).await
    }

    /// A server in `AUTH_MODE=dev`, asked as `user`.
    pub async fn dev(user: &str) -> Self {
        Self::start(&[("AUTH_MODE", "dev")], Some(user)).await
    }

    /// A server with these settings, without the sample course and with limits that a test does
    /// not reach, unless they say otherwise.
    pub async fn start(settings: &[(&str, &str)], user: Option<&str>) -> Self {
        Self::start_as(&[], settings, user).await
    }

    /// The same by a command, such as `api`.
    pub async fn start_as(command: &[&str], settings: &[(&str, &str)], user: Option<&str>) -> Self {
        let program = env!("CARGO_BIN_EXE_ultudy").as_ref();
        Self::start_program(program, command, settings, user).await
    }

    /// The same of another program, which becomes it.
    pub async fn start_program(
        program: &Path,
        command: &[&str],
        settings: &[(&str, &str)],
        user: Option<&str>,
    ) -> Self {
        let otherwise = [
            ("SAMPLE_COURSE", "false"),
            ("UPLOAD_JOBS_PER_MINUTE", "1000"),
            ("LESSON_JOBS_PER_MINUTE", "1000"),
            ("QUESTIONS_PER_MINUTE", "1000"),
        ];
        let settings = [&otherwise, settings].concat();
        let server = Server::start_as(command, program, &settings)
            .await
            .expect("the server starts");
        Self {
            server,
            client: reqwest::Client::new(),
            user: user.map(Into::into),
            shown: HashMap::new(),
            front: None,
        }
    }

    /// From now on it is asked at this address.
    pub fn ask_at(&mut self, front: String) {
        self.front = Some(front);
    }

    /// Where it is asked.
    pub fn base_url(&self) -> &str {
        self.front.as_deref().unwrap_or(self.server.base_url())
    }

    /// A server in `AUTH_MODE=accounts`, asked as `user`, who has just signed up.
    pub async fn accounts(user: &str) -> Self {
        let mut api = Self::start(&[("AUTH_MODE", "accounts")], Some(user)).await;
        api.sign_up(user).await;
        api
    }

    /// Makes an account and asks by its cookie from now on.
    pub async fn sign_up(&mut self, user: &str) {
        let body = json!({"email": address(user), "password": PASSWORD});
        let answer = self.knock("/api/auth/sign-up", &body).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        let cookie = session_cookie(&answer).expect("a cookie");
        self.shows(user, Shown::Cookie(cookie));
    }

    /// From now on it is asked as `user`.
    pub fn ask_as(&mut self, user: &str) {
        self.user = Some(user.to_owned());
    }

    /// From now on this user shows that.
    pub fn shows(&mut self, user: &str, shown: Shown) {
        self.shown.insert(user.to_owned(), shown);
    }

    /// Asks as nobody, as a page of this server's would.
    pub async fn knock(&self, path: &str, body: &Value) -> reqwest::Response {
        let request = self.request_as(None, Method::POST, path);
        let request = request.header("origin", self.base_url());
        request.json(body).send().await.expect("an answer")
    }

    /// A request as another user, or as nobody.
    pub fn request_as(&self, user: Option<&str>, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base_url()));
        let Some(user) = user else {
            return request;
        };
        match self.shown.get(user) {
            Some(Shown::Cookie(cookie)) => request
                .header("cookie", cookie)
                .header("origin", self.base_url()),
            Some(Shown::Token(token)) => request.bearer_auth(token),
            None => request.header("X-User-Id", user),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_as(self.user.as_deref(), method, path)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub async fn course(&self, name: &str) -> String {
        let answer = self.post("/api/courses", json!({"name": name})).await;
        assert_eq!(
            answer.status,
            StatusCode::CREATED,
            "{answer:?}\n{}",
            self.server.log()
        );
        text(&answer.body["id"])
    }

    /// Sends a file with these fields beside it.
    pub async fn upload(&self, file: Vec<u8>, fields: &[(&str, &str)]) -> Answer {
        let part = multipart::Part::bytes(file).file_name("notes.pdf");
        let mut form = multipart::Form::new().part("file", part);
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        send(
            self.request(Method::POST, "/api/upload/pdf-structured")
                .multipart(form),
        )
        .await
    }

    /// Waits until a job has ended, and gives it.
    pub async fn ended(&self, job_id: &str) -> Value {
        let path = format!("/api/jobs/{job_id}");
        let job = wait::for_some("the job has ended", PATIENCE, async || {
            let job = self.get(&path).await.body;
            matches!(job["status"].as_str(), Some("completed" | "failed")).then_some(job)
        });
        job.await.expect("the job ends in time")
    }

    /// Uploads a good file and waits until it is read; the document's id.
    pub async fn document(&self, file: Vec<u8>, course_id: &str) -> String {
        let accepted = self
            .upload(file, &[("course_id", course_id), ("chapter", "One")])
            .await;
        assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        let job = self.ended(&text(&accepted.body["job_id"])).await;
        assert_eq!(job["status"], "completed", "{job}");
        text(&accepted.body["document_id"])
    }

    /// The ids of a document's sections.
    pub async fn sections(&self, document_id: &str) -> Vec<String> {
        let answer = self
            .get(&format!("/api/sections?document_id={document_id}"))
            .await;
        let sections = answer.body["sections"]
            .as_array()
            .expect("sections")
            .clone();
        sections
            .iter()
            .map(|section| text(&section["id"]))
            .collect()
    }

    /// Asks for a lesson until it is there.
    pub async fn lesson(&self, document_id: &str, section_id: Option<&str>) -> Value {
        let ask = json!({"document_id": document_id, "section_id": section_id});
        let first = self.post("/api/lessons/generate", ask.clone()).await;
        assert_eq!(first.status, StatusCode::OK, "{first:?}");
        if let Some(job_id) = first.body["job_id"].as_str() {
            let job = self.ended(job_id).await;
            assert_eq!(job["status"], "completed", "{job}");
        }
        self.post("/api/lessons/generate", ask).await.body
    }
}

/// The e-mail address of somebody who signs up here.
pub fn address(user: &str) -> String {
    format!("{user}@example.org")
}

/// The session's cookie that an answer sets, as a browser sends it.
pub fn session_cookie(answer: &reqwest::Response) -> Option<String> {
    let all = answer.headers().get_all("set-cookie");
    let mut texts = all.iter().filter_map(|value| value.to_str().ok());
    let cookie = texts.find(|text| text.starts_with("ultudy_session="))?;
    cookie.split(';').next().map(str::to_owned)
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let status = response.status();
    let bytes = response.bytes().await.expect("the answer arrives whole");
    Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a string, not {value}"))
        .to_owned()
}

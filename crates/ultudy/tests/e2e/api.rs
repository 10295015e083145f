//! The API as a client calls it.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};
use ultudy_testkit::{server::Server, wait};

/// Longest that a job may take here before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running server and the user who asks.
pub struct Api {
    pub server: Server,
    client: reqwest::Client,
    user: Option<String>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Api {
    /// A server in `AUTH_MODE=local` without the sample course.
    pub async fn local() -> Self {
        Self::start(&[("SAMPLE_COURSE", "false")], None).await
    }

    /// A server in `AUTH_MODE=dev`, asked as `user`.
    pub async fn dev(user: &str) -> Self {
        Self::start(&[("AUTH_MODE", "dev")], Some(user)).await
    }

    /// A server with these settings.
    pub async fn start(settings: &[(&str, &str)], user: Option<&str>) -> Self {
        let server = Server::start(env!("CARGO_BIN_EXE_ultudy"), settings)
            .await
            .expect("the server starts");
        Self {
            server,
            client: reqwest::Client::new(),
            user: user.map(Into::into),
        }
    }

    /// A request as another user, or as nobody.
    pub fn request_as(&self, user: Option<&str>, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}{path}", self.server.base_url()));
        match user {
            Some(user) => request.header("X-User-Id", user),
            None => request,
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

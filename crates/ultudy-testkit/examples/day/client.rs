//! Requests over connections that are kept, from many addresses, as classes in many schools have.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::{Body, Bytes, to_bytes};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper_util::{
    client::legacy::{
        self,
        connect::{CaptureConnection, HttpConnector, HttpInfo, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use serde_json::Value;
use tokio::time::timeout;

use crate::lock;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection is kept that nobody needs: less than servers keep it, as browsers do.
const IDLE: Duration = Duration::from_secs(15);
/// Longest body.
const BODY_MAX: usize = 4 << 20;
/// Addresses that students come from: 127.0.1.1 and so on.
const SCHOOLS: u8 = 200;

/// What is asked.
pub struct Asked<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: Option<String>,
    /// Whether the answer may be, as browsers have it; nothing here reads it then.
    pub compressed: bool,
}

impl<'a> Asked<'a> {
    pub fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            compressed: false,
        }
    }

    pub fn post(path: &'a str, body: &Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body.to_string()),
            ..Self::get(path)
        }
    }

    pub fn compressed(self) -> Self {
        Self {
            compressed: true,
            ..self
        }
    }
}

/// Asks the servers in turn.
pub struct Client {
    schools: Vec<legacy::Client<HttpConnector, Body>>,
    addresses: Vec<String>,
    next: AtomicUsize,
    /// Own ends of connections by which something was answered.
    used: Mutex<HashSet<SocketAddr>>,
    resent: AtomicUsize,
}

impl Client {
    pub fn of<'a>(addresses: impl Iterator<Item = &'a str>) -> Self {
        let school = |number| {
            let mut connector = HttpConnector::new();
            connector.set_nodelay(true);
            connector.set_local_address(Some(IpAddr::V4(Ipv4Addr::new(127, 0, 1, number))));
            legacy::Client::builder(TokioExecutor::new())
                .pool_idle_timeout(IDLE)
                .pool_timer(TokioTimer::new())
                .build(connector)
        };
        Self {
            schools: (1..=SCHOOLS).map(school).collect(),
            addresses: addresses.map(str::to_owned).collect(),
            next: AtomicUsize::new(0),
            used: Mutex::default(),
            resent: AtomicUsize::new(0),
        }
    }

    /// How often something was sent again since this was last asked.
    pub fn take_resent(&self) -> usize {
        self.resent.swap(0, Ordering::Relaxed)
    }

    /// The whole answer, or what went wrong.
    pub async fn call(
        &self,
        student: u32,
        token: &HeaderValue,
        asked: Asked<'_>,
    ) -> Result<(StatusCode, Bytes), String> {
        let answer = async {
            let response = self.send(student, token, asked).await?;
            let status = response.status();
            let body = to_bytes(response.into_body(), BODY_MAX).await;
            Ok((status, body.map_err(|error| words(&error))?))
        };
        let answer = timeout(PATIENCE, answer).await;
        answer.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}")))
    }

    /// The answer as soon as it begins. A connection that has answered before may be closed by the server
    /// at the moment when something is sent by it: that is sent again by another, once, as browsers do
    /// (RFC 9112, 9.3.1).
    pub async fn send(
        &self,
        student: u32,
        token: &HeaderValue,
        asked: Asked<'_>,
    ) -> Result<Response<Body>, String> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let address = &self.addresses[next % self.addresses.len()];
        let school = &self.schools[student as usize % self.schools.len()];
        let mut is_again = false;
        loop {
            let mut request = request(address, token, &asked)?;
            let connection = capture_connection(&mut request);
            let answer = school.request(request).await;
            let own_end = own_end(&connection);
            let error = match answer {
                Ok(response) => {
                    lock(&self.used).extend(own_end);
                    return Ok(response.map(Body::new));
                }
                Err(error) => error,
            };
            let was_used = own_end.is_some_and(|end| lock(&self.used).remove(&end));
            if !was_used || is_again {
                return Err(words(&error));
            }
            is_again = true;
            self.resent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn request(address: &str, token: &HeaderValue, asked: &Asked<'_>) -> Result<Request<Body>, String> {
    let mut request = Request::builder()
        .method(&asked.method)
        .uri(format!("http://{address}{}", asked.path))
        .header(header::AUTHORIZATION, token);
    if asked.body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    if asked.compressed {
        request = request.header(header::ACCEPT_ENCODING, "gzip");
    }
    let body = asked.body.clone().map_or_else(Body::empty, Body::from);
    request.body(body).map_err(|error| words(&error))
}

/// This side of the connection by which something was sent, if it came to that.
fn own_end(connection: &CaptureConnection) -> Option<SocketAddr> {
    let mut about = http::Extensions::new();
    connection
        .connection_metadata()
        .as_ref()?
        .get_extras(&mut about);
    about.get::<HttpInfo>().map(HttpInfo::local_addr)
}

/// An error and what it comes from.
pub fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words += &format!(": {error}");
        source = error.source();
    }
    words
}

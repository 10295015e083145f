//! `GET /health`, `/health/live`, `/health/ready`, `/db/health`

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use ultudy_app::health::{self, Part};

use crate::HttpState;

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    ok: bool,
    service: &'static str,
    env: String,
    version: &'static str,
    /// The parts asked, each `ok` or what is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartHealth>,
}

/// How a part is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartHealth {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Of a database with replicas: how many are up to date and read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas_in_use: Option<usize>,
}

impl From<Part> for PartHealth {
    fn from(part: Part) -> Self {
        Self {
            name: part.name,
            ok: part.fault.is_none(),
            error: part.fault,
            replicas_in_use: part.replicas_in_use,
        }
    }
}

fn answer(state: &HttpState, parts: Vec<Part>) -> (StatusCode, Json<Health>) {
    let ok = parts
        .iter()
        .all(|part| part.fault.is_none() || !part.is_needed);
    let parts: Vec<PartHealth> = parts.into_iter().map(Into::into).collect();
    let status = if ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let health = Health {
        ok,
        service: "ultudy",
        env: state.config.env.clone(),
        version: env!("CARGO_PKG_VERSION"),
        parts,
    };
    (status, Json(health))
}

/// Whether the process answers; asks no part.
#[utoipa::path(get, path = "/api/health/live", tag = "health", responses((status = 200, body = Health)))]
pub async fn live(State(state): State<HttpState>) -> (StatusCode, Json<Health>) {
    answer(&state, Vec::new())
}

/// The same, under the name load balancers ask first.
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = 200, body = Health)))]
pub async fn health(State(state): State<HttpState>) -> (StatusCode, Json<Health>) {
    answer(&state, Vec::new())
}

/// Whether every part that is needed answers, and the process is not about to stop; says which does not.
#[utoipa::path(get, path = "/api/health/ready", tag = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn ready(State(state): State<HttpState>) -> (StatusCode, Json<Health>) {
    let mut parts = health::check(&state.app).await;
    if state.draining.is_cancelled() {
        parts.push(Part {
            name: "process",
            fault: Some("is stopping: requests belong elsewhere".into()),
            is_needed: true,
            replicas_in_use: None,
        });
    }
    answer(&state, parts)
}

/// Whether the database answers.
#[utoipa::path(get, path = "/api/db/health", tag = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn database(State(state): State<HttpState>) -> (StatusCode, Json<Health>) {
    let part = health::database(&state.app).await;
    answer(&state, vec![part])
}

//! The API's handlers: a folder a noun, a file a verb.

pub mod ask;
pub mod auth;
pub mod check_ins;
pub mod courses;
pub mod documents;
pub mod health;
pub mod jobs;
pub mod lessons;
pub mod me;
pub mod metrics;
pub mod openapi;
pub mod practice;
pub mod progress;
pub mod search;
pub mod sections;
pub mod study;
pub mod study_sessions;
pub mod upload;

use axum::{
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// The answer of a call that has nothing else to say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Done {
    /// Always true.
    pub success: bool,
    /// One sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
}

impl Done {
    const SUCCESS: Self = Self {
        success: true,
        message: None,
    };
}

/// Answers JSON that is written already.
fn as_json(json: Bytes) -> Response {
    const KIND: HeaderValue = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, KIND)], json).into_response()
}

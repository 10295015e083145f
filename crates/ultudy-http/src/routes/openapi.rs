//! `GET /openapi.json`

use axum::Json;
use utoipa::{OpenApi, openapi};

use crate::openapi::ApiDoc;

/// The OpenAPI document of this API.
#[utoipa::path(get, path = "/api/openapi.json", tag = "health",
    responses((status = 200, body = serde_json::Value)))]
pub async fn document() -> Json<openapi::OpenApi> {
    Json(ApiDoc::openapi())
}

//! `GET /documents/{id}/figures/{number}`

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ultudy_app::{Error, documents};

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
};

/// A figure of a document never changes: another reading is another document.
const CACHING: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// What a picture from outside may do when it is opened by itself: nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A picture of a document, as its Markdown refers to it with `figure:N`.
#[utoipa::path(get, path = "/api/documents/{id}/figures/{number}", tag = "documents",
    params(("id" = Uuid, Path), ("number" = i32, Path)),
    responses(
        (status = 200, content_type = "image/png", body = Vec<u8>),
        (status = 304, description = "Not changed"),
        Problems))]
pub async fn figure(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Path((id, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = id
        .parse()
        .map_err(|_| ApiError::field("id", "must be a UUID"))?;
    let number = number
        .parse()
        .map_err(|_| ApiError::field("number", "must be a whole number"))?;
    let stored = documents::figure(&state.app, &owner, id, number).await?;
    let etag = format!("\"{}\"", stored.sha256);
    let etag_value = HeaderValue::from_str(&etag).map_err(Error::internal)?;
    let described = [
        (header::ETAG, etag_value),
        (header::CACHE_CONTROL, CACHING),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    if crate::etag::is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, described).into_response());
    }
    let size = u64::try_from(stored.size).map_err(Error::internal)?;
    let bytes = state.app.blobs.read(&stored.object_key, 0..size).await?;
    let content: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, media_type(&stored.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(size)),
    ];
    Ok((described, content, Body::from_stream(bytes)).into_response())
}

/// Only pictures of pixels are shown as what they say they are.
fn media_type(stored: &str) -> HeaderValue {
    HeaderValue::from_static(match stored {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    })
}

//! `GET /documents/{id}/file`

use std::ops::RangeInclusive;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ultudy_app::{Error, documents};

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// The original file, whole or a range of it.
#[utoipa::path(get, path = "/api/documents/{id}/file", tag = "documents",
    params(("id" = Uuid, Path), ("Range" = Option<String>, Header)),
    responses(
        (status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = 206, content_type = "application/pdf", body = Vec<u8>),
        (status = 304, description = "Not changed"),
        (status = 416, description = "No such range"),
        Problems))]
pub async fn file(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let stored = documents::file(&state.app, &owner, id).await?;
    let etag = format!("\"{}\"", stored.sha256);
    if crate::etag::is_known(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let size = u64::try_from(stored.size).map_err(Error::internal)?;
    let Ok(wanted) = wanted(&headers, &etag, size) else {
        return Ok(no_such_range(size));
    };
    let (status, range) = match wanted {
        Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        None => (StatusCode::OK, 0..=size.saturating_sub(1)),
    };
    let bytes = state
        .app
        .blobs
        .read(&stored.object_key, *range.start()..range.end() + 1)
        .await?;
    let mut response = Response::new(Body::from_stream(bytes));
    *response.status_mut() = status;
    describe(response.headers_mut(), &etag, &range, size, status)?;
    Ok(response)
}

/// The one range asked for; none when the whole is meant.
fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Result<Option<RangeInclusive<u64>>, ()> {
    let Some(range) = headers.get(header::RANGE) else {
        return Ok(None);
    };
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|sent| sent.as_bytes() != etag.as_bytes())
    {
        return Ok(None);
    }
    let text = range.to_str().map_err(|_| ())?;
    // A unit we do not know is to be ignored (RFC 9110, 14.2).
    if !text.starts_with("bytes=") {
        return Ok(None);
    }
    let ranges = http_range_header::parse_range_header(text).map_err(|_| ())?;
    let mut valid = ranges.validate(size).map_err(|_| ())?;
    // Several ranges at once are allowed to be answered by the whole (RFC 9110, 14.2).
    Ok(if valid.len() == 1 { valid.pop() } else { None })
}

fn no_such_range(size: u64) -> Response {
    (
        StatusCode::RANGE_NOT_SATISFIABLE,
        [(header::CONTENT_RANGE, format!("bytes */{size}"))],
    )
        .into_response()
}

fn describe(
    headers: &mut HeaderMap,
    etag: &str,
    range: &RangeInclusive<u64>,
    size: u64,
    status: StatusCode,
) -> Result<(), ApiError> {
    let value = |text: String| {
        HeaderValue::from_str(&text).map_err(|error| ApiError::from(Error::internal(error)))
    };
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/pdf"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("inline"),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, value(etag.to_owned())?);
    headers.insert(
        header::CONTENT_LENGTH,
        value((range.end() + 1 - range.start()).to_string())?,
    );
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{size}", range.start(), range.end());
        headers.insert(header::CONTENT_RANGE, value(text)?);
    }
    Ok(())
}

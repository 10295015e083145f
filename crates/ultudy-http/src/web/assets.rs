//! Style sheet, scripts and icons: part of the program, cached by browsers for ever under
//! an address that changes with their content.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// Digits of the version; enough to tell one build from the next.
const VERSION_DIGITS: usize = 16;
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $content_type:expr) => {
        Asset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../assets/", $name)),
        }
    };
}

static ASSETS: [Asset; 9] = [
    asset!("app.css", "text/css; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("api.js", JAVASCRIPT),
    asset!("course.js", JAVASCRIPT),
    asset!("jobs.js", JAVASCRIPT),
    asset!("learn.js", JAVASCRIPT),
    asset!("page.js", JAVASCRIPT),
    asset!("session.js", JAVASCRIPT),
    asset!("waiting.js", JAVASCRIPT),
];

/// One version for all: scripts import each other by relative address, so that one page
/// never runs two versions.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.name);
        hash.update(asset.bytes.len().to_be_bytes());
        hash.update(asset.bytes);
    }
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(VERSION_DIGITS);
    digits
});

/// Where an asset is.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// `GET /favicon.ico`: asked for by browsers that show the PDF itself.
pub async fn favicon() -> Redirect {
    Redirect::temporary(&url("icon.svg"))
}

/// `GET /assets/{version}/{name}`
pub async fn asset(
    Path((version, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "There is no such file.",
        ));
    };
    let etag = format!("\"{}\"", *VERSION);
    // A page of the version before may still ask; it gets what there is, for now.
    let caching = if version == *VERSION {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let common = [
        (header::ETAG, HeaderValue::from_str(&etag).ok()),
        (
            header::CACHE_CONTROL,
            Some(HeaderValue::from_static(caching)),
        ),
    ];
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|sent| sent.as_bytes() == etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
    };
    for (name, value) in common {
        response
            .headers_mut()
            .extend(value.map(|value| (name, value)));
    }
    Ok(response)
}

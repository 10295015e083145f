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

static ASSETS: [Asset; 13] = [
    asset!("app.css", "text/css; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("account.js", JAVASCRIPT),
    asset!("api.js", JAVASCRIPT),
    asset!("course.js", JAVASCRIPT),
    asset!("jobs.js", JAVASCRIPT),
    asset!("learn.js", JAVASCRIPT),
    asset!("link.js", JAVASCRIPT),
    asset!("own_words.js", JAVASCRIPT),
    asset!("page.js", JAVASCRIPT),
    asset!("practice.js", JAVASCRIPT),
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

/// An asset's text, for a page that must stand alone; empty if there is none of this name.
pub(super) fn text(name: &str) -> &'static str {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    asset.map_or("", |asset| {
        std::str::from_utf8(asset.bytes).unwrap_or_default()
    })
}

#[cfg(test)]
pub(super) fn exists(name: &str) -> bool {
    ASSETS.iter().any(|asset| asset.name == name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{answer, body};

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        let site = axum::Router::new().route("/assets/{version}/{name}", axum::routing::get(asset));
        answer(site, path, headers).await
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_under_an_address_of_its_own() {
        let first = get(&url("app.css"), &[]).await;
        assert_eq!(
            first.headers()[header::CONTENT_TYPE],
            "text/css; charset=utf-8"
        );
        let caching = &first.headers()[header::CACHE_CONTROL];
        assert_eq!(caching, "public, max-age=31536000, immutable");
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = get(&url("app.css"), &[("if-none-match", &etag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(body(again).await.is_empty());
    }

    #[tokio::test]
    async fn an_address_of_another_version_is_answered_but_not_kept() {
        let old = get("/assets/0000000000000000/page.js", &[]).await;
        assert_eq!(old.status(), StatusCode::OK);
        assert_eq!(old.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for path in [
            "/assets/x/none.js",
            "/assets/x/..%2fmod.rs",
            "/assets/x/%00",
        ] {
            assert_eq!(
                get(path, &[]).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }

    #[test]
    fn scripts_import_only_what_is_there() {
        for asset in ASSETS
            .iter()
            .filter(|asset| asset.content_type == JAVASCRIPT)
        {
            let script = std::str::from_utf8(asset.bytes).unwrap();
            for import in script.split("from \"./").skip(1) {
                let name = import.split('"').next().unwrap();
                assert!(exists(name), "{name}");
            }
        }
    }
}

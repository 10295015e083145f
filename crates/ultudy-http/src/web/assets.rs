//! Style sheet, scripts and icons: part of the program, cached by browsers for ever under
//! an address that changes with their content.

use std::{collections::HashMap, io::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::{error::ApiError, etag};

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

static ASSETS: [Asset; 14] = [
    asset!("app.css", "text/css; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("account.js", JAVASCRIPT),
    asset!("api.js", JAVASCRIPT),
    asset!("ask.js", JAVASCRIPT),
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

/// Those that are shorter so, compressed as well as can be: once, before the first is asked for.
static COMPRESSED: LazyLock<HashMap<&'static str, Vec<u8>>> = LazyLock::new(|| {
    let compressed = ASSETS.iter().filter_map(|asset| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(asset.bytes).ok()?;
        let bytes = encoder.finish().ok()?;
        (bytes.len() < asset.bytes.len()).then_some((asset.name, bytes))
    });
    compressed.collect()
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
    let compressed = COMPRESSED
        .get(asset.name)
        .filter(|_| takes_gzip(&headers))
        .map(Vec::as_slice);
    // What is sent differs: so does its name.
    let form = compressed.map_or("", |_| "-gzip");
    let etag = format!("\"{}{form}\"", *VERSION);
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
        (
            header::VARY,
            Some(HeaderValue::from_static("accept-encoding")),
        ),
    ];
    let mut response = if etag::is_known(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = [(header::CONTENT_TYPE, asset.content_type)];
        match compressed {
            Some(bytes) => {
                let encoding = [(header::CONTENT_ENCODING, "gzip")];
                (content_type, encoding, bytes).into_response()
            }
            None => (content_type, asset.bytes).into_response(),
        }
    };
    for (name, value) in common {
        response
            .headers_mut()
            .extend(value.map(|value| (name, value)));
    }
    Ok(response)
}

/// Whether the client asks for gzip (RFC 9110, 12.5.3), and not with a weight of nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let sent = headers.get_all(header::ACCEPT_ENCODING).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let names_it = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Ok(1.0), str::parse::<f32>);
            names_it && weight.is_ok_and(|weight| weight > 0.0)
        })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::body::to_bytes;

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
    async fn it_comes_compressed_to_whoever_can_read_it() {
        let plain = get(&url("app.css"), &[("accept-encoding", "br, gzip;q=0")]).await;
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        let short = get(&url("app.css"), &[("accept-encoding", "br, gzip;q=0.5")]).await;
        let (short, bytes) = short.into_parts();
        assert_eq!(short.headers[header::CONTENT_ENCODING], "gzip");
        for headers in [plain.headers(), &short.headers] {
            assert_eq!(headers[header::VARY], "accept-encoding");
        }
        assert_ne!(plain.headers()[header::ETAG], short.headers[header::ETAG]);

        let bytes = to_bytes(bytes, 1 << 20).await.unwrap();
        let mut read = String::new();
        flate2::read::GzDecoder::new(&*bytes)
            .read_to_string(&mut read)
            .unwrap();
        assert_eq!(read, text("app.css"));
        assert!(bytes.len() * 3 < read.len(), "{} bytes", bytes.len());
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

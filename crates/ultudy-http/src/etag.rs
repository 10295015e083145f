//! Conditional requests (RFC 9110, 13.1).

use axum::http::{HeaderMap, header};

/// Whether the client already has what `etag` names.
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_of_a_list_is_enough_and_weak_ones_count() {
        let mut headers = HeaderMap::new();
        let list = HeaderValue::from_static("\"a\", W/\"b\"");
        headers.insert(header::IF_NONE_MATCH, list);
        assert!(is_known(&headers, "\"b\""));
        assert!(!is_known(&headers, "\"c\""));
    }
}

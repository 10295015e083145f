//! Refusals and failures as pages, for people.

use askama::Template;
use axum::{
    body::to_bytes,
    http::{StatusCode, Uri, header},
    response::Response,
};

use super::page;
use crate::{error::ApiError, limits};

/// Longest problem that is read, in bytes; ours are a hundredth of it.
const PROBLEM_MAX: usize = 64 << 10;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    at: &'a str,
    title: &'a str,
    sentence: &'a str,
    can_retry: bool,
}

/// Every address that is none of ours.
pub async fn unknown(uri: Uri) -> ApiError {
    let sentence = match is_for_programs(uri.path()) {
        true => "There is no such call.",
        false => "There is no page at this address. It may have been moved or deleted.",
    };
    ApiError::new(StatusCode::NOT_FOUND, sentence)
}

/// Every method that an address does not take.
pub async fn wrong_method(uri: Uri) -> ApiError {
    let sentence = match is_for_programs(uri.path()) {
        true => "This call does not take that method.",
        false => "This address only shows a page; nothing can be sent to it.",
    };
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, sentence)
}

/// An answer of the site: unless it is for programs, an error becomes a page with its sentence,
/// wherever on the way in it was refused.
pub async fn as_page(for_programs: bool, response: Response) -> Response {
    let status = response.status();
    if for_programs || !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let problem = to_bytes(body, PROBLEM_MAX).await.unwrap_or_default();
    let sentence = sentence(status, &problem);
    let shown = ErrorPage {
        at: "",
        title: title(status),
        sentence: &sentence,
        can_retry: status.is_server_error(),
    };
    let text = shown.render().unwrap_or_default();
    let mut page = page::with_status(status, text);
    let kept = [
        header::RETRY_AFTER,
        header::ALLOW,
        limits::LIMIT,
        limits::REMAINING,
        limits::RESET,
    ];
    let headers = kept
        .iter()
        .filter_map(|name| Some((name, parts.headers.get(name)?)));
    for (name, value) in headers {
        page.headers_mut().insert(name, value.clone());
    }
    page
}

/// Whether an address is one that programs ask: the API and the health answers, but where a
/// provider sends browsers back to.
pub fn is_for_programs(path: &str) -> bool {
    if path.starts_with("/api/auth/oidc/") {
        return false;
    }
    let first = path.split('/').nth(1).unwrap_or_default();
    matches!(first, "api" | "health" | "db")
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => "Nothing to see here",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "Not for you, it seems",
        StatusCode::SERVICE_UNAVAILABLE => "Back in a moment",
        status if status.is_server_error() => "That did not work",
        _ => "That cannot be done",
    }
}

/// What the problem says to a person; an address with a mangled id is just a wrong one.
fn sentence(status: StatusCode, problem: &[u8]) -> String {
    if status == StatusCode::BAD_REQUEST {
        return "This address is not complete. Please follow the link again.".into();
    }
    let problem: Option<serde_json::Value> = serde_json::from_slice(problem).ok();
    let said = problem
        .as_ref()
        .and_then(|problem| problem["detail"].as_str());
    said.unwrap_or("Something went wrong. Please try again.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{answer, body};
    use axum::{
        Router,
        extract::Request,
        middleware::{self, Next},
        routing::get,
    };
    use ultudy_app::Error;

    fn site() -> Router {
        let down = || async { ApiError::from(Error::Unavailable("no database".into())) };
        let missing = || async { ApiError::from(Error::NotFound("lesson")) };
        let mangled = || async { ApiError::field("id", "must be a UUID") };
        Router::new()
            .route("/fine", get(|| async { "fine" }))
            .route("/down", get(down))
            .route("/missing", get(missing))
            .route("/mangled", get(mangled))
            .route("/api/missing", get(missing))
            .fallback(unknown)
            .layer(middleware::from_fn(async |request: Request, next: Next| {
                let for_programs = is_for_programs(request.uri().path());
                as_page(for_programs, next.run(request).await).await
            }))
    }

    #[tokio::test]
    async fn an_unknown_address_is_answered_with_a_page() {
        let response = answer(site(), "/nowhere", &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/html; charset=utf-8"
        );
        assert!(
            response
                .headers()
                .contains_key(header::CONTENT_SECURITY_POLICY)
        );
        assert!(
            body(response)
                .await
                .contains("There is no page at this address.")
        );
    }

    #[tokio::test]
    async fn a_refusal_is_a_sentence_for_people() {
        let missing = body(answer(site(), "/missing", &[]).await).await;
        assert!(missing.contains("This lesson does not exist."), "{missing}");
        let mangled = body(answer(site(), "/mangled", &[]).await).await;
        assert!(mangled.contains("follow the link again") && !mangled.contains("UUID"));
    }

    #[tokio::test]
    async fn a_part_that_is_down_may_be_tried_again() {
        let response = answer(site(), "/down", &[]).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert!(body(response).await.contains("Try again"));
    }

    #[tokio::test]
    async fn programs_get_problems_and_no_pages() {
        let problem = answer(site(), "/api/missing", &[]).await;
        let kind = &problem.headers()[header::CONTENT_TYPE];
        assert_eq!(kind, "application/problem+json");
    }

    #[tokio::test]
    async fn what_succeeds_is_left_alone() {
        assert_eq!(body(answer(site(), "/fine", &[]).await).await, "fine");
    }
}

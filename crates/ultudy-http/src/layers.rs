//! What happens around every handler.

use std::{convert::Infallible, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt as _, future::Either};
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    HttpConfig, HttpState, access, auth,
    error::ApiError,
    limits,
    request_id::{self, RequestId},
    web,
};

/// Largest request body but for uploads, in bytes.
const BODY_MAX: usize = 1 << 20;

/// How long a request waits for the database to have a connection for it. Whoever is told after
/// that to come back has been told within two seconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Around everything: ids and access lines, panics caught, foreign pages refused or allowed,
/// refusals shown to people as pages.
///
/// Each layer of a router is boxed and cloned for each request, which took longer than what most
/// of them do: so they are one.
pub fn around(site: Router<HttpState>, state: &HttpState) -> Router<HttpState> {
    let around = Around {
        state: state.clone(),
        cors: Arc::new(cors(&state.config)),
    };
    site.layer((
        middleware::from_fn_with_state(around, outside),
        DefaultBodyLimit::max(BODY_MAX),
    ))
}

#[derive(Clone)]
struct Around {
    state: HttpState,
    cors: Arc<CorsLayer>,
}

async fn outside(State(around): State<Around>, request: Request, next: Next) -> Response {
    let id = RequestId::of(&request, &*around.state.app.clock);
    let told = access::Told::of(&request);
    let for_programs = web::is_for_programs(request.uri().path());
    // Boxed: a future is moved with all that it holds whenever it is given to another.
    let answer = Box::pin(from_afar(&around, request, next));
    let answered = id.clone().within(caught(answer)).await;
    let mut response = web::as_page(for_programs, answered).await;
    told.answered(&id, response.status());
    let headers = response.headers_mut();
    headers.insert(request_id::HEADER, id.into_value());
    if around.state.draining.is_cancelled() {
        // Whoever holds the connection opens the next one elsewhere.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    response
}

/// An answer even where a handler panics.
fn caught(answer: impl Future<Output = Response>) -> impl Future<Output = Response> {
    // Nothing that it left half done is looked at again: it is dropped.
    let caught = AssertUnwindSafe(answer).catch_unwind();
    caught.map(|answered| {
        answered.unwrap_or_else(|_| {
            tracing::error!("a handler panicked");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side. It has been recorded.",
            )
            .into_response()
        })
    })
}

/// Tells a browser whether a page from elsewhere may see the answer.
async fn from_afar(around: &Around, request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::ORIGIN) {
        return inside(&around.state, request, next).await;
    }
    let state = around.state.clone();
    let answered = tower::service_fn(move |request| {
        let (state, next) = (state.clone(), next.clone());
        Box::pin(async move { Ok::<_, Infallible>(inside(&state, request, next).await) })
    });
    let answered = around.cors.layer(answered).oneshot(request);
    let Ok(response) = Box::pin(answered).await;
    response
}

/// Somebody waits for the answer: where the database is busy they are soon told so. What only
/// shows may show what a replica has.
async fn inside(state: &HttpState, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let only_shows = matches!(*request.method(), Method::GET | Method::HEAD);
    let answer = answered(state, request, next);
    let answer = match only_shows {
        true => Either::Left(ultudy_app::reads_may_lag(answer)),
        false => Either::Right(answer),
    };
    let mut response = ultudy_app::waiting_at_most(PATIENCE, answer).await;
    limits::tell(state, &mut response);
    if is_api {
        // No proxy keeps what is somebody's.
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// By the handler, or by who refuses before it.
async fn answered(state: &HttpState, mut request: Request, next: Next) -> Response {
    let address = match limits::of_address(state, &request) {
        Ok(standing) => standing,
        Err(refused) => return refused.into_response(),
    };
    let mut user = None;
    let mut response = match auth::identify(state, &mut request).await {
        Err(refused) => refused,
        Ok(visitor) => match limits::of_user(state, &request) {
            Err(refused) => refused.into_response(),
            Ok(standing) => {
                user = standing;
                visitor.answered(next.run(request)).await
            }
        },
    };
    if let Some(standing) = user.or(address) {
        // What the call itself is limited to matters more.
        response.extensions_mut().get_or_insert(standing);
    }
    response
}

fn cors(config: &HttpConfig) -> CorsLayer {
    let origins = config
        .cors_origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([
            header::RETRY_AFTER,
            limits::LIMIT,
            limits::REMAINING,
            limits::RESET,
        ])
        // A page of a listed origin may ask as whoever is signed in here.
        .allow_credentials(config.auth.has_sessions())
        .max_age(Duration::from_secs(600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_without_its_words() {
        let response = caught(async { panic!("a secret") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 1 << 10).await;
        let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
        assert!(
            body.contains("recorded") && !body.contains("secret"),
            "{body}"
        );
    }
}

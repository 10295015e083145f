//! What happens around every handler.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::Route,
};
use tower::{
    Layer, Service,
    layer::util::{Identity, Stack},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{
    HttpConfig, HttpState, access, auth, error::ApiError, limits, request_id::RequestIds, web,
};

/// Largest request body but for uploads, in bytes.
const BODY_MAX: usize = 1 << 20;

/// How long a request waits for the database to have a connection for it. Whoever is told after
/// that to come back has been told within two seconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Around everything: ids and access lines, panics caught, foreign pages refused or allowed,
/// refusals shown to people as pages.
pub fn around(site: Router<HttpState>, state: &HttpState) -> Router<HttpState> {
    let (router, site) = (site, Outwards(Identity::new()));
    let request_id = HeaderName::from_static("x-request-id");
    site.layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            limits::by_user,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            auth::identify,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            limits::by_address,
        ))
        .layer(middleware::from_fn(as_one_waits))
        .layer(middleware::from_fn_with_state(state.clone(), limits::tell))
        .layer(cors(&state.config))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn(web::as_page))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(PropagateRequestIdLayer::new(request_id.clone()))
        .layer(middleware::from_fn(access::tell))
        .layer(SetRequestIdLayer::new(
            request_id,
            RequestIds(state.app.clone()),
        ))
        .around(router)
}

/// Layers, each around those before it. A router boxes and clones what it is given each time,
/// which took a request longer than all the rest; so it is given them as one.
struct Outwards<L>(L);

impl<L> Outwards<L> {
    fn layer<O>(self, outer: O) -> Outwards<Stack<L, O>> {
        Outwards(Stack::new(self.0, outer))
    }

    fn around(self, router: Router<HttpState>) -> Router<HttpState>
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        router.layer(self.0)
    }
}

/// Around the API: never kept by a cache, and unknown calls answered like known ones.
pub fn around_api(api: Router<HttpState>) -> Router<HttpState> {
    api.fallback(|| async { ApiError::new(StatusCode::NOT_FOUND, "There is no such call.") })
        .method_not_allowed_fallback(|| async {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "This call does not take that method.",
            )
        })
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ))
}

/// Somebody waits for the answer: where the database is busy they are soon told so. What only
/// shows may show what a replica has.
async fn as_one_waits(request: Request, next: Next) -> Response {
    let only_shows = matches!(*request.method(), Method::GET | Method::HEAD);
    let answered = async {
        match only_shows {
            true => ultudy_app::reads_may_lag(next.run(request)).await,
            false => next.run(request).await,
        }
    };
    ultudy_app::waiting_at_most(PATIENCE, answered).await
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

fn panicked() -> Response {
    tracing::error!("a handler panicked");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. It has been recorded.",
    )
    .into_response()
}

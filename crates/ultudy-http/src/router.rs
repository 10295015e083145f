//! Every URL, and nothing else.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{delete, get, patch, post},
};

use crate::{HttpState, layers, routes::*, web};

/// The whole site: pages, API, health and, unless they have an address of their own, metrics.
pub fn site(state: HttpState) -> Router {
    let site = Router::new()
        .merge(api())
        .nest("/api", health())
        .merge(health())
        .merge(web::router());
    around(site, state)
}

/// What a worker answers: how it is, and its metrics, unless they have an address of their own.
pub fn of_worker(state: HttpState) -> Router {
    around(Router::new().nest("/api", health()).merge(health()), state)
}

/// What is answered at the metrics' own address.
pub fn of_metrics(state: HttpState) -> Router {
    metrics().with_state(state)
}

fn around(site: Router<HttpState>, state: HttpState) -> Router {
    let site = match state.config.metrics_apart {
        true => site,
        false => site.merge(metrics()),
    };
    layers::around(site, &state).with_state(state)
}

fn metrics() -> Router<HttpState> {
    Router::new().route("/metrics", get(metrics::metrics))
}

fn health() -> Router<HttpState> {
    Router::new()
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/db/health", get(health::database))
}

fn api() -> Router<HttpState> {
    Router::new()
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/auth/sign-up", post(auth::sign_up::sign_up))
        .route("/api/auth/sign-in", post(auth::sign_in::sign_in))
        .route("/api/auth/sign-out", post(auth::sign_out::sign_out))
        .route("/api/auth/reset", post(auth::reset::reset))
        .route("/api/auth/oidc/start", get(auth::oidc::start))
        .route("/api/auth/oidc/callback", get(auth::oidc::callback))
        .route("/api/auth/oidc/sign-out", get(auth::oidc::sign_out))
        .route("/api/me", get(me::get::get))
        .route(
            "/api/me/sessions",
            get(me::sessions::list).delete(me::sessions::end_others),
        )
        .route(
            "/api/me/sessions/{id}",
            get(me::sessions::get).delete(me::sessions::end),
        )
        .route(
            "/api/me/tokens",
            get(me::tokens::list).post(me::tokens::create),
        )
        .route("/api/me/tokens/{id}", delete(me::tokens::revoke))
        .route(
            "/api/me/preferences",
            get(me::preferences::get).put(me::preferences::put),
        )
        .route("/api/me/usage", get(me::usage::usage))
        .route(
            "/api/courses",
            get(courses::list::list).post(courses::create::create),
        )
        .route(
            "/api/courses/{id}",
            get(courses::get::get)
                .patch(courses::update::update)
                .delete(courses::delete::delete),
        )
        .route("/api/documents", get(documents::list::list))
        .route(
            "/api/documents/{id}",
            get(documents::get::get).delete(documents::delete::delete),
        )
        .route("/api/documents/{id}/file", get(documents::file::file))
        .route(
            "/api/documents/{id}/figures/{number}",
            get(documents::figure::figure),
        )
        .route(
            "/api/documents/{id}/rename",
            patch(documents::rename::rename),
        )
        .route(
            "/api/documents/{id}/metadata",
            post(documents::metadata::metadata),
        )
        .route(
            "/api/upload/pdf-structured",
            post(upload::pdf_structured).layer(DefaultBodyLimit::disable()),
        )
        .route("/api/jobs", get(jobs::list::list))
        .route("/api/jobs/poll", post(jobs::poll::poll))
        .route("/api/jobs/{id}", get(jobs::get::get))
        .route("/api/jobs/{id}/events", get(jobs::events::one))
        .route("/api/jobs/{id}/cancel", post(jobs::cancel::cancel))
        .route("/api/jobs/{id}/retry", post(jobs::retry::retry))
        .route(
            "/api/jobs/resource/{type}/{id}",
            get(jobs::resource::resource),
        )
        .route("/api/events", get(jobs::events::all))
        .route("/api/sections", get(sections::list::list))
        .route("/api/sections/generate", post(sections::generate::generate))
        .route("/api/sections/{id}", get(sections::get::get))
        .route("/api/lessons", get(lessons::get::get))
        .route("/api/lessons/generate", post(lessons::generate::generate))
        .route("/api/lessons/{id}", delete(lessons::delete::delete))
        .route("/api/check-ins/submit", post(check_ins::submit::submit))
        .route(
            "/api/study-sessions/start",
            post(study_sessions::start::start),
        )
        .route(
            "/api/study-sessions/{id}/track-checkin",
            post(study_sessions::track::track),
        )
        .route(
            "/api/study-sessions/{id}/complete",
            post(study_sessions::complete::complete),
        )
        .route("/api/progress/overview", get(progress::overview))
        .route("/api/search", get(search::search))
        .route("/api/ask", post(ask::ask))
        .route("/api/explain", post(ask::explain))
        .route("/api/practice/mcq", post(practice::mcq::mcq))
        .route("/api/study/lesson", post(study::lesson::lesson))
        .method_not_allowed_fallback(web::wrong_method)
}

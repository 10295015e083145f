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
        .nest("/api", api())
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
    let api = Router::new()
        .merge(health())
        .route("/openapi.json", get(openapi::document))
        .route("/auth/sign-up", post(auth::sign_up::sign_up))
        .route("/auth/sign-in", post(auth::sign_in::sign_in))
        .route("/auth/sign-out", post(auth::sign_out::sign_out))
        .route("/auth/reset", post(auth::reset::reset))
        .route("/auth/oidc/start", get(auth::oidc::start))
        .route("/auth/oidc/callback", get(auth::oidc::callback))
        .route("/auth/oidc/sign-out", get(auth::oidc::sign_out))
        .route("/me", get(me::get::get))
        .route(
            "/me/sessions",
            get(me::sessions::list).delete(me::sessions::end_others),
        )
        .route(
            "/me/sessions/{id}",
            get(me::sessions::get).delete(me::sessions::end),
        )
        .route("/me/tokens", get(me::tokens::list).post(me::tokens::create))
        .route("/me/tokens/{id}", delete(me::tokens::revoke))
        .route(
            "/courses",
            get(courses::list::list).post(courses::create::create),
        )
        .route(
            "/courses/{id}",
            get(courses::get::get)
                .patch(courses::update::update)
                .delete(courses::delete::delete),
        )
        .route("/documents", get(documents::list::list))
        .route(
            "/documents/{id}",
            get(documents::get::get).delete(documents::delete::delete),
        )
        .route("/documents/{id}/file", get(documents::file::file))
        .route(
            "/documents/{id}/figures/{number}",
            get(documents::figure::figure),
        )
        .route("/documents/{id}/rename", patch(documents::rename::rename))
        .route(
            "/documents/{id}/metadata",
            post(documents::metadata::metadata),
        )
        .route(
            "/upload/pdf-structured",
            post(upload::pdf_structured).layer(DefaultBodyLimit::disable()),
        )
        .route("/jobs", get(jobs::list::list))
        .route("/jobs/poll", post(jobs::poll::poll))
        .route("/jobs/{id}", get(jobs::get::get))
        .route("/jobs/{id}/events", get(jobs::events::one))
        .route("/jobs/{id}/cancel", post(jobs::cancel::cancel))
        .route("/jobs/{id}/retry", post(jobs::retry::retry))
        .route("/jobs/resource/{type}/{id}", get(jobs::resource::resource))
        .route("/events", get(jobs::events::all))
        .route("/sections", get(sections::list::list))
        .route("/sections/generate", post(sections::generate::generate))
        .route("/sections/{id}", get(sections::get::get))
        .route("/lessons", get(lessons::get::get))
        .route("/lessons/generate", post(lessons::generate::generate))
        .route("/lessons/{id}", delete(lessons::delete::delete))
        .route("/check-ins/submit", post(check_ins::submit::submit))
        .route("/study-sessions/start", post(study_sessions::start::start))
        .route(
            "/study-sessions/{id}/track-checkin",
            post(study_sessions::track::track),
        )
        .route(
            "/study-sessions/{id}/complete",
            post(study_sessions::complete::complete),
        )
        .route("/progress/overview", get(progress::overview))
        .route("/search", get(search::search))
        .route("/practice/mcq", post(practice::mcq::mcq))
        .route("/study/lesson", post(study::lesson::lesson));
    layers::around_api(api)
}

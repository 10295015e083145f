//! `GET, DELETE /me/sessions`, `/me/sessions/{id}`

use axum::{Json, extract::State};
use serde::Serialize;
use ultudy_app::accounts::{self, Via, Who};
use ultudy_domain::account::AuthSession;

use crate::{
    HttpState,
    auth::Account,
    error::{ApiError, Problems},
    input::Id,
    routes::Done,
};

/// A browser that is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Session {
    #[serde(flatten)]
    session: AuthSession,
    /// Whether it is the one that asks.
    current: bool,
}

/// The user's sessions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Sessions {
    sessions: Vec<Session>,
}

/// How many sessions ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Ended {
    success: bool,
    ended: usize,
}

async fn of(state: &HttpState, who: &Who) -> Result<Vec<Session>, ApiError> {
    let sessions = accounts::list_sessions(&state.app, &who.user.id).await?;
    let sessions = sessions.into_iter().map(|session| Session {
        current: who.via == Via::Session(session.id),
        session,
    });
    Ok(sessions.collect())
}

/// The user's sessions, the latest first; at most 50.
#[utoipa::path(get, path = "/api/me/sessions", tag = "me",
    responses((status = 200, body = Sessions), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Account(who): Account,
) -> Result<Json<Sessions>, ApiError> {
    let sessions = of(&state, &who).await?;
    Ok(Json(Sessions { sessions }))
}

/// A session.
#[utoipa::path(get, path = "/api/me/sessions/{id}", tag = "me", params(("id" = Uuid, Path)),
    responses((status = 200, body = Session), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Account(who): Account,
    Id(id): Id,
) -> Result<Json<Session>, ApiError> {
    let mut sessions = of(&state, &who).await?.into_iter();
    sessions
        .find(|one| one.session.id == id)
        .map(Json)
        .ok_or_else(|| ultudy_app::Error::NotFound("session").into())
}

/// Ends a session.
#[utoipa::path(delete, path = "/api/me/sessions/{id}", tag = "me", params(("id" = Uuid, Path)),
    responses((status = 200, body = Done), Problems))]
pub async fn end(
    State(state): State<HttpState>,
    Account(who): Account,
    Id(id): Id,
) -> Result<Json<Done>, ApiError> {
    accounts::end_session(&state.app, &who.user.id, id).await?;
    Ok(Json(Done::SUCCESS))
}

/// Ends all sessions but the one that asks.
#[utoipa::path(delete, path = "/api/me/sessions", tag = "me",
    responses((status = 200, body = Ended), Problems))]
pub async fn end_others(
    State(state): State<HttpState>,
    Account(who): Account,
) -> Result<Json<Ended>, ApiError> {
    let kept = match who.via {
        Via::Session(id) => Some(id),
        Via::Token(_) | Via::Bearer => None,
    };
    let ended = accounts::end_others(&state.app, &who.user.id, kept).await?;
    Ok(Json(Ended {
        success: true,
        ended,
    }))
}

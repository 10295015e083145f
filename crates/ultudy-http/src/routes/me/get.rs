//! `GET /me`

use std::sync::Arc;

use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use ultudy_app::accounts::Who;
use ultudy_domain::account::Role;

use crate::{
    auth::Owner,
    error::{ApiError, Problems},
};

/// Who asks. Without accounts only the id is known.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    id: String,
    email: Option<String>,
    role: Option<Role>,
    created_at: Option<DateTime<Utc>>,
}

/// Who asks.
#[utoipa::path(get, path = "/api/me", tag = "me",
    responses((status = 200, body = Me), Problems))]
pub async fn get(
    Owner(owner): Owner,
    who: Option<Extension<Arc<Who>>>,
) -> Result<Json<Me>, ApiError> {
    let user = who.map(|Extension(who)| who.user.clone());
    Ok(Json(Me {
        id: owner,
        email: user.as_ref().and_then(|user| user.email.clone()),
        role: user.as_ref().map(|user| user.role),
        created_at: user.map(|user| user.created_at),
    }))
}

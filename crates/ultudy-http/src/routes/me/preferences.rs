//! `GET, PUT /me/preferences`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::preferences;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, language},
};

/// What the user wants of what is made for them.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preferences {
    /// The language of new lessons, of answers, explanations and feedback, a BCP 47 tag such as `de`; null or
    /// empty: the document's, or the question's. What is made without a model is in the text's.
    language: Option<String>,
}

impl From<preferences::Preferences> for Preferences {
    fn from(wanted: preferences::Preferences) -> Self {
        Self {
            language: wanted.language.map(str::to_owned),
        }
    }
}

/// What the user wants.
#[utoipa::path(get, path = "/api/me/preferences", tag = "me",
    responses((status = 200, body = Preferences), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
) -> Result<Json<Preferences>, ApiError> {
    let wanted = preferences::get(&state.app, &owner).await?;
    Ok(Json(wanted.into()))
}

/// Sets what the user wants from now on. Lessons that there are stay as they are.
#[utoipa::path(put, path = "/api/me/preferences", tag = "me", request_body = Preferences,
    responses((status = 200, body = Preferences), Problems))]
pub async fn put(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<Preferences>,
) -> Result<Json<Preferences>, ApiError> {
    let wanted = preferences::Preferences {
        language: language(body.language.as_deref())?,
    };
    preferences::set(&state.app, &owner, wanted).await?;
    Ok(Json(wanted.into()))
}

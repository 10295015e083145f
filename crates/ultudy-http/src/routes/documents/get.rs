//! `GET /documents/{id}`

use axum::{Json, extract::State};
use ultudy_app::documents;
use ultudy_domain::document::Document;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// One document that is ready.
#[utoipa::path(get, path = "/api/documents/{id}", tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Document), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Document>, ApiError> {
    Ok(Json(documents::get(&state.app, &owner, id).await?))
}

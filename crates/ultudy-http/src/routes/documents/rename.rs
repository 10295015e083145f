//! `PATCH /documents/{id}/rename`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::documents::{self, DocumentEdit};
use ultudy_domain::document::Document;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, Id},
};

/// A new title; it may come untrimmed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Rename {
    /// Title, not blank.
    #[schema(max_length = 300)]
    title: String,
}

/// Renames a document.
#[utoipa::path(patch, path = "/api/documents/{id}/rename", tag = "documents",
    params(("id" = Uuid, Path)), request_body = Rename,
    responses((status = 200, body = Document), Problems))]
pub async fn rename(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
    Body(body): Body<Rename>,
) -> Result<Json<Document>, ApiError> {
    let edit = DocumentEdit {
        title: Some(body.title),
        ..DocumentEdit::default()
    };
    Ok(Json(documents::update(&state.app, &owner, id, edit).await?))
}

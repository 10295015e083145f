//! `POST /sections/generate`

use axum::{Json, extract::State};
use serde::Deserialize;
use ultudy_app::documents;
use uuid::Uuid;

use super::list::Sections;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Body,
};

/// Whose sections; a `chapter` beside it changes nothing.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct GenerateSections {
    /// The document.
    document_id: Uuid,
}

/// The sections of a document: a document is ready only with its sections, so there is
/// nothing left to generate.
#[utoipa::path(post, path = "/api/sections/generate", tag = "sections",
    request_body = GenerateSections, responses((status = 200, body = Sections), Problems))]
pub async fn generate(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Body(body): Body<GenerateSections>,
) -> Result<Json<Sections>, ApiError> {
    let sections = documents::sections(&state.app, &owner, body.document_id).await?;
    Ok(Json(Sections { sections }))
}

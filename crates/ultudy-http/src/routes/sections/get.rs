//! `GET /sections/{id}`

use axum::{Json, extract::State};
use serde::Serialize;
use ultudy_app::documents;
use ultudy_domain::section::Section;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// A section with its text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SectionWithText {
    #[serde(flatten)]
    section: Section,
    /// Markdown; each page's text follows a comment that names the page.
    markdown: String,
}

/// One section with its text.
#[utoipa::path(get, path = "/api/sections/{id}", tag = "sections", params(("id" = Uuid, Path)),
    responses((status = 200, body = SectionWithText), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<SectionWithText>, ApiError> {
    let found = documents::section(&state.app, &owner, id).await?;
    Ok(Json(SectionWithText {
        section: found.section,
        markdown: found.markdown,
    }))
}

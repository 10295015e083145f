//! `GET /jobs/resource/{type}/{id}`

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use ultudy_app::{
    Page,
    jobs::{self, Filter},
};
use uuid::Uuid;

use super::Jobs;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
};

/// The jobs on a document or a section, latest first.
#[utoipa::path(get, path = "/api/jobs/resource/{type}/{id}", tag = "jobs",
    params(("type" = String, Path, description = "`document` or `section`"), ("id" = Uuid, Path)),
    responses((status = 200, body = Jobs), Problems))]
pub async fn resource(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Jobs>, ApiError> {
    let Path((kind, id)) = path.map_err(|_| ApiError::field("id", "must be a UUID"))?;
    let id: Uuid = id
        .parse()
        .map_err(|_| ApiError::field("id", "must be a UUID"))?;
    let filter = match kind.as_str() {
        "document" => Filter {
            document_id: Some(id),
            ..Filter::default()
        },
        "section" => Filter {
            section_id: Some(id),
            ..Filter::default()
        },
        _ => return Err(ApiError::field("type", "must be document or section")),
    };
    let jobs = jobs::list(&state.app, &owner, &filter, Page::ALL).await?;
    if jobs.is_empty() {
        // Somebody else's and nobody's look the same.
        return Err(ultudy_app::Error::NotFound("job").into());
    }
    Ok(Json(Jobs {
        jobs: jobs.into_iter().map(Into::into).collect(),
        next_cursor: None,
    }))
}

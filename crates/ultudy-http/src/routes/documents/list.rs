//! `GET /documents`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::documents;
use ultudy_domain::document::Document;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{PageParams, Params, next_cursor},
};

/// What to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDocuments {
    /// Of this course; of all if absent.
    course_id: Option<Uuid>,
    /// Most rows; 1,000 if absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<Uuid>,
}

/// The owner's documents.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Documents {
    documents: Vec<Document>,
    next_cursor: Option<Uuid>,
}

/// The owner's documents that are ready, oldest first.
#[utoipa::path(get, path = "/api/documents", tag = "documents", params(ListDocuments),
    responses((status = 200, body = Documents), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<ListDocuments>,
) -> Result<Json<Documents>, ApiError> {
    let page = PageParams {
        limit: params.limit,
        cursor: params.cursor,
    }
    .page()?;
    let documents = documents::list(&state.app, &owner, params.course_id, page).await?;
    let next_cursor = next_cursor(page, &documents, |document| document.id);
    Ok(Json(Documents {
        documents,
        next_cursor,
    }))
}

//! `DELETE /documents/{id}`

use axum::{Json, extract::State};
use serde::Serialize;
use ultudy_app::documents;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Id,
};

/// What is gone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Deleted {
    success: bool,
    message: &'static str,
    deleted: DeletedCounts,
}

/// How much went with the document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeletedCounts {
    sections: i64,
    lessons: i64,
    concepts: i64,
    check_ins: i64,
}

/// Deletes a document with everything made from it.
#[utoipa::path(delete, path = "/api/documents/{id}", tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Deleted), Problems))]
pub async fn delete(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
) -> Result<Json<Deleted>, ApiError> {
    let gone = documents::delete(&state.app, &owner, id).await?;
    let deleted = DeletedCounts {
        sections: gone.sections,
        lessons: gone.lessons,
        concepts: gone.concepts,
        check_ins: gone.check_ins,
    };
    Ok(Json(Deleted {
        success: true,
        message: "The document is deleted.",
        deleted,
    }))
}

//! `POST /documents/{id}/metadata`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::documents::{self, DocumentEdit};
use ultudy_domain::document::Document;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::{Body, Id, present},
};

/// What is to change; an absent field stays, null or blank clears it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Metadata {
    /// Title, not blank.
    #[schema(max_length = 300)]
    title: Option<String>,
    /// `textbook`, `lecture`, `tutorial` or `exam`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    material_type: Option<Option<String>>,
    /// Chapter.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 300)]
    chapter: Option<Option<String>>,
    /// Tags.
    #[schema(max_items = 50)]
    user_tags: Option<Vec<String>>,
    /// Course.
    #[serde(default, deserialize_with = "course")]
    #[schema(value_type = Option<String>)]
    course_id: Option<Option<Uuid>>,
}

/// The document as it is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Changed {
    success: bool,
    document: Document,
}

fn course<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Uuid>>, D::Error> {
    crate::input::blank_is_none(deserializer).map(Some)
}

/// Changes what is known of a document.
#[utoipa::path(post, path = "/api/documents/{id}/metadata", tag = "documents",
    params(("id" = Uuid, Path)), request_body = Metadata,
    responses((status = 200, body = Changed), Problems))]
pub async fn metadata(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Id(id): Id,
    Body(body): Body<Metadata>,
) -> Result<Json<Changed>, ApiError> {
    let edit = DocumentEdit {
        title: body.title,
        material_type: body.material_type,
        chapter: body.chapter,
        user_tags: body.user_tags,
        course_id: body.course_id,
    };
    let document = documents::update(&state.app, &owner, id, edit).await?;
    Ok(Json(Changed {
        success: true,
        document,
    }))
}

//! `GET /lessons`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use ultudy_app::lessons::{self, LessonOf};
use uuid::Uuid;

use super::LessonView;
use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Params,
    routes::as_json,
};

/// Which lesson: one of the two.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetLesson {
    /// The lesson on this section.
    section_id: Option<Uuid>,
    /// The lesson on this whole document.
    document_id: Option<Uuid>,
}

/// The lesson.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[allow(dead_code, reason = "read by the OpenAPI derive only")]
pub struct FoundLesson {
    lesson: LessonView,
}

/// The lesson on a section or a whole document.
#[utoipa::path(get, path = "/api/lessons", tag = "lessons", params(GetLesson),
    responses((status = 200, body = FoundLesson), (status = 304, description = "Not changed"), Problems))]
pub async fn get(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<GetLesson>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let of = match (params.section_id, params.document_id) {
        (Some(id), _) => LessonOf::Section(id),
        (None, Some(id)) => LessonOf::Document(id),
        (None, None) => {
            return Err(ApiError::field(
                "section_id",
                "or document_id must be given",
            ));
        }
    };
    if headers.contains_key(header::IF_NONE_MATCH) {
        let version = lessons::answered_version(&state.app, &owner, of).await?;
        let etag = etag(&version);
        if crate::etag::is_known(&headers, &etag) {
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
        }
    }
    let lesson = lessons::answer(&state.app, &owner, of).await?;
    let etag = etag(lesson.version());
    Ok(([(header::ETAG, etag)], as_json(lesson.member())).into_response())
}

fn etag(version: &str) -> String {
    ["\"", version, "\""].concat()
}

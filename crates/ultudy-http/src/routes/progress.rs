//! `GET /progress/overview`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use ultudy_app::progress;
use ultudy_domain::progress::ProgressOverview;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Params,
};

/// Of what; of everything if neither is given.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OverviewParams {
    /// Of this course.
    course_id: Option<Uuid>,
    /// Of this document.
    document_id: Option<Uuid>,
}

/// What the student has learnt so far.
#[utoipa::path(get, path = "/api/progress/overview", tag = "progress", params(OverviewParams),
    responses((status = 200, body = ProgressOverview), Problems))]
pub async fn overview(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<OverviewParams>,
) -> Result<Response, ApiError> {
    let (course_id, document_id) = (params.course_id, params.document_id);
    let overview = progress::overview_json(&state.app, &owner, course_id, document_id).await?;
    Ok(super::as_json(overview.into()))
}

//! `GET /sections`

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use ultudy_app::documents;
use ultudy_domain::section::Section;
use uuid::Uuid;

use crate::{
    HttpState,
    auth::Owner,
    error::{ApiError, Problems},
    input::Params,
};

/// Whose sections; a `chapter` beside it changes nothing.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSections {
    /// The document.
    document_id: Uuid,
}

/// A document's sections.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Sections {
    pub(super) sections: Vec<Section>,
}

/// All sections of a document, in order.
#[utoipa::path(get, path = "/api/sections", tag = "sections", params(ListSections),
    responses((status = 200, body = Sections), Problems))]
pub async fn list(
    State(state): State<HttpState>,
    Owner(owner): Owner,
    Params(params): Params<ListSections>,
) -> Result<Json<Sections>, ApiError> {
    let sections = documents::sections(&state.app, &owner, params.document_id).await?;
    Ok(Json(Sections { sections }))
}

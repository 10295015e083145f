//! Every URL, and nothing else.

use axum::Router;

use crate::{HttpState, web};

/// The whole site: pages and API.
pub fn router(state: HttpState) -> Router {
    Router::new().merge(web::router()).with_state(state)
}

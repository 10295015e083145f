//! The pages.

use axum::Router;

use crate::HttpState;

/// Every page and asset.
pub fn router() -> Router<HttpState> {
    Router::new()
}

//! Every request has an id, in the answer's `X-Request-Id` and in the log.

use axum::http::{HeaderValue, Request};
use tower_http::request_id::{MakeRequestId, RequestId};
use ultudy_app::App;

/// Makes ids by the application's clock.
#[derive(Clone)]
pub struct RequestIds(pub App);

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let id = self.0.clock.new_id().to_string();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

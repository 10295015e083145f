//! Routes, web pages and the API. [`router::router`] lists every URL.

pub mod access;
pub mod auth;
mod cookie;
mod crawl;
mod error;
mod etag;
mod input;
mod layers;
mod limits;
pub mod openapi;
pub mod request_id;
pub mod router;
mod routes;
mod state;
mod stream;
mod web;

pub use auth::{AuthMode, session_cookie::CookieSecure};
pub use state::{HttpConfig, HttpState, Served};
pub use web::booklet;

//! What the tests share: real services, the real binary and a real browser, started on free ports
//! and gone when the test ends, however it ends.
//!
//! Nothing here is part of the product: this crate is only ever a dev-dependency.

pub mod azurite;
pub mod browser;
pub mod bull;
pub mod chaos;
pub mod compose;
pub mod database;
pub mod error;
pub mod issuer;
pub mod llm;
pub mod nginx;
mod node;
pub mod oidc_provider;
pub mod pgbouncer;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod redis;
pub mod s3;
pub mod scan;
pub mod seaweedfs;
pub mod server;
pub mod tap;
pub mod tls;
mod unprivileged;
pub mod wait;

pub use error::{Error, Result};

//! The user who asks: sessions and API tokens.

pub mod get;
pub mod sessions;
pub mod tokens;

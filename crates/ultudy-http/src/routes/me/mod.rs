//! The user who asks: sessions, API tokens and what their lessons cost.

pub mod get;
pub mod sessions;
pub mod tokens;
pub mod usage;

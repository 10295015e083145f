//! The user who asks: sessions, API tokens, what they want and what their lessons cost.

pub mod get;
pub mod preferences;
pub mod sessions;
pub mod tokens;
pub mod usage;

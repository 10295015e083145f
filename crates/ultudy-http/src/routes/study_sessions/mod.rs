//! Study sessions.

pub mod complete;
pub mod start;
pub mod track;

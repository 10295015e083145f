//! `/practice`

pub mod mcq;

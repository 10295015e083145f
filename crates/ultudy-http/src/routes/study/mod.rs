//! `/study`

pub mod lesson;

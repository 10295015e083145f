//! Check-ins.

pub mod submit;

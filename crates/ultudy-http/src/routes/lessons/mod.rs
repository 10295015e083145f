//! Lessons.

pub mod delete;
pub mod generate;
pub mod get;
mod view;

pub use view::LessonView;

//! Jobs.

pub mod cancel;
pub mod events;
pub mod get;
pub mod list;
pub mod poll;
pub mod resource;
pub mod retry;
mod view;

pub use view::{JobView, Jobs};

//! The pages: rendered here, made lively by the scripts in assets/, which speak to the API.

use axum::{Extension, Router, routing::get};

use crate::HttpState;

mod account;
mod answer;
mod assets;
pub mod booklet;
mod course;
mod courses;
mod document;
mod errors;
mod learn;
mod lesson_text;
mod markdown;
mod page;
mod practice;
mod progress;
mod read;
mod reasons;
mod search;
mod sections;
mod uploads;
mod usage;
mod visitor;
mod waiting;
mod words;

pub use account::{Next, as_signed_in, in_query, is_signed_in, own_path};
pub use answer::answer_html;
pub use errors::{as_page, is_for_programs, wrong_method};

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

/// Every page and asset.
pub fn router() -> Router<HttpState> {
    Router::new()
        .route("/", get(courses::courses))
        .route("/courses/{id}", get(course::course))
        .route("/documents/{id}", get(document::document))
        .route("/learn/{id}", get(learn::section))
        .route("/learn/{id}/reasons/{check_in_id}", get(reasons::section))
        .route("/learn/document/{id}", get(learn::document))
        .route(
            "/learn/document/{id}/reasons/{check_in_id}",
            get(reasons::document),
        )
        .route("/read/{id}", get(read::section))
        .route("/practice", get(practice::practice))
        .route("/search", get(search::search))
        .route("/progress", get(progress::progress))
        .route("/sign-in", get(account::sign_in))
        .route("/sign-up", get(account::sign_up))
        .route("/reset", get(account::reset))
        .route("/account", get(account::account))
        .route("/usage", get(usage::usage))
        .route("/assets/{version}/{name}", get(assets::asset))
        .route("/favicon.ico", get(assets::favicon))
        .fallback(errors::unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(lesson_text::LessonTexts::new()))
}

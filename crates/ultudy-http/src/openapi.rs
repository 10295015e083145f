//! The OpenAPI document, generated from the handlers.

use utoipa::OpenApi;

use crate::routes;

/// The API. A test holds it to the router: every path here answers, and none is missing.
#[derive(OpenApi)]
#[openapi(
    info(title = "Ultudy", description = "Course PDFs in, studying out."),
    paths(
        routes::ask::ask,
        routes::ask::explain,
        routes::auth::oidc::callback,
        routes::auth::oidc::sign_out,
        routes::auth::oidc::start,
        routes::auth::reset::reset,
        routes::auth::sign_in::sign_in,
        routes::auth::sign_out::sign_out,
        routes::auth::sign_up::sign_up,
        routes::check_ins::submit::submit,
        routes::courses::create::create,
        routes::courses::delete::delete,
        routes::courses::get::get,
        routes::courses::list::list,
        routes::courses::update::update,
        routes::documents::delete::delete,
        routes::documents::figure::figure,
        routes::documents::file::file,
        routes::documents::get::get,
        routes::documents::list::list,
        routes::documents::metadata::metadata,
        routes::documents::rename::rename,
        routes::health::database,
        routes::health::health,
        routes::health::live,
        routes::health::ready,
        routes::jobs::cancel::cancel,
        routes::jobs::events::all,
        routes::jobs::events::one,
        routes::jobs::get::get,
        routes::jobs::list::list,
        routes::jobs::poll::poll,
        routes::jobs::resource::resource,
        routes::jobs::retry::retry,
        routes::lessons::delete::delete,
        routes::lessons::generate::generate,
        routes::lessons::get::get,
        routes::me::get::get,
        routes::me::sessions::end,
        routes::me::sessions::end_others,
        routes::me::sessions::get,
        routes::me::sessions::list,
        routes::me::tokens::create,
        routes::me::tokens::list,
        routes::me::tokens::revoke,
        routes::me::preferences::get,
        routes::me::preferences::put,
        routes::me::usage::usage,
        routes::openapi::document,
        routes::practice::mcq::mcq,
        routes::progress::overview,
        routes::search::search,
        routes::sections::generate::generate,
        routes::sections::get::get,
        routes::sections::list::list,
        routes::study::lesson::lesson,
        routes::study_sessions::complete::complete,
        routes::study_sessions::start::start,
        routes::study_sessions::track::track,
        routes::upload::pdf_structured,
    )
)]
pub struct ApiDoc;

/// The document as pretty JSON.
///
/// # Errors
/// It cannot be written as JSON (it always can).
pub fn json() -> Result<String, serde_json::Error> {
    ApiDoc::openapi().to_pretty_json()
}

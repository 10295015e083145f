//! `ultudy openapi`: prints the OpenAPI document.

use std::io::Write;

use super::Failure;

/// Writes the document to standard output.
pub fn run() -> Result<(), Failure> {
    let document =
        ultudy_http::openapi::json().map_err(|error| Failure::new("OpenAPI document", error))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{document}").map_err(|error| Failure::new("standard output", error))
}

//! `ultudy extract`: the child process that reads one document.

use std::process::ExitCode;

/// Becomes the child.
pub fn run(args: &[String]) -> ExitCode {
    let code = ultudy_content::child::main(args);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

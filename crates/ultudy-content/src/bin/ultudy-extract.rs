//! The child process by itself, for this crate's tests; the product's is `ultudy extract`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let code = ultudy_content::child::main(&args);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

//! What runs inside the child process.

/// The child's whole life: sets its own limits, reads the PDF on standard input, writes
/// JSON lines to standard output. Returns the exit code. `ultudy extract` calls it.
#[must_use]
pub fn main(_args: &[String]) -> i32 {
    todo!()
}

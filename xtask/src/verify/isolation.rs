//! One user with every id of another, on every call and every set-up.

use anyhow::Result;

use super::Verify;
use crate::{debian, process, test, workspace};

/// Runs the isolation tests and writes what the second user was answered.
pub(super) fn check(_: &Verify) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    let report = workspace::root().join("bench/results/isolation.md");
    let mut test = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
    process::run(
        test.arg("isolation::the_matrix_is_written")
            .env("ISOLATION_REPORT", report),
    )
}

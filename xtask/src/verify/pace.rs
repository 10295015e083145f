//! Whether a fleet calls a provider as often as it allows, and never more, also where Redis is slow or calls
//! arrive late: some minutes by the clock.

use anyhow::Result;

use super::Verify;
use crate::{debian, process, test, workspace};

/// Has four workers ask a model for more than two minutes' worth of lessons.
pub(super) fn check(_: &Verify) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    let mut test = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
    process::run(test.args([
        "model::pace::",
        "--",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]))
}

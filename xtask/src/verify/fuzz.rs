//! Arbitrary pages through the code that makes sections of them.

use anyhow::Result;

use super::Verify;
use crate::runner::Runner;

/// Runs the fuzz test for as long as asked. Not optimised: so an overflow is found, too.
pub(super) fn check(verify: &Verify) -> Result<()> {
    Runner::build()?.test(
        "ultudy-content",
        "fuzz::",
        &[
            ("FUZZ_MINUTES", verify.fuzz_minutes.to_string()),
            ("FUZZ_SEED", verify.fuzz_seed.to_string()),
        ],
    )
}

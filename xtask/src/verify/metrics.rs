//! What `/metrics` tells, by Prometheus' own tools.

use anyhow::Result;

use super::Verify;
use crate::{
    debian::{self, Package},
    process, test, workspace,
};

const PROMETHEUS: Package = Package {
    name: "prometheus",
    purpose: "checking and collecting what /metrics tells",
};

/// Has promtool check a scrape, and a Prometheus collect it.
pub(super) fn check(_: &Verify) -> Result<()> {
    debian::ensure(&test::PACKAGES)?;
    debian::ensure(&[PROMETHEUS])?;
    let mut test = workspace::cargo(["test", "--locked", "--workspace", "--test", "e2e"]);
    process::run(test.args(["metrics::a_real_prometheus", "--", "--ignored"]))
}

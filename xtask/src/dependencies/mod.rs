//! What comes from outside, held to `deny.toml`.
//!
//! The same file is cargo-deny's, which `cargo xtask verify` runs; building that tool takes longer
//! than all other checks of a change together, so these read its rules themselves.

mod bans;
mod licences;
mod policy;
mod sources;

use std::fs;

use anyhow::{Context as _, Result, bail};

use self::policy::Policy;
use crate::workspace;

/// Fails, with every reason, when something is used that `deny.toml` does not allow.
pub fn check() -> Result<()> {
    let file = fs::read_to_string(workspace::root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&file).context("deny.toml")?;
    let metadata = workspace::metadata().context("cargo metadata")?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        faults.extend(licences::fault(package, &policy.licenses));
        faults.extend(bans::fault(package, &policy.bans));
        faults.extend(sources::fault(package));
    }
    for package in metadata.workspace_packages() {
        faults.extend(bans::wildcards(package));
    }
    if faults.is_empty() {
        println!("{} packages hold to deny.toml", metadata.packages.len());
        return Ok(());
    }
    bail!("deny.toml does not allow:\n  {}", faults.join("\n  "))
}

#[cfg(test)]
mod fixture {
    use cargo_metadata::Package;
    use serde_json::json;

    /// A package that lies in the checkout, names no licence and depends on `dependencies`, each
    /// in any version.
    pub fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|name| {
                json!({ "name": name, "req": "*", "kind": null, "optional": false,
                "uses_default_features": true, "features": [] })
            })
            .collect();
        let package = json!({ "name": name, "version": "1.0.0", "id": name, "targets": [],
            "dependencies": dependencies, "features": {}, "manifest_path": "Cargo.toml" });
        serde_json::from_value(package).unwrap()
    }
}

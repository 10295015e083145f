//! What comes from outside, held to `deny.toml`.
//!
//! The same file is cargo-deny's, which `cargo xtask verify` runs; building that tool takes longer
//! than all other checks of a change together, so these read its rules themselves.

mod bans;
mod licences;
mod policy;
mod sources;

use std::{collections::BTreeSet, fs};

use anyhow::{Context as _, Result, bail};

use self::policy::Policy;
use crate::{process, workspace};

/// Fails, with every reason, when something is used that `deny.toml` does not allow.
pub fn check() -> Result<()> {
    let file = fs::read_to_string(workspace::root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&file).context("deny.toml")?;
    let metadata = workspace::metadata().context("cargo metadata")?;
    let used = used()?;
    let packages = metadata
        .packages
        .iter()
        .filter(|package| used.contains(&format!("{} v{}", package.name, package.version)));
    let mut faults = Vec::new();
    for package in packages {
        faults.extend(licences::fault(package, &policy.licenses));
        faults.extend(bans::fault(package, &policy.bans));
        faults.extend(sources::fault(package));
    }
    for package in metadata.workspace_packages() {
        faults.extend(bans::wildcards(package));
    }
    if faults.is_empty() {
        println!("{} packages hold to deny.toml", used.len());
        return Ok(());
    }
    bail!("deny.toml does not allow:\n  {}", faults.join("\n  "))
}

/// Every package that is built for some system. `cargo metadata` names others, too: those that
/// would be built differently if somebody chose them (`ring?/alloc`), which nobody does.
fn used() -> Result<BTreeSet<String>> {
    let all = [
        "--workspace",
        "--all-features",
        "--target=all",
        "--edges=all",
    ];
    let mut tree = workspace::cargo(["tree", "--locked", "--prefix=none", "--format={p}"]);
    let tree = process::output(tree.args(all))?;
    let packages = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    Ok(packages.collect())
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

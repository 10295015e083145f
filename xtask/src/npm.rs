//! Packages of npm that the tests start, each set installed into a folder of target/.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    debian::{self, Package},
    process, workspace,
};

/// Packages that are installed together.
struct Set {
    /// The folder.
    name: &'static str,
    /// What they are needed for, after "for".
    purpose: &'static str,
    manifest: &'static str,
    lock: &'static str,
}

macro_rules! set {
    ($name:literal, $purpose:literal) => {
        Set {
            name: $name,
            purpose: $purpose,
            manifest: include_str!(concat!(
                "../../crates/ultudy-testkit/",
                $name,
                "/package.json"
            )),
            lock: include_str!(concat!(
                "../../crates/ultudy-testkit/",
                $name,
                "/package-lock.json"
            )),
        }
    };
}

const SETS: [Set; 2] = [
    set!("oidc-provider", "the tests of signing in at a provider"),
    set!("bull", "the tests and measurements of a queue beside Bull"),
];

/// What a check of `cargo xtask verify` needs, and no test.
const AZURITE: Set = set!("azurite", "the check of files at Azure");

/// Debian 12's are new enough.
const PACKAGES: [Package; 2] = [
    Package {
        name: "nodejs",
        purpose: "the tests with programs of npm",
    },
    Package {
        name: "npm",
        purpose: "installing those programs",
    },
];

/// Installs them, but for those that are there.
pub fn ensure() -> Result<()> {
    SETS.iter().try_for_each(Set::ensure)
}

/// Installs azurite, unless it is there.
pub fn ensure_azurite() -> Result<()> {
    AZURITE.ensure()
}

impl Set {
    fn ensure(&self) -> Result<()> {
        let folder = workspace::target_directory()?.join(self.name);
        let installed = folder.join("installed.json");
        if fs::read_to_string(&installed).is_ok_and(|lock| lock == self.lock) {
            return Ok(());
        }
        let has = |program: &str| process::succeeds(Command::new(program).arg("--version"));
        if !has("node") || !has("npm") {
            debian::ensure(&PACKAGES)?;
        }
        println!("installing npm packages for {}", self.purpose);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), self.manifest)?;
        fs::write(folder.join("package-lock.json"), self.lock)?;
        let mut npm = Command::new("npm");
        npm.current_dir(&folder).args([
            "ci",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ]);
        process::run(&mut npm).with_context(|| format!("the packages of {}", self.name))?;
        // Last: what was interrupted is done again.
        Ok(fs::write(installed, self.lock)?)
    }
}

//! `cargo xtask test`: every test, the fast ones first.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::{
    debian::{self, Package},
    npm, process,
    runner::Runner,
};

/// What the tests start beside the program itself.
pub const PACKAGES: [Package; 9] = [
    Package {
        name: "postgresql",
        purpose: "the store's tests on PostgreSQL",
    },
    Package {
        name: "pgbouncer",
        purpose: "the store's tests through a connection pooler",
    },
    Package {
        name: "redis-server",
        purpose: "the tests of queue, cache, limits and events over Redis",
    },
    Package {
        name: "nginx",
        purpose: "the tests of API servers behind a load balancer",
    },
    Package {
        name: "chromium",
        purpose: "the tests of the pages",
    },
    Package {
        name: "chromium-driver",
        purpose: "steering that browser",
    },
    Package {
        name: "tesseract-ocr",
        purpose: "the tests that read scans",
    },
    Package {
        name: "qpdf",
        purpose: "encrypting the files of tests about passwords",
    },
    Package {
        name: "libfaketime",
        purpose: "the tests of machines whose clocks are off",
    },
];

/// A group of crates whose tests run together.
pub struct Tier {
    /// Its name on the command line.
    pub name: &'static str,
    /// The crates in it.
    pub crates: &'static [&'static str],
    /// How long one program that runs tests of them may take.
    limit: Duration,
    /// Where their servers keep rows.
    database: Database,
}

/// Which database the servers that tests start run on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file of each server's own.
    Sqlite,
    /// One server for all, through PgBouncer.
    Postgres,
}

/// Fast first: a broken rule is told before a browser starts. Each limit is several times what the
/// tier takes on two cores; it is there for a test that hangs.
const TIERS: [Tier; 4] = [
    Tier {
        name: "rules",
        crates: &["ultudy-domain", "ultudy-llm", "ultudy-testkit", "xtask"],
        limit: Duration::from_secs(3 * 60),
        database: Database::Sqlite,
    },
    Tier {
        name: "parts",
        crates: &[
            "ultudy-content",
            "ultudy-engines",
            "ultudy-store",
            "ultudy-app",
            "ultudy-http",
        ],
        limit: Duration::from_secs(6 * 60),
        database: Database::Sqlite,
    },
    Tier {
        name: "whole",
        crates: &["ultudy"],
        limit: Duration::from_secs(12 * 60),
        database: Database::Sqlite,
    },
    Tier {
        name: "postgres",
        crates: &["ultudy"],
        limit: Duration::from_secs(12 * 60),
        database: Database::Postgres,
    },
];

/// Every test, fast ones first, after installing what they need
#[derive(Args, Default)]
pub struct Test {
    /// Run this tier alone: rules, parts, whole or postgres
    #[arg(long)]
    tier: Option<String>,
}

impl Test {
    /// Installs, builds once, then runs tier by tier and stops at the first that fails.
    pub fn run(&self) -> Result<()> {
        let tiers = self.tiers()?;
        debian::ensure(&PACKAGES)?;
        npm::ensure()?;
        let started = Instant::now();
        let runner = Runner::build()?;
        println!("-- built in {}", process::words(started.elapsed()));
        for tier in tiers {
            println!("-- tier {}: {}", tier.name, tier.crates.join(", "));
            let started = Instant::now();
            runner.run(tier.crates, tier.limit, tier.database)?;
            println!(
                "-- tier {}: {}",
                tier.name,
                process::words(started.elapsed())
            );
        }
        Ok(())
    }

    fn tiers(&self) -> Result<Vec<&'static Tier>> {
        let chosen: Vec<_> = TIERS
            .iter()
            .filter(|tier| self.tier.as_ref().is_none_or(|name| name == tier.name))
            .collect();
        if chosen.is_empty() {
            bail!("no such tier; there are rules, parts, whole and postgres");
        }
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cargo_metadata::MetadataCommand;

    use super::*;
    use crate::workspace;

    #[test]
    fn every_crate_with_tests_is_in_exactly_one_tier_without_a_server() {
        let mut command = MetadataCommand::new();
        let metadata = command
            .current_dir(workspace::root())
            .no_deps()
            .exec()
            .unwrap();
        let members = metadata.workspace_packages();
        let names: BTreeSet<&str> = members
            .iter()
            .filter(|package| package.targets.iter().any(|target| target.test))
            .map(|package| package.name.as_str())
            .collect();
        let tiers = TIERS
            .iter()
            .filter(|tier| tier.database == Database::Sqlite);
        let tiered: Vec<&str> = tiers.flat_map(|tier| tier.crates).copied().collect();
        assert_eq!(names, tiered.iter().copied().collect());
        assert_eq!(names.len(), tiered.len());
    }
}

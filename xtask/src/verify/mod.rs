//! `cargo xtask verify`: checks by heavy outside tools, too slow for every change.

mod dependencies;
mod deploy;
mod embeddings;
mod fuzz;
mod interop;
mod isolation;
mod kubernetes;
mod llm;
mod metrics;
mod mutations;
mod pace;
mod storage;

use anyhow::{Result, bail};
use clap::Args;

/// The checks, by name on the command line.
const CHECKS: [(&str, Check); 12] = [
    ("dependencies", dependencies::check),
    ("mutations", mutations::check),
    ("fuzz", fuzz::check),
    ("isolation", isolation::check),
    ("interop", interop::check),
    ("metrics", metrics::check),
    ("kubernetes", kubernetes::check),
    ("deploy", deploy::check),
    ("storage", storage::check),
    ("embeddings", embeddings::check),
    ("pace", pace::check),
    ("llm", llm::check),
];

type Check = fn(&Verify) -> Result<()>;

/// Checks that are too heavy for every change (dependencies, mutations, fuzz, isolation, interop,
/// metrics, kubernetes, deploy, storage, embeddings, pace, llm)
#[derive(Args)]
pub struct Verify {
    /// What to check; everything if none is named
    names: Vec<String>,
    /// Also ask the network: for published security advisories about what we use
    #[arg(long)]
    online: bool,
    /// Minutes of arbitrary pages through the code that makes sections of them
    #[arg(long, value_name = "N", default_value_t = 1)]
    fuzz_minutes: u64,
    /// The first of them, to go on where the last run ended
    #[arg(long, value_name = "N", default_value_t = 0)]
    fuzz_seed: u64,
}

impl Verify {
    /// Runs the chosen checks, installing what is missing.
    pub fn run(&self) -> Result<()> {
        for name in &self.names {
            if !CHECKS.iter().any(|(known, _)| known == name) {
                bail!("no check is called {name}; see --help");
            }
        }
        let wanted = |name: &str| self.names.is_empty() || self.names.iter().any(|n| n == name);
        for (name, check) in CHECKS {
            if wanted(name) {
                println!("== {name}");
                check(self)?;
            }
        }
        Ok(())
    }
}

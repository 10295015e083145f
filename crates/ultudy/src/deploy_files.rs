//! What stands in deploy/ about this program is held against it.

use std::{collections::BTreeSet, fs, path::Path};

use clap::CommandFactory as _;

use crate::{Cli, config};

mod compose;
mod dockerfile;
mod nginx;

/// A file of deploy/.
fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The settings, and the variables that name files with those that are secrets.
fn variables() -> BTreeSet<String> {
    let defaults: toml::Table = toml::from_str(config::DEFAULTS).unwrap();
    let by_file = config::SECRETS.iter().map(|name| format!("{name}_FILE"));
    defaults.keys().cloned().chain(by_file).collect()
}

/// A setting's default.
fn default(name: &str) -> u64 {
    let defaults: toml::Table = toml::from_str(config::DEFAULTS).unwrap();
    defaults[name].as_str().unwrap().parse().unwrap()
}

fn is_command(name: &str) -> bool {
    Cli::command().find_subcommand(name).is_some()
}

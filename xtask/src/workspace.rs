//! Where things are in the checkout.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand};

/// The checkout's root.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// `cargo`, the very one that runs this program, at the root.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(arguments);
    cargo
}

/// The folder that cargo builds into.
pub fn target_directory() -> cargo_metadata::Result<PathBuf> {
    let mut command = MetadataCommand::new();
    let metadata = command.current_dir(root()).no_deps().exec()?;
    Ok(metadata.target_directory.into())
}

/// The workspace's crates and everything they depend on.
pub fn metadata() -> cargo_metadata::Result<Metadata> {
    let mut command = MetadataCommand::new();
    command
        .current_dir(root())
        .other_options(["--locked".to_owned()])
        .exec()
}

//! Certificates that nobody but a test trusts.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::Result;

/// A certificate, signed by itself, and its key, in files.
#[derive(Debug)]
pub struct Certificate {
    folder: TempDir,
    path: PathBuf,
    key_path: PathBuf,
}

impl Certificate {
    /// One for `localhost`.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub fn for_localhost() -> Result<Self> {
        let made = generate_simple_self_signed(["localhost".to_owned()]);
        let CertifiedKey { cert, signing_key } = made.map_err(io::Error::other)?;
        let folder = tempfile::tempdir()?;
        let (path, key_path) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        fs::write(&path, cert.pem())?;
        fs::write(&key_path, signing_key.serialize_pem())?;
        Ok(Self {
            folder,
            path,
            key_path,
        })
    }

    /// The certificate, as `SSL_CERT_FILE` takes it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its private key.
    pub fn key_path(&self) -> &Path {
        &self.key_path
    }

    /// Where both lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

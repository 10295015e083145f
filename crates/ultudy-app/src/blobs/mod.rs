//! Uploaded files in the object store.
//!
//! A file is written once under a key of its own and never changed. Which key holds which
//! content is in the `blobs` rows; so deleting an old copy can never hit a new one.

use std::{fs::File, io::Seek, path::PathBuf, sync::Arc};

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt, PutPayload, path::Path,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt as _, BufWriter};
use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{Error, Result};

pub mod arrival;
mod asked;
mod writer;

pub use asked::Fault;
use asked::{Operation, asked, broke_off, fault, is_missing, told};
use writer::Writer;

/// What a file must hold in its first kilobyte to be taken for a PDF (ISO 32000-1, 7.5.2,
/// with the allowance Adobe's note 13 makes for bytes before it).
const PDF_MARK: &[u8] = b"%PDF-";
/// How far into a file that is looked for, in bytes.
pub const MARK_WITHIN: usize = 1_024;
/// What a student is told of a file that is not one.
pub const NOT_A_PDF: &str = "This is not a PDF file. Please choose a PDF.";
/// Bytes written to this machine's disk in one go.
const SPOOLED_AT_ONCE: usize = 1 << 20;
/// Where files lie in the store.
const PREFIX: &str = "blobs";
/// A file that is written, read and deleted to see whether that can be done.
const TRIAL: &str = "ultudy-check";

/// The object store, and a folder for files on their way to a child process.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The same for whoever waits before a page.
    hasty: Arc<dyn ObjectStore>,
    temp_dir: PathBuf,
    staging_dir: Option<PathBuf>,
}

/// What a store holds under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

/// A file in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// By the store's clock.
    pub stored_at: Timestamp,
}

/// A file that arrived whole and is nobody's yet: deleted again unless [`Self::keep`] is
/// called.
pub struct Incoming {
    blobs: Blobs,
    key: Option<String>,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// Length in bytes.
    pub size: u64,
}

impl Blobs {
    /// Files in `store`; `temp_dir` holds copies for child processes when the store is not
    /// on this machine's disk.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, temp_dir: PathBuf) -> Self {
        Self {
            hasty: store.clone(),
            store,
            temp_dir,
            staging_dir: None,
        }
    }

    /// The same store by a client that gives up sooner: for pages, and to see whether it answers.
    #[must_use]
    pub fn with_hasty(self, hasty: Arc<dyn ObjectStore>) -> Self {
        Self { hasty, ..self }
    }

    /// For a store that is a folder on this machine's disk.
    #[must_use]
    pub fn in_folder(self, folder: &std::path::Path) -> Self {
        Self {
            staging_dir: Some(folder.join(PREFIX)),
            ..self
        }
    }

    /// Streams a PDF into the store under a new key while hashing it.
    ///
    /// # Errors
    /// [`Error::Unsupported`] as soon as its beginning is not a PDF's, [`Error::TooLarge`]
    /// as soon as it is longer than `bytes_max`, [`Error::Interrupted`] when the stream
    /// breaks; then nothing stays behind.
    pub async fn receive<E>(
        &self,
        id: Uuid,
        mut body: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        bytes_max: u64,
    ) -> Result<Incoming> {
        let key = format!("{PREFIX}/{id}");
        let written = Writer::new(self, &key).write(&mut body, bytes_max).await?;
        Ok(Incoming {
            blobs: self.clone(),
            key: Some(key),
            sha256: written.sha256,
            size: written.size,
        })
    }

    /// Stores bytes made here, such as a figure, under a new key.
    ///
    /// # Errors
    /// The store does not take them; then nothing stays behind.
    pub async fn put(&self, id: Uuid, bytes: Vec<u8>) -> Result<Incoming> {
        let key = format!("{PREFIX}/{id}");
        let (sha256, size) = (hex::encode(Sha256::digest(&bytes)), bytes.len() as u64);
        let incoming = Incoming {
            blobs: self.clone(),
            key: Some(key),
            sha256,
            size,
        };
        let path = Path::from(incoming.key());
        let put = self.store.put(&path, PutPayload::from(bytes));
        asked(Operation::Put, put).await.map_err(told)?;
        Ok(incoming)
    }

    /// The file, opened: the stored one itself where it lies on this disk, else a copy
    /// that vanishes when closed.
    ///
    /// # Errors
    /// The store does not answer, or the object is gone.
    pub async fn open(&self, key: &str) -> Result<File> {
        let path = Path::from(key);
        let found = asked(Operation::Get, self.store.get(&path)).await;
        match found.map_err(told)?.payload {
            GetResultPayload::File(file, _) => Ok(file),
            GetResultPayload::Stream(stream) => self.spool(stream).await,
        }
    }

    async fn spool(
        &self,
        mut stream: BoxStream<'static, object_store::Result<Bytes>>,
    ) -> Result<File> {
        let file = tempfile::tempfile_in(&self.temp_dir).map_err(Error::unavailable)?;
        // A network gives a file in thousands of pieces.
        let mut file = BufWriter::with_capacity(SPOOLED_AT_ONCE, tokio::fs::File::from_std(file));
        while let Some(bytes) = stream.try_next().await.map_err(told)? {
            file.write_all(&bytes).await.map_err(Error::unavailable)?;
        }
        file.flush().await.map_err(Error::unavailable)?;
        let mut file = file.into_inner().into_std().await;
        file.rewind().map_err(Error::unavailable)?;
        Ok(file)
    }

    /// The bytes of a stored file in `range`, as a stream.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store does not answer within 5 seconds, [`Error::FileLost`] if
    /// the object is gone.
    pub async fn read(
        &self,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let path = Path::from(key);
        let found = asked(Operation::Read, self.hasty.get_opts(&path, options)).await;
        let bytes = found.map_err(told)?.into_stream();
        let key = key.to_owned();
        Ok(bytes
            .inspect_err(move |error| broke_off(&key, error))
            .boxed())
    }

    /// Reads the whole file of this key to tell what it is; none if there is none.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn stored(&self, key: &str) -> Result<Option<Stored>> {
        let Some(mut body) = self.stream(key).await? else {
            return Ok(None);
        };
        let (mut hasher, mut size) = (Sha256::new(), 0);
        while let Some(bytes) = body.try_next().await.map_err(told)? {
            hasher.update(&bytes);
            size += bytes.len() as u64;
        }
        let sha256 = hex::encode(hasher.finalize());
        Ok(Some(Stored { sha256, size }))
    }

    /// Whether there is a file of this key.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn holds(&self, key: &str) -> Result<bool> {
        match asked(Operation::Head, self.store.head(&Path::from(key))).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(told(error)),
        }
    }

    /// Copies a file of another store under the same key; what was copied, or none if it is
    /// not there.
    ///
    /// # Errors
    /// One of the stores does not answer; then nothing new stays behind.
    pub async fn copy_from(&self, other: &Self, key: &str) -> Result<Option<Stored>> {
        let Some(mut body) = other.stream(key).await? else {
            return Ok(None);
        };
        let copied = Writer::of_copy(self, key).write(&mut body, u64::MAX).await;
        copied.map(Some).map_err(|error| match error {
            Error::Interrupted => Error::Unavailable("it broke off while read".into()),
            error => error,
        })
    }

    async fn stream(
        &self,
        key: &str,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        match asked(Operation::Get, self.store.get(&Path::from(key))).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(told(error)),
        }
    }

    /// Deletes an object; one that is gone already is fine. A failure leaves an orphan,
    /// which is logged, not an error for the caller.
    pub async fn delete(&self, key: &str) {
        match asked(Operation::Delete, self.store.delete(&Path::from(key))).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%key, %error, "an object nobody refers to stays behind"),
        }
    }

    /// How old a file must be, by the store's own date, for its row to be there if it ever will. A
    /// bucket dates a file that came in parts from when it began to come.
    #[must_use]
    pub fn grace(&self) -> TimeDelta {
        match self.staging_dir {
            Some(_) => arrival::WHOLE,
            None => arrival::BEGUN,
        }
    }

    /// All files.
    pub fn list(&self) -> impl Stream<Item = Result<Listed>> + use<> {
        let listed = self.store.list(Some(&Path::from(PREFIX)));
        listed
            .map_ok(|object| Listed {
                key: object.location.to_string(),
                stored_at: object.last_modified,
            })
            .map_err(told)
    }

    /// Deletes what uploads that broke off with this program left half-written; how many. What any
    /// process still writes to has been written to more lately than that. Only a folder keeps such
    /// files; other stores are told to forget them by a lifecycle rule.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn sweep_half_written(&self, now: Timestamp) -> Result<usize> {
        let Some(folder) = self.staging_dir.clone() else {
            return Ok(0);
        };
        let moment = now - arrival::STALLED;
        let swept = tokio::task::spawn_blocking(move || sweep_staged(&folder, moment));
        swept
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)
    }

    /// Whether the store answers, and has the bucket.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        let trial = Path::from(TRIAL);
        match asked(Operation::Check, self.hasty.get(&trial)).await {
            Err(error) if !is_missing(&error) => Err(Error::Unavailable(error.into())),
            _ => Ok(()),
        }
    }

    /// Whether all that is done with the store can be done: files are listed, written, read and
    /// deleted.
    ///
    /// # Errors
    /// The first that cannot, and why.
    pub async fn check(&self) -> std::result::Result<(), Fault> {
        let (prefix, trial) = (Path::from(PREFIX), Path::from(TRIAL));
        let list = async {
            let first = self.hasty.list(Some(&prefix)).next().await;
            first.transpose()
        };
        tried("list files", list).await?;
        tried("write", self.hasty.put(&trial, PutPayload::new())).await?;
        let read = async {
            match self.hasty.get(&trial).await {
                // Another process that starts at this moment has deleted it.
                Err(error) if is_missing(&error) => Ok(None),
                found => found.map(Some),
            }
        };
        tried("read", read).await?;
        tried("delete", self.hasty.delete(&trial)).await
    }
}

async fn tried<T>(
    what: &str,
    asking: impl Future<Output = object_store::Result<T>>,
) -> std::result::Result<(), Fault> {
    let done = asked(Operation::Check, asking).await;
    done.map(|_| ()).map_err(|error| match fault(&error) {
        Fault::Refused(why) => Fault::Refused(format!("cannot {what}: {why}")),
        Fault::Away(why) => Fault::Away(format!("cannot {what}: {why}")),
    })
}

impl Incoming {
    /// The file's key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// It belongs to a committed row now.
    pub fn keep(mut self) {
        self.key = None;
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let (Some(key), Ok(runtime)) = (self.key.take(), tokio::runtime::Handle::try_current()) {
            let blobs = self.blobs.clone();
            runtime.spawn(async move { blobs.delete(&key).await });
        }
    }
}

/// Whether a file that begins with `head` is taken for a PDF; looks at the first
/// [`MARK_WITHIN`] bytes.
#[must_use]
pub fn is_pdf(head: &[u8]) -> bool {
    let head = &head[..head.len().min(MARK_WITHIN)];
    head.windows(PDF_MARK.len())
        .any(|window| window == PDF_MARK)
}

/// object_store's folders stage an upload beside its place, under its name, `#` and a
/// number, and never list what is staged.
fn sweep_staged(folder: &std::path::Path, moment: Timestamp) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut swept = 0;
    for entry in entries {
        let entry = entry?;
        let staged = entry.file_name().to_string_lossy().contains('#');
        if staged && Timestamp::from(entry.metadata()?.modified()?) < moment {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

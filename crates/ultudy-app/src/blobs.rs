//! Uploaded files in the object store.
//!
//! A file is written once under a key of its own and never changed. Which key holds which
//! content is in the `blobs` rows; so deleting an old copy can never hit a new one.

use std::{fs::File, io::Seek, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt,
    PutPayload, path::Path,
};
use sha2::{Digest, Sha256};
use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::{Error, Result};

/// Bytes sent to the object store in one go: S3's smallest part.
const PART_BYTES: usize = 5 << 20;
/// What a file must hold in its first kilobyte to be taken for a PDF (ISO 32000-1, 7.5.2,
/// with the allowance Adobe's note 13 makes for bytes before it).
const PDF_MARK: &[u8] = b"%PDF-";
/// How far into a file that is looked for, in bytes.
pub const MARK_WITHIN: usize = 1_024;
/// What a student is told of a file that is not one.
pub const NOT_A_PDF: &str = "This is not a PDF file. Please choose a PDF.";
/// Where files lie in the store.
const PREFIX: &str = "blobs";

/// The object store, and a folder for files on their way to a child process.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
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
            store,
            temp_dir,
            staging_dir: None,
        }
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
        let mut writer =
            PartWriter::new(self.store.put_multipart(&Path::from(key.as_str())).await?);
        let received = writer.copy(&mut body, bytes_max).await;
        match received {
            Ok((sha256, size)) => Ok(Incoming {
                blobs: self.clone(),
                key: Some(key),
                sha256,
                size,
            }),
            Err(error) => {
                if let Err(abort) = writer.upload.abort().await {
                    tracing::warn!(%key, error = %abort, "could not discard a refused upload");
                }
                Err(error)
            }
        }
    }

    /// Stores bytes made here, such as a figure, under a new key.
    ///
    /// # Errors
    /// The store does not take them; then nothing stays behind.
    pub async fn put(&self, id: Uuid, bytes: Vec<u8>) -> Result<Incoming> {
        let key = format!("blobs/{id}");
        let (sha256, size) = (hex::encode(Sha256::digest(&bytes)), bytes.len() as u64);
        let incoming = Incoming {
            blobs: self.clone(),
            key: Some(key),
            sha256,
            size,
        };
        let path = Path::from(incoming.key());
        self.store.put(&path, PutPayload::from(bytes)).await?;
        Ok(incoming)
    }

    /// The file, opened: the stored one itself where it lies on this disk, else a copy
    /// that vanishes when closed.
    ///
    /// # Errors
    /// The store does not answer, or the object is gone.
    pub async fn open(&self, key: &str) -> Result<File> {
        match self.store.get(&Path::from(key)).await?.payload {
            GetResultPayload::File(file, _) => Ok(file),
            GetResultPayload::Stream(stream) => self.spool(stream).await,
        }
    }

    async fn spool(
        &self,
        mut stream: BoxStream<'static, object_store::Result<Bytes>>,
    ) -> Result<File> {
        let mut file = tempfile::tempfile_in(&self.temp_dir).map_err(Error::internal)?;
        while let Some(bytes) = stream.try_next().await? {
            file = write_off_thread(file, bytes).await?;
        }
        file.rewind().map_err(Error::internal)?;
        Ok(file)
    }

    /// The bytes of a stored file in `range`, as a stream.
    ///
    /// # Errors
    /// The store does not answer, or the object is gone.
    pub async fn read(
        &self,
        key: &str,
        range: std::ops::Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        Ok(self
            .store
            .get_opts(&Path::from(key), options)
            .await?
            .into_stream())
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
        while let Some(bytes) = body.try_next().await? {
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
        match self.store.head(&Path::from(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
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
        let upload = self.store.put_multipart(&Path::from(key)).await?;
        let mut writer = PartWriter {
            // What it is was judged when it was received.
            is_pdf: true,
            ..PartWriter::new(upload)
        };
        match writer.copy(&mut body, u64::MAX).await {
            Ok((sha256, size)) => Ok(Some(Stored { sha256, size })),
            Err(error) => {
                if let Err(abort) = writer.upload.abort().await {
                    tracing::warn!(%key, error = %abort, "could not discard half a copy");
                }
                Err(match error {
                    Error::Interrupted => Error::Unavailable("it broke off while read".into()),
                    error => error,
                })
            }
        }
    }

    async fn stream(
        &self,
        key: &str,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        match self.store.get(&Path::from(key)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object; one that is gone already is fine. A failure leaves an orphan,
    /// which is logged, not an error for the caller.
    pub async fn delete(&self, key: &str) {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%key, %error, "an object nobody refers to stays behind"),
        }
    }

    /// The keys of files that were stored before `moment`.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn older_than(&self, moment: Timestamp) -> Result<Vec<String>> {
        let listed = self.store.list(Some(&Path::from(PREFIX)));
        let old = listed.try_filter(|object| std::future::ready(object.last_modified < moment));
        Ok(old
            .map_ok(|object| object.location.to_string())
            .try_collect()
            .await?)
    }

    /// Deletes what uploads that broke off with this program left half-written before
    /// `moment`; how many. Only a folder keeps such files; other stores are told to forget
    /// them by a lifecycle rule.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn sweep_half_written(&self, moment: Timestamp) -> Result<usize> {
        let Some(folder) = self.staging_dir.clone() else {
            return Ok(0);
        };
        let swept = tokio::task::spawn_blocking(move || sweep_staged(&folder, moment));
        swept
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<()> {
        let prefix = Path::from(PREFIX);
        match self.store.list(Some(&prefix)).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(error.into()),
        }
    }
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

/// Cuts a body into parts, hashing and judging it on the way.
struct PartWriter {
    upload: Box<dyn MultipartUpload>,
    buffer: Vec<u8>,
    hasher: Sha256,
    size: u64,
    is_pdf: bool,
}

impl PartWriter {
    fn new(upload: Box<dyn MultipartUpload>) -> Self {
        Self {
            upload,
            buffer: Vec::new(),
            hasher: Sha256::new(),
            size: 0,
            is_pdf: false,
        }
    }

    async fn copy<E>(
        &mut self,
        body: &mut (impl Stream<Item = std::result::Result<Bytes, E>> + Unpin),
        bytes_max: u64,
    ) -> Result<(String, u64)> {
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|_| Error::Interrupted)?;
            self.size += bytes.len() as u64;
            if self.size > bytes_max {
                return Err(Error::TooLarge {
                    limit_bytes: bytes_max,
                });
            }
            self.hasher.update(&bytes);
            self.buffer.extend_from_slice(&bytes);
            self.judge(self.buffer.len() >= MARK_WITHIN)?;
            if self.buffer.len() >= PART_BYTES {
                self.flush().await?;
            }
        }
        self.judge(true)?;
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        self.upload.complete().await?;
        Ok((
            hex::encode(std::mem::take(&mut self.hasher).finalize()),
            self.size,
        ))
    }

    /// Looks for the mark of a PDF; without it, `enough` bytes are a refusal.
    fn judge(&mut self, enough: bool) -> Result<()> {
        if self.is_pdf {
            return Ok(());
        }
        self.is_pdf = is_pdf(&self.buffer);
        if self.is_pdf || !enough {
            return Ok(());
        }
        Err(Error::Unsupported(NOT_A_PDF.into()))
    }

    async fn flush(&mut self) -> Result<()> {
        let part = std::mem::take(&mut self.buffer);
        self.upload.put_part(PutPayload::from(part)).await?;
        Ok(())
    }
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

async fn write_off_thread(mut file: File, bytes: Bytes) -> Result<File> {
    let written = tokio::task::spawn_blocking(move || {
        std::io::Write::write_all(&mut file, &bytes).map(|()| file)
    });
    written
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}

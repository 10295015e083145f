//! A file on its way into the store: as a whole if it is small, else in parts, of which one is sent
//! while the next arrives.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, path::Path};
use sha2::{Digest, Sha256};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{
    Blobs, MARK_WITHIN, NOT_A_PDF, Stored,
    arrival::PART_BYTES,
    asked::{Operation, asked, told},
    is_pdf,
};
use crate::{Error, Result};

/// Cuts a body into parts, hashing and judging it on the way. Dropped before the end, it leaves
/// nothing behind.
pub(super) struct Writer {
    begun: Option<Begun>,
    buffer: BytesMut,
    hasher: Sha256,
    size: u64,
    is_pdf: bool,
}

/// What the store has of it so far.
struct Begun {
    blobs: Blobs,
    path: Path,
    /// In tasks of their own: stopped in the middle, what the store makes of them could not be taken
    /// back.
    opening: Option<JoinHandle<object_store::Result<Box<dyn MultipartUpload>>>>,
    upload: Option<Box<dyn MultipartUpload>>,
    sending: Option<JoinHandle<object_store::Result<()>>>,
    /// Whether it may be there as a whole.
    may_be_there: bool,
}

impl Writer {
    /// A file that is to have this key.
    pub(super) fn new(blobs: &Blobs, key: &str) -> Self {
        Self {
            begun: Some(Begun {
                blobs: blobs.clone(),
                path: Path::from(key),
                opening: None,
                upload: None,
                sending: None,
                may_be_there: false,
            }),
            buffer: BytesMut::new(),
            hasher: Sha256::new(),
            size: 0,
            is_pdf: false,
        }
    }

    /// A copy of a file that was judged when it was received.
    pub(super) fn of_copy(blobs: &Blobs, key: &str) -> Self {
        let mut writer = Self::new(blobs, key);
        writer.is_pdf = true;
        writer
    }

    /// Writes all of the body; what it was. On an error, what there is of it is taken back.
    pub(super) async fn write<E>(
        mut self,
        body: &mut (impl Stream<Item = std::result::Result<Bytes, E>> + Unpin),
        bytes_max: u64,
    ) -> Result<Stored> {
        let written = self.copy(body, bytes_max).await;
        let begun = self.begun.take();
        if let (Err(error), Some(begun)) = (&written, begun) {
            // A task, so that it ends though whoever waits for it goes away.
            let discarding = tokio::spawn(begun.discard());
            // Who does not take it will hardly be quick to give it back.
            if !matches!(error, Error::Unavailable(_)) {
                let _ = discarding.await;
            }
        }
        written
    }

    async fn copy<E>(
        &mut self,
        body: &mut (impl Stream<Item = std::result::Result<Bytes, E>> + Unpin),
        bytes_max: u64,
    ) -> Result<Stored> {
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
            while self.buffer.len() > PART_BYTES {
                let part = self.buffer.split_to(PART_BYTES).freeze();
                self.begun()?.send(part).await?;
            }
        }
        self.judge(true)?;
        let (size, rest) = (self.size, std::mem::take(&mut self.buffer).freeze());
        self.begun()?.finish(rest, size).await?;
        let sha256 = hex::encode(std::mem::take(&mut self.hasher).finalize());
        Ok(Stored { sha256, size })
    }

    fn begun(&mut self) -> Result<&mut Begun> {
        self.begun
            .as_mut()
            .ok_or_else(|| Error::internal("a file that has ended goes on"))
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
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let (Some(begun), Ok(runtime)) = (self.begun.take(), Handle::try_current()) {
            runtime.spawn(begun.discard());
        }
    }
}

impl Begun {
    /// Sends a part, once the one before has arrived.
    async fn send(&mut self, part: Bytes) -> Result<()> {
        self.arrived().await?;
        self.opened().await?;
        if let Some(upload) = &mut self.upload {
            let part = upload.put_part(PutPayload::from(part));
            self.sending = Some(tokio::spawn(asked(Operation::Part, part)));
        }
        Ok(())
    }

    /// Has the store begin a file in parts, unless it has.
    async fn opened(&mut self) -> Result<()> {
        if self.upload.is_some() {
            return Ok(());
        }
        let (store, path) = (self.blobs.store.clone(), self.path.clone());
        let opening = async move { asked(Operation::Begin, store.put_multipart(&path)).await };
        let opening = self.opening.insert(tokio::spawn(opening));
        let opened = opening.await.map_err(Error::internal)?;
        self.opening = None;
        self.upload = Some(opened.map_err(away)?);
        Ok(())
    }

    /// Waits for the part that is on its way.
    async fn arrived(&mut self) -> Result<()> {
        let Some(sending) = &mut self.sending else {
            return Ok(());
        };
        let sent = sending.await.map_err(Error::internal)?;
        self.sending = None;
        sent.map_err(away)
    }

    /// Sends the last part, or the only one, and waits until it is there as a whole.
    async fn finish(&mut self, rest: Bytes, size: u64) -> Result<()> {
        if self.upload.is_some() {
            self.send(rest.clone()).await?;
            self.arrived().await?;
        }
        self.may_be_there = true;
        let done = match &mut self.upload {
            Some(upload) => asked(Operation::Complete, upload.complete()).await,
            None => {
                let put = self.blobs.store.put(&self.path, PutPayload::from(rest));
                asked(Operation::Put, put).await
            }
        };
        match done {
            Ok(_) => Ok(()),
            // The answer may have been lost, not the file: its end, asked for again, is then refused.
            Err(_) if self.is_there(size).await => Ok(()),
            Err(error) => Err(away(error)),
        }
    }

    /// Whether a file of this length is there. The key is nobody else's.
    async fn is_there(&mut self, size: u64) -> bool {
        let head = asked(Operation::Head, self.blobs.store.head(&self.path)).await;
        head.is_ok_and(|found| found.size == size)
    }

    /// Takes back what was written.
    async fn discard(mut self) {
        if let Some(opening) = self.opening.take() {
            self.upload = opening.await.ok().and_then(std::result::Result::ok);
        }
        if let Some(sending) = self.sending.take() {
            // Whether it arrived does not matter any more, only that it does not after the rest has gone.
            let _ = sending.await;
        }
        if let Some(mut upload) = self.upload.take()
            && let Err(error) = asked(Operation::Abort, upload.abort()).await
            && !self.may_be_there
        {
            tracing::warn!(key = %self.path, %error, "parts of an upload stay behind");
        }
        if self.may_be_there {
            self.blobs.delete(self.path.as_ref()).await;
        }
    }
}

/// Nothing that is missing here is somebody's file.
fn away(error: object_store::Error) -> Error {
    match told(error) {
        Error::FileLost(source) => Error::Unavailable(source),
        error => error,
    }
}

//! Files in a folder and in a bucket: the same promises at both.

use std::{convert::Infallible, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use object_store::{
    BackoffConfig, ObjectStore, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem,
};
use tempfile::TempDir;
use ultudy_app::blobs::Blobs;
use ultudy_testkit::{
    s3::{ACCESS_KEY, BUCKET, S3, SECRET_KEY},
    wait,
};
use uuid::Uuid;

mod conformance;
mod failures;

/// Longest that something may take that is done behind an answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than any file here.
const ANY_SIZE: u64 = 100 << 20;
const MIB: usize = 1 << 20;

/// A bucket, and what reaches it.
struct Bucket {
    s3: S3,
    blobs: Blobs,
    temp: TempDir,
}

impl Bucket {
    fn start() -> Self {
        Self::by(SECRET_KEY)
    }

    /// With this secret.
    fn by(secret: &str) -> Self {
        let s3 = S3::start().unwrap();
        let temp = tempfile::tempdir().unwrap();
        let blobs = blobs_in(client(s3.port(), BUCKET, secret), temp.path());
        Self { s3, blobs, temp }
    }

    /// Waits until nothing is left there, nor of what was begun.
    async fn is_empty_soon(&self) {
        let empty = wait::until("the bucket is empty", PATIENCE, async || {
            self.s3.keys().is_empty() && self.s3.unfinished() == 0
        });
        assert!(empty.await.is_ok(), "{:?}", self.s3.keys());
    }
}

/// What reaches a bucket, and tries again for half a second.
pub fn client(port: u16, bucket: &str, secret: &str) -> Arc<dyn ObjectStore> {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(5),
        max_backoff: Duration::from_millis(50),
        base: 2.0,
    };
    let retry = RetryConfig {
        backoff,
        max_retries: 5,
        retry_timeout: Duration::from_secs(25),
    };
    let store = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_endpoint(format!("http://127.0.0.1:{port}"))
        .with_allow_http(true)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(secret)
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .build();
    Arc::new(store.unwrap())
}

/// Files there, and their copies here.
pub fn blobs_in(store: Arc<dyn ObjectStore>, temp: &Path) -> Blobs {
    Blobs::new(store, temp.to_owned())
}

fn folder(folder: &TempDir) -> Blobs {
    let store = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let store = store.with_automatic_cleanup(true);
    Blobs::new(Arc::new(store), folder.path().to_owned()).in_folder(folder.path())
}

/// A PDF's beginning, and then what tells each place from the others.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let rest = (0_u64..).flat_map(|n| (n ^ (n << 7)).to_le_bytes());
    file.extend(rest.take(bytes.saturating_sub(file.len())));
    file
}

/// A body in pieces as a network gives them.
fn pieces(body: &[u8]) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin + use<> {
    let pieces: Vec<_> = body
        .chunks(60_007)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

/// Stores a file for good; its key.
async fn store(blobs: &Blobs, id: u128, body: &[u8]) -> String {
    let incoming = blobs
        .receive(Uuid::from_u128(id), pieces(body), ANY_SIZE)
        .await
        .unwrap();
    assert_eq!(incoming.size, body.len() as u64);
    let key = incoming.key().to_owned();
    incoming.keep();
    key
}

async fn read(blobs: &Blobs, key: &str, range: std::ops::Range<u64>) -> Vec<u8> {
    let bytes = blobs.read(key, range).await.unwrap();
    let pieces: Vec<Bytes> = bytes.try_collect().await.unwrap();
    pieces.concat()
}

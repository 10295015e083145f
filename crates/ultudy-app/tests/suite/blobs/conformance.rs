//! What holds wherever files lie.

use std::{collections::BTreeSet, io::Read as _, sync::Arc};

use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::{aws::AmazonS3Builder, azure::MicrosoftAzureBuilder};
use ultudy_app::{
    Error,
    blobs::{Blobs, Listed},
};
use ultudy_testkit::{
    azurite::{self, Azurite},
    seaweedfs::{self, SeaweedFs},
    wait,
};
use uuid::Uuid;

use super::{ANY_SIZE, Bucket, MIB, PATIENCE, blobs_in, folder, pdf, pieces, read, store};

async fn keys(blobs: &Blobs) -> BTreeSet<String> {
    let listed: Vec<Listed> = blobs.list().try_collect().await.unwrap();
    listed.into_iter().map(|file| file.key).collect()
}

/// Names the one place where these tests are to run, when `cargo xtask verify storage` compares them.
const PLACE: &str = "TEST_STORAGE";

/// Runs it on a folder, then on a bucket, of which nothing may be left in the end; or on what
/// [`PLACE`] names.
async fn at_both(case: impl AsyncFn(&Blobs)) {
    let place = std::env::var(PLACE).unwrap_or_default();
    if matches!(place.as_str(), "" | "folder") {
        in_folder(&case).await;
    }
    if matches!(place.as_str(), "" | "s3") {
        in_bucket(&case).await;
    }
    if place == "azure" {
        in_container(&case).await;
    }
    if place == "seaweedfs" {
        in_seaweedfs(&case).await;
    }
}

/// By another's server of S3's protocol, which deploy/compose.yaml has.
async fn in_seaweedfs(case: &impl AsyncFn(&Blobs)) {
    let server = SeaweedFs::start().unwrap();
    let store = AmazonS3Builder::new()
        .with_bucket_name(seaweedfs::BUCKET)
        .with_endpoint(server.endpoint())
        .with_region("us-east-1")
        .with_access_key_id(seaweedfs::ACCESS_KEY)
        .with_secret_access_key(seaweedfs::SECRET_KEY)
        .with_disable_bulk_delete(true)
        .with_allow_http(true)
        .build();
    let temp = tempfile::tempdir().unwrap();
    let blobs = blobs_in(Arc::new(store.unwrap()), temp.path());
    case(&blobs).await;
    let emptied = wait::until("the bucket is empty", PATIENCE, async || {
        keys(&blobs).await.is_empty()
    });
    emptied.await.unwrap();
}

async fn in_container(case: &impl AsyncFn(&Blobs)) {
    let azurite = Azurite::start().unwrap();
    let store = MicrosoftAzureBuilder::new()
        .with_account(azurite::ACCOUNT)
        .with_access_key(azurite::KEY)
        .with_endpoint(azurite.endpoint().to_owned())
        .with_container_name(azurite::CONTAINER)
        .with_allow_http(true)
        .build();
    let temp = tempfile::tempdir().unwrap();
    let blobs = blobs_in(Arc::new(store.unwrap()), temp.path());
    case(&blobs).await;
    let emptied = wait::until("the container is empty", PATIENCE, async || {
        keys(&blobs).await.is_empty()
    });
    emptied.await.unwrap();
}

async fn in_folder(case: &impl AsyncFn(&Blobs)) {
    let temp = tempfile::tempdir().unwrap();
    case(&folder(&temp)).await;
    let emptied = wait::until("nothing is left in the folder", PATIENCE, async || {
        let entries = std::fs::read_dir(temp.path().join("blobs"));
        entries.map_or(0, Iterator::count) == 0
    });
    emptied.await.unwrap();
}

async fn in_bucket(case: &impl AsyncFn(&Blobs)) {
    let bucket = Bucket::start();
    case(&bucket.blobs).await;
    bucket.is_empty_soon().await;
    let spooled = std::fs::read_dir(bucket.temp.path()).unwrap();
    assert_eq!(spooled.count(), 0, "left on this machine's disk");
}

#[tokio::test]
async fn files_of_every_size_come_back_as_they_were() {
    let sizes = [9, 1_000, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 12 * MIB + 7];
    at_both(async |blobs| {
        for (id, size) in (1..).zip(sizes) {
            let body = pdf(size);
            let key = store(blobs, id, &body).await;
            let stored = blobs.stored(&key).await.unwrap().unwrap();
            assert_eq!(stored.size, size as u64);
            let mut opened = Vec::new();
            let mut file = blobs.open(&key).await.unwrap();
            file.read_to_end(&mut opened).unwrap();
            assert!(opened == body, "{size}");
            assert!(read(blobs, &key, 0..size as u64).await == body, "{size}");
            blobs.delete(&key).await;
        }
    })
    .await;
}

#[tokio::test]
async fn any_range_is_read_alone() {
    at_both(async |blobs| {
        let size = 11 * MIB;
        let body = pdf(size);
        let key = store(blobs, 1, &body).await;
        let (part, end) = (5 * MIB, size);
        for range in [0..1, 0..7, part - 3..part + 3, end - 1..end, 70..end - 70] {
            let asked = range.start as u64..range.end as u64;
            assert!(
                read(blobs, &key, asked).await == body[range.clone()],
                "{range:?}"
            );
        }
        blobs.delete(&key).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_made_here_is_stored_as_a_whole() {
    at_both(async |blobs| {
        let incoming = blobs.put(Uuid::from_u128(1), b"a picture".to_vec()).await;
        let incoming = incoming.unwrap();
        let key = incoming.key().to_owned();
        assert!(blobs.holds(&key).await.unwrap());
        incoming.keep();
        assert_eq!(read(blobs, &key, 2..9).await, b"picture");
        blobs.delete(&key).await;
        assert!(!blobs.holds(&key).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_is_there_is_listed_until_it_is_deleted_and_that_may_be_done_twice() {
    at_both(async |blobs| {
        assert!(keys(blobs).await.is_empty());
        let mut stored = BTreeSet::new();
        for id in 1..=3 {
            stored.insert(store(blobs, id, &pdf(100)).await);
        }
        assert_eq!(keys(blobs).await, stored);
        for key in &stored {
            blobs.delete(key).await;
            blobs.delete(key).await;
        }
        assert!(keys(blobs).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told_as_lost() {
    at_both(async |blobs| {
        let key = "blobs/00000000-0000-0000-0000-000000000001";
        assert_eq!(blobs.stored(key).await.unwrap(), None);
        assert!(!blobs.holds(key).await.unwrap());
        let opened = blobs.open(key).await;
        assert!(matches!(opened, Err(Error::FileLost(_))), "{opened:?}");
        let read = blobs.read(key, 0..5).await.err();
        assert!(matches!(read, Some(Error::FileLost(_))), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn an_upload_that_is_refused_leaves_nothing() {
    at_both(async |blobs| {
        let id = Uuid::from_u128(1);
        let text = blobs.receive(id, pieces(&[b'a'; 3_000]), ANY_SIZE).await;
        assert!(matches!(text.err(), Some(Error::Unsupported(_))));
        let large = blobs.receive(id, pieces(&pdf(14 * MIB)), 13 << 20).await;
        assert!(matches!(large.err(), Some(Error::TooLarge { .. })));
        let breaks = pieces(&pdf(7 * MIB))
            .map(|piece| piece.map_err(|_| ()))
            .chain(futures_util::stream::iter([Err(())]));
        let broken = blobs.receive(id, breaks, ANY_SIZE).await;
        assert!(matches!(broken.err(), Some(Error::Interrupted)));
        assert!(keys(blobs).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_upload_whose_sender_goes_away_or_that_nobody_keeps_leaves_nothing() {
    at_both(async |blobs| {
        let begun = pieces(&pdf(11 * MIB)).chain(futures_util::stream::pending());
        let receiving = blobs.receive(Uuid::from_u128(1), begun, ANY_SIZE);
        let left = tokio::time::timeout(std::time::Duration::from_millis(300), receiving);
        assert!(left.await.is_err(), "the rest never comes");
        let whole = blobs.receive(Uuid::from_u128(2), pieces(&pdf(100)), ANY_SIZE);
        drop(whole.await.unwrap());
        let gone = wait::until("nothing is left", PATIENCE, async || {
            keys(blobs).await.is_empty()
        });
        gone.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_file_is_copied_from_one_to_the_other_and_back() {
    let temp = tempfile::tempdir().unwrap();
    let (folder, bucket) = (folder(&temp), Bucket::start());
    for (id, size) in (1..).zip([100, 6 * MIB]) {
        let body = pdf(size);
        let key = store(&folder, id, &body).await;
        let sent = bucket.blobs.copy_from(&folder, &key).await.unwrap();
        assert_eq!(sent, folder.stored(&key).await.unwrap());
        folder.delete(&key).await;
        let back = folder.copy_from(&bucket.blobs, &key).await.unwrap();
        assert_eq!(back, sent);
        assert!(read(&folder, &key, 0..size as u64).await == body);
    }
    let nowhere = "blobs/00000000-0000-0000-0000-000000000009";
    let missing = bucket.blobs.copy_from(&folder, nowhere).await.unwrap();
    assert_eq!(missing, None);
}

#[tokio::test]
async fn a_store_that_can_be_used_is_found_so_and_keeps_nothing_of_the_trial() {
    at_both(async |blobs| {
        blobs.ping().await.unwrap();
        blobs.check().await.unwrap();
    })
    .await;
}

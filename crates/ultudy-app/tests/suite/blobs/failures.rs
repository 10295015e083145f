//! A provider that refuses, fails, hangs, or whose answers are lost.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use http::Method;
use tokio::sync::Notify;
use ultudy_app::{Error, blobs::Fault as Unusable};
use ultudy_testkit::s3::{Asked, BUCKET, Fault, SECRET_KEY};
use uuid::Uuid;

use super::{ANY_SIZE, Bucket, MIB, blobs_in, client, pdf, pieces, read, store};

/// Which requests.
type IsOf = fn(&Asked) -> bool;

fn is_part(asked: &Asked) -> bool {
    asked
        .uri
        .query()
        .is_some_and(|query| query.contains("partNumber"))
}

fn is_complete(asked: &Asked) -> bool {
    let is_of_upload = asked
        .uri
        .query()
        .is_some_and(|query| query.contains("uploadId"));
    asked.method == Method::POST && is_of_upload
}

fn is_put(asked: &Asked) -> bool {
    asked.method == Method::PUT && !is_part(asked)
}

fn is_get(asked: &Asked) -> bool {
    asked.method == Method::GET
}

#[tokio::test]
async fn a_file_in_parts_is_sent_in_parts_of_one_size_and_a_small_one_at_once() {
    let bucket = Bucket::start();
    store(&bucket.blobs, 1, &pdf(100)).await;
    let asked = bucket.s3.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    store(&bucket.blobs, 2, &pdf(12 * MIB)).await;
    let asked = bucket.s3.asked();
    let lengths = asked.iter().filter(|asked| is_part(asked)).map(|asked| {
        let length = asked.headers["content-length"].to_str().unwrap();
        length.parse::<usize>().unwrap()
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [5 * MIB, 5 * MIB, 2 * MIB]);
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_is_one_file() {
    let bucket = Bucket::start();
    for (is_of, body) in [
        (is_put as IsOf, pdf(100)),
        (is_part, pdf(6 * MIB)),
        (is_complete, pdf(7 * MIB)),
    ] {
        bucket.s3.fails(Fault::AnswerLost, Some(1), is_of);
        let key = store(&bucket.blobs, 1, &body).await;
        assert!(read(&bucket.blobs, &key, 0..body.len() as u64).await == body);
        assert_eq!(bucket.s3.keys(), [key.as_str()]);
        assert_eq!(bucket.s3.unfinished(), 0);
        bucket.blobs.delete(&key).await;
    }
}

#[tokio::test]
async fn errors_that_pass_are_waited_out() {
    let bucket = Bucket::start();
    let key = store(&bucket.blobs, 1, &pdf(100)).await;
    for fault in [Fault::SLOW_DOWN, Fault::INTERNAL_ERROR] {
        bucket.s3.fails(fault, Some(3), |_| true);
        assert_eq!(read(&bucket.blobs, &key, 0..100).await, pdf(100));
        bucket.s3.fails(fault, Some(3), |_| true);
        store(&bucket.blobs, 2, &pdf(6 * MIB)).await;
    }
    assert_eq!(bucket.s3.unfinished(), 0);
}

/// What has arrived of a large file is not sent again.
#[tokio::test]
async fn a_part_that_fails_is_sent_again_and_no_other() {
    let bucket = Bucket::start();
    let is_second = |asked: &Asked| {
        let query = asked.uri.query().unwrap_or_default();
        query.contains("partNumber=2")
    };
    for fault in [Fault::INTERNAL_ERROR, Fault::SLOW_DOWN, Fault::AnswerLost] {
        let before = bucket.s3.asked().len();
        bucket.s3.fails(fault, Some(3), is_second);
        let body = pdf(12 * MIB);
        let key = store(&bucket.blobs, 1, &body).await;
        let asked = bucket.s3.asked().split_off(before);
        let sent = |number: usize| {
            let part = format!("partNumber={number}");
            let of = asked.iter().filter(|asked| {
                let query = asked.uri.query().unwrap_or_default();
                query.contains(&part)
            });
            of.count()
        };
        assert_eq!([sent(1), sent(2), sent(3)], [1, 4, 1], "{fault:?}");
        assert!(read(&bucket.blobs, &key, 0..body.len() as u64).await == body);
        bucket.blobs.delete(&key).await;
    }
    assert_eq!(bucket.s3.unfinished(), 0);
}

#[tokio::test]
async fn an_upload_that_fails_at_any_step_leaves_nothing_half_written() {
    let bucket = Bucket::start();
    let begins = |asked: &Asked| asked.method == Method::POST && !is_complete(asked);
    let steps: [(IsOf, usize); 4] = [
        (is_put, 100),
        (begins, 6 * MIB),
        (is_part, 6 * MIB),
        (is_complete, 6 * MIB),
    ];
    for (is_of, size) in steps {
        for fault in [
            Fault::ACCESS_DENIED,
            Fault::SLOW_DOWN,
            Fault::NO_SUCH_BUCKET,
        ] {
            bucket.s3.fails(fault, None, is_of);
            let id = Uuid::from_u128(1);
            let refused = bucket.blobs.receive(id, pieces(&pdf(size)), ANY_SIZE).await;
            let error = refused.err();
            assert!(matches!(error, Some(Error::Unavailable(_))), "{error:?}");
            bucket.s3.recovers();
            bucket.is_empty_soon().await;
        }
    }
}

/// Who sends too much and goes away as it is taken back.
#[tokio::test]
async fn what_is_taken_back_goes_though_nobody_waits_for_it() {
    let bucket = Bucket::start();
    let asked = Arc::new(Notify::new());
    let told = Arc::clone(&asked);
    let is_abort = move |asked: &Asked| {
        let is_it = asked.method == Method::DELETE;
        if is_it {
            told.notify_one();
        }
        is_it
    };
    bucket.s3.fails(Fault::SLOW_DOWN, Some(2), is_abort);
    let body = pdf(12 * MIB);
    let receiving = bucket
        .blobs
        .receive(Uuid::from_u128(1), pieces(&body), 8 * MIB as u64);
    tokio::select! {
        biased;
        received = receiving => panic!("too much was taken: {:?}", received.err()),
        () = asked.notified() => {}
    }
    bucket.is_empty_soon().await;
}

/// What stays is for the bucket's own rule on unfinished uploads (docs/operating.md): no server can be
/// asked for it in one way.
#[tokio::test]
async fn parts_that_cannot_be_taken_back_are_no_file() {
    let bucket = Bucket::start();
    bucket.s3.fails(Fault::ACCESS_DENIED, None, is_part);
    bucket.s3.fails(Fault::ACCESS_DENIED, None, |asked| {
        asked.method == Method::DELETE
    });
    let id = Uuid::from_u128(1);
    let refused = bucket
        .blobs
        .receive(id, pieces(&pdf(6 * MIB)), ANY_SIZE)
        .await;
    assert!(refused.is_err());
    assert_eq!(bucket.s3.keys(), [""; 0]);
    assert!(bucket.s3.unfinished() > 0);
}

#[tokio::test]
async fn a_read_that_breaks_off_goes_on_where_it_was() {
    let bucket = Bucket::start();
    let body = pdf(3 * MIB);
    let key = store(&bucket.blobs, 1, &body).await;
    bucket.s3.fails(Fault::BreaksOff, Some(2), is_get);
    assert!(read(&bucket.blobs, &key, 0..body.len() as u64).await == body);
    let ranges = bucket.s3.asked();
    let asked_from = |asked: &Asked| {
        asked
            .headers
            .get("range")
            .map(|range| range.to_str().unwrap() == "bytes=0-3145727")
    };
    let gets: Vec<_> = ranges
        .iter()
        .filter(|asked| is_get(asked))
        .filter_map(asked_from)
        .collect();
    assert_eq!(gets, [true, false, false], "{ranges:?}");
}

#[tokio::test]
async fn a_read_that_breaks_off_for_good_is_an_error_not_a_short_file() {
    let bucket = Bucket::start();
    let key = store(&bucket.blobs, 1, &pdf(MIB)).await;
    bucket.s3.fails(Fault::BreaksOff, None, is_get);
    let bytes = bucket.blobs.read(&key, 0..MIB as u64).await.unwrap();
    assert!(bytes.try_collect::<Vec<_>>().await.is_err());
    let opened = bucket.blobs.open(&key).await;
    assert!(matches!(opened, Err(Error::Unavailable(_))), "{opened:?}");
}

/// The bound on a read is 5 seconds of the real clock: sockets know no other.
#[tokio::test]
async fn a_read_of_a_store_that_says_nothing_ends() {
    let bucket = Bucket::start();
    let key = store(&bucket.blobs, 1, &pdf(100)).await;
    bucket.s3.fails(Fault::Hangs, None, is_get);
    let (read, pinged, checked) = tokio::join!(
        bucket.blobs.read(&key, 0..100),
        bucket.blobs.ping(),
        bucket.blobs.check()
    );
    assert!(matches!(read.err(), Some(Error::Unavailable(_))));
    assert!(pinged.is_err());
    assert!(matches!(checked, Err(Unusable::Away(why)) if why.contains("no answer")));
}

async fn refusal(bucket: &Bucket) -> String {
    match bucket.blobs.check().await {
        Err(Unusable::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_told_by_what_is_wrong() {
    let wrong = Bucket::by("another secret");
    let why = refusal(&wrong).await;
    assert!(
        why.starts_with("cannot list files: SignatureDoesNotMatch"),
        "{why}"
    );

    let mut bucket = Bucket::start();
    bucket.s3.tolerates(0);
    let why = refusal(&bucket).await;
    assert!(why.contains("RequestTimeTooSkewed"), "{why}");
    bucket.s3.tolerates(900);

    for (is_of, verb) in [(is_put as IsOf, "write"), (is_get, "list files")] {
        bucket.s3.fails(Fault::ACCESS_DENIED, None, is_of);
        let why = refusal(&bucket).await;
        assert_eq!(why, format!("cannot {verb}: AccessDenied: Access Denied"));
        bucket.s3.recovers();
    }

    let port = bucket.s3.port();
    bucket.blobs = blobs_in(
        client(port, "another-bucket", SECRET_KEY),
        bucket.temp.path(),
    );
    let why = refusal(&bucket).await;
    assert!(why.contains("NoSuchBucket"), "{why}");

    bucket.blobs = blobs_in(client(1, BUCKET, SECRET_KEY), bucket.temp.path());
    let away = bucket.blobs.check().await;
    assert!(matches!(away, Err(Unusable::Away(_))), "{away:?}");
}

#[tokio::test]
async fn a_bucket_that_was_deleted_is_not_taken_for_lost_files() {
    let bucket = Bucket::start();
    let key = store(&bucket.blobs, 1, &pdf(100)).await;
    bucket.s3.fails(Fault::NO_SUCH_BUCKET, None, |_| true);
    let read = bucket.blobs.read(&key, 0..100).await.err();
    assert!(matches!(read, Some(Error::Unavailable(_))), "{read:?}");
    assert!(bucket.blobs.ping().await.is_err());
}

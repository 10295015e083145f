//! Uploaded files in a bucket: processes that share nothing on disk, and what becomes of them when the
//! bucket fails.

use reqwest::{Method, StatusCode};
use ultudy_testkit::{s3::S3, wait};

use crate::{
    api::{Api, PATIENCE},
    fleet::Ground,
};

mod failures;
mod lifecycle;
mod start;

/// What processes share: database, Redis and a bucket.
struct World {
    ground: Ground,
    s3: S3,
}

impl World {
    fn start() -> Self {
        Self {
            ground: Ground::start(),
            s3: S3::start().expect("an object store"),
        }
    }

    /// A process by its command, with these settings besides.
    async fn process(&self, command: &[&str], settings: &[(&str, &str)]) -> Api {
        let of_bucket = self.s3.settings();
        let of_bucket = of_bucket
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        // Not the folder that others share.
        let mut all = vec![("OBJECT_STORE_URL", "")];
        all.extend(of_bucket);
        all.extend(settings);
        self.ground.process(command, &all).await
    }

    /// Waits until so many files are in the bucket, and no half ones.
    async fn has(&self, files: usize) {
        let reached = wait::until("the bucket holds so many files", PATIENCE, async || {
            self.s3.keys().len() == files && self.s3.unfinished() == 0
        });
        let reached = reached.await;
        assert!(reached.is_ok(), "{files}: {:?}", self.s3.keys());
    }
}

/// A server whose files are in this bucket, asked as the one user.
async fn server(s3: &S3, settings: &[(&str, &str)]) -> Api {
    let of_bucket = s3.settings();
    let of_bucket = of_bucket
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let mut all: Vec<(&str, &str)> = of_bucket.collect();
    all.extend(settings);
    Api::start(&all, None).await
}

/// An answer's status, `Retry-After` and text.
async fn answer(
    api: &Api,
    path: &str,
    range: Option<&str>,
) -> (StatusCode, Option<String>, String) {
    let mut request = api.request(Method::GET, path);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let answer = request.send().await.expect("an answer");
    let wait = answer.headers().get("retry-after");
    let wait = wait.map(|wait| wait.to_str().expect("text").to_owned());
    let status = answer.status();
    let bytes = answer.bytes().await.expect("it arrives whole");
    (status, wait, String::from_utf8_lossy(&bytes).into_owned())
}

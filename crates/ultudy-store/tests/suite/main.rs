//! The store's promises, each checked on SQLite and on PostgreSQL from one source.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod bench;
mod courses;
mod documents;
mod fixtures;
mod lessons;

use bench::Bench;

/// Runs each test on both databases, as `sqlite::noun::test` and `postgres::noun::test`.
macro_rules! on_both {
    ($($noun:ident: $($test:ident),+ $(,)?;)+) => {
        mod sqlite {$(
            mod $noun {$(
                #[tokio::test]
                async fn $test() {
                    crate::$noun::$test(&crate::Bench::sqlite().await).await;
                }
            )+}
        )+}
    };
}

on_both! {
    courses:
        what_is_stored_reads_back;
    documents:
        deleting_leaves_nothing_of_it;
    lessons:
        a_lesson_reads_back_with_the_owners_ids;
}

//! Cache: what was read once need not be read again, by whatever process.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub mod conformance;
mod in_process;
mod redis;
mod shelf;
mod untold;
mod values;

pub use self::redis::RedisCache;
pub use in_process::InProcessCache;

/// Longest that what another process has made outdated is still given, should word of it be lost.
pub const BELIEVED: Duration = Duration::from_secs(3);

/// How sure it must be that nothing was outdated elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// What was so a moment ago will do: at the latest [`BELIEVED`] ago.
    AWhile,
    /// It must be so now, whatever another process did before.
    Now,
}

/// What was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is kept.
    Hit(Bytes),
    /// It is not: read it and put it here. None: the cache cannot be used now.
    Miss(Option<Place>),
}

/// Where to put what is read now: it is not given once its scope was outdated after this was
/// looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    scope: String,
    name: String,
    /// The scope's state when it was looked for.
    state: u64,
}

impl Place {
    fn new(scope: &str, name: &str, state: u64) -> Self {
        Self {
            scope: scope.to_owned(),
            name: name.to_owned(),
            state,
        }
    }
}

/// Keeps bytes for a while.
///
/// What is kept belongs to a scope, such as a user, and has a name in it. An engine promises:
/// - nothing of a scope is given to who asks for another;
/// - after [`Cache::outdate`] has returned, this process gives nothing of that scope that was
///   looked for before, and every other process that shares the engine neither: to who asks for
///   [`Belief::Now`] from then on, to everybody at the latest [`BELIEVED`] later, even if what one
///   tells the other is lost;
/// - nothing is kept longer than its time;
/// - it never fails: what cannot be kept or found is a miss.
#[async_trait]
pub trait Cache: Send + Sync {
    /// Looks for a name in a scope; names hold no `:`.
    async fn get(&self, scope: &str, name: &str, belief: Belief) -> Found;

    /// Keeps what was read after [`Cache::get`] gave this place.
    async fn put(&self, place: Place, value: Bytes);

    /// Everything of a scope may have changed. Whether all who share the engine are sure to know: if
    /// not, this process knows and goes on trying, and should it end before, nobody does.
    async fn outdate(&self, scope: &str) -> bool;
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

//! Where it is checked what a model wrote: reading and stemming a part of a book takes tens of
//! milliseconds, and what is hostile more, in which no thread that renews leases or answers requests may be
//! held up.

use std::{sync::Arc, thread::available_parallelism};

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use super::chain::Unfit;

/// Threads of their own, as many at once as there are processors: each holds a text unpacked.
pub(super) struct Checking(Arc<Semaphore>);

impl Default for Checking {
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(processors)))
    }
}

impl Checking {
    /// Has a check made there. Dropped, it is not waited for, and not begun if it has not been.
    pub(super) fn done<T: Send + 'static>(
        &self,
        check: impl FnOnce() -> Result<T, Unfit> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Unfit>> {
        let turns = Arc::clone(&self.0);
        Box::pin(async move {
            // It is never closed.
            let turn = turns.acquire_owned().await.ok();
            let checking = tokio::task::spawn_blocking(move || {
                let checked = check();
                drop(turn);
                checked
            });
            let crashed = Err(Unfit::Unsound("the check of it crashed"));
            checking.await.unwrap_or(crashed)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn it_is_not_checked_where_others_are_served_and_one_that_crashes_is_unfit() {
        let checking = Checking::default();
        let thread = checking.done(|| Ok(thread::current().id())).await;
        assert_ne!(thread, Ok(thread::current().id()));
        let crashed = checking.done::<()>(|| panic!("as the test wants it"));
        assert_eq!(
            crashed.await,
            Err(Unfit::Unsound("the check of it crashed"))
        );
        // Its turn is over all the same.
        let processors = available_parallelism().map_or(1, usize::from);
        assert_eq!(checking.0.available_permits(), processors);
    }
}

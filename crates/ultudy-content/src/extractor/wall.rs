//! Time on the wall, counted while a child works and not while it waits for us.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// A limit that can stand still.
pub(super) struct Wall(watch::Sender<State>);

#[derive(Clone, Copy)]
enum State {
    Running { until: Instant },
    Paused { left: Duration },
}

impl Wall {
    /// Begins to count.
    pub(super) fn new(limit: Duration) -> Self {
        let until = Instant::now() + limit;
        Self(watch::Sender::new(State::Running { until }))
    }

    /// Stops counting.
    pub(super) fn pause(&self) {
        self.0.send_modify(|state| {
            if let State::Running { until } = *state {
                let left = until.saturating_duration_since(Instant::now());
                *state = State::Paused { left };
            }
        });
    }

    /// Counts on.
    pub(super) fn resume(&self) {
        self.0.send_modify(|state| {
            if let State::Paused { left } = *state {
                let until = Instant::now() + left;
                *state = State::Running { until };
            }
        });
    }

    /// Returns when the time is used up.
    pub(super) async fn reached(&self) {
        let mut states = self.0.subscribe();
        loop {
            let state = *states.borrow_and_update();
            let until = async move {
                match state {
                    State::Running { until } => sleep_until(until).await,
                    State::Paused { .. } => std::future::pending().await,
                }
            };
            tokio::select! {
                () = until => return,
                // The sender is ours, so there is always a next state to wait for.
                _ = states.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Poll};

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn time_that_stands_still_is_not_reached() {
        let wall = Wall::new(Duration::ZERO);
        wall.pause();
        let mut reached = pin!(wall.reached());
        assert_eq!(poll!(&mut reached), Poll::Pending);
        wall.resume();
        reached.await;
    }
}

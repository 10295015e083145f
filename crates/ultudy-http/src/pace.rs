//! Bodies that arrive too slowly: a sender that sends a byte now and then would hold its
//! connection, and what is held for it, for ever.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::timeout;

/// Bytes that must arrive ...
const ENOUGH: usize = 64 << 10;
/// ... while they are waited for this long: about 1 KiB/s, half of what the slowest mobile network
/// brings.
const WITHIN: Duration = Duration::from_secs(60);

/// A body crawls: it was given up.
#[derive(Debug, thiserror::Error)]
#[error("too little of the body arrived within {} s", WITHIN.as_secs())]
struct Crawls;

/// Whether a body was given up. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    /// Whether it was.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The same body, which breaks off once it crawls. Only the time counts in which it is waited for.
pub fn kept(body: Body, given_up: &GivenUp) -> Body {
    let pace = Pace::of_at_least(WITHIN);
    Body::from_stream(watched(body.into_data_stream(), pace, given_up.clone()))
}

/// How a body arrives.
struct Pace {
    arrived: usize,
    waited: Duration,
    within: Duration,
}

impl Pace {
    fn of_at_least(within: Duration) -> Self {
        Self {
            arrived: 0,
            waited: Duration::ZERO,
            within,
        }
    }

    /// How long the next bytes may be waited for.
    fn left(&self) -> Duration {
        self.within.saturating_sub(self.waited)
    }

    /// So many bytes came after so long.
    fn saw(&mut self, bytes: usize, after: Duration) {
        self.arrived += bytes;
        self.waited += after;
        if self.arrived >= ENOUGH {
            (self.arrived, self.waited) = (0, Duration::ZERO);
        }
    }
}

fn watched<S, E>(
    body: S,
    pace: Pace,
    given_up: GivenUp,
) -> impl Stream<Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error + Send + Sync + 'static,
{
    stream::unfold((Some((body, pace)), given_up), |(open, given_up)| async {
        let (mut body, mut pace) = open?;
        let since = Instant::now();
        match timeout(pace.left(), body.next()).await {
            Ok(None) => None,
            Ok(Some(Err(error))) => Some((Err(error.into()), (None, given_up))),
            Ok(Some(Ok(bytes))) => {
                pace.saw(bytes.len(), since.elapsed());
                Some((Ok(bytes), (Some((body, pace)), given_up)))
            }
            Err(_) => {
                given_up.0.store(true, Ordering::Relaxed);
                Some((Err(Crawls.into()), (None, given_up)))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// How many seconds somebody is waited for who sends so many bytes each second, an hour at most.
    fn seconds(bytes: usize) -> usize {
        let mut pace = Pace::of_at_least(WITHIN);
        let a_second = Duration::from_secs(1);
        let mut all = 0..3_600;
        all.find(|_| {
            pace.saw(bytes, a_second);
            pace.left().is_zero()
        })
        .unwrap_or(all.end)
    }

    #[test]
    fn who_sends_a_byte_now_and_then_is_given_up_and_a_slow_line_is_not() {
        assert_eq!(seconds(1), 59);
        assert_eq!(seconds(2 << 10), 3_600);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_breaks_off_and_it_is_known_why() {
        for (within, is_given_up) in [(Duration::ZERO, true), (Duration::MAX, false)] {
            let parts = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"%PDF-"))]);
            let rest = stream::once(async move {
                match is_given_up {
                    true => std::future::pending().await,
                    false => Ok(Bytes::from_static(b"1.7")),
                }
            });
            let body = Box::pin(parts.chain(rest));
            let given_up = GivenUp::default();
            let all = watched(body, Pace::of_at_least(within), given_up.clone());
            let all: Vec<_> = all.collect().await;
            assert_eq!(all.len(), 2);
            assert_eq!(all[1].is_err(), is_given_up);
            assert_eq!(given_up.is_so(), is_given_up);
        }
    }
}

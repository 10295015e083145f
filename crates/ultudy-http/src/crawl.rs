//! Bodies that arrive too slowly: a sender that sends a byte now and then would hold its
//! connection, and what is held for it, for ever.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::{
    task::yield_now,
    time::{Instant, timeout},
};
use ultudy_app::blobs::arrival::{ENOUGH, LONGEST, WITHIN};

/// A body crawls: it was given up.
#[derive(Debug, thiserror::Error)]
#[error("too little of the body arrived within {} s", WITHIN.as_secs())]
struct Crawls;

/// Most of a body that may come before whoever reads it makes something of it, in bytes: the header of a
/// form's part, which is kept until it is whole.
const UNREAD_MOST: usize = 1 << 20;

/// Nothing can be made of a body.
#[derive(Debug, thiserror::Error)]
#[error("a header in it is longer than {} KiB", UNREAD_MOST >> 10)]
struct Headless;

/// What came of a body since something was made of it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Unread(Arc<AtomicUsize>);

impl Unread {
    /// Something was.
    pub fn is_read(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether too much came: nothing can be made of that body.
    pub fn is_too_much(&self) -> bool {
        self.0.load(Ordering::Relaxed) > UNREAD_MOST
    }

    /// So much more came; whether it is too much.
    fn came(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        self.is_too_much()
    }
}

/// Whether a body was given up. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    /// Whether it was.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body that one reads and, once that one has let go of it, another throws away. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Mutex<BodyDataStream>>);

impl Shared {
    /// This body.
    pub fn of(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body.into_data_stream())))
    }
}

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.poll_next_unpin(context)
    }
}

/// The same body, which breaks off once it crawls or nothing can be made of it. Only the time counts in
/// which it is waited for.
pub fn kept(body: Shared, given_up: &GivenUp, unread: &Unread) -> Body {
    let pace = Pace::of_at_least(WITHIN);
    let body = Box::pin(watched(body, pace, given_up.clone()));
    let pieces = stream::unfold(
        (body, unread.clone(), true),
        async |(body, unread, is_first)| {
            let mut body = body;
            // One piece at a time, the end, too: a form's reader takes as much as there is at once, keeps it,
            // and looks at nothing that came together with the end.
            if !is_first {
                yield_now().await;
            }
            let piece = match body.next().await? {
                Ok(bytes) if unread.came(bytes.len()) => Err(Headless.into()),
                piece => piece,
            };
            Some((piece, (body, unread, false)))
        },
    );
    Body::from_stream(pieces)
}

/// How a body arrives.
struct Pace {
    arrived: usize,
    waited: Duration,
    within: Duration,
    /// For how long all of it may be waited for.
    left_in_all: Duration,
}

impl Pace {
    fn of_at_least(within: Duration) -> Self {
        Self {
            arrived: 0,
            waited: Duration::ZERO,
            within,
            left_in_all: LONGEST,
        }
    }

    /// How long the next bytes may be waited for.
    fn left(&self) -> Duration {
        let left = self.within.saturating_sub(self.waited);
        left.min(self.left_in_all)
    }

    /// So many bytes came after so long.
    fn saw(&mut self, bytes: usize, after: Duration) {
        self.arrived += bytes;
        self.waited += after;
        self.left_in_all = self.left_in_all.saturating_sub(after);
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

    /// How many seconds somebody is waited for who sends so many bytes each second.
    fn seconds(bytes: usize) -> usize {
        let mut pace = Pace::of_at_least(WITHIN);
        let a_second = Duration::from_secs(1);
        let mut all = 0..100 * 3_600;
        all.find(|_| {
            pace.saw(bytes, a_second);
            pace.left().is_zero()
        })
        .unwrap_or(all.end)
    }

    #[test]
    fn who_sends_a_byte_now_and_then_is_given_up_and_a_slow_line_only_after_most_of_a_day() {
        assert_eq!(seconds(1), 59);
        assert_eq!(seconds(2 << 10), 20 * 3_600 - 1);
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

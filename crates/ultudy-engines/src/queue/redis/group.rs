//! What callers ask for at the same time, sent together.

use std::{io, time::Duration};

use redis::RedisError;
use tokio::{
    sync::{mpsc, oneshot},
    task, time,
};

/// How long what a call has left to be done waits for others with which it is done.
const LEFT_FOR: Duration = Duration::from_millis(2);

/// Sends in one call what was asked for while the call before was under way. Nothing waits for a
/// time: who asks alone is sent alone.
///
/// A task of its own makes the calls, so that a caller who leaves takes nothing from the others: what
/// it asked for is not sent any more, or is done if it was. The task ends with the last of what was
/// asked once the group is dropped.
#[derive(Debug)]
pub(super) struct Group<T> {
    ask: mpsc::UnboundedSender<Asked<T>>,
}

/// One caller's part, and who is told what came of it.
#[derive(Debug)]
struct Asked<T> {
    what: T,
    tell: oneshot::Sender<Result<(), RedisError>>,
}

/// What comes after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Others, most likely: callers ask again as soon as they are told. Some of the call's work may be
    /// left to be done with theirs.
    Others,
    /// Perhaps nothing: the call is to leave nothing.
    Unknown,
}

impl<T: Send + 'static> Group<T> {
    /// Of at most so many a call, which `call` makes. It says whether it has left something to be done
    /// with what comes next; if nothing comes, it is called for nothing else.
    pub(super) fn new<F>(most: usize, call: impl Fn(Vec<T>, Next) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<bool, RedisError>> + Send + 'static,
    {
        let (ask, asked) = mpsc::unbounded_channel();
        task::spawn(send(asked, most, call));
        Self { ask }
    }

    /// Sends this, alone or with what others ask for meanwhile. An error is everybody's.
    ///
    /// # Errors
    /// The call failed, and may have been done.
    pub(super) async fn send(&self, what: T) -> Result<(), RedisError> {
        let (tell, told) = oneshot::channel();
        // Whether nobody takes it is seen by the answer.
        let _ = self.ask.send(Asked { what, tell });
        match told.await {
            Ok(answer) => answer,
            Err(_) => Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
        }
    }
}

async fn send<T, F>(
    mut asked: mpsc::UnboundedReceiver<Asked<T>>,
    most: usize,
    call: impl Fn(Vec<T>, Next) -> F,
) where
    F: Future<Output = Result<bool, RedisError>>,
{
    let mut group = Vec::new();
    let (mut told, mut left) = (false, false);
    loop {
        if told {
            // Those that were told of the call before are about to ask again.
            gather(&mut asked, &mut group, most).await;
        }
        let mut next = Next::Others;
        if group.is_empty() {
            let waits = asked.recv_many(&mut group, most);
            if left {
                let others = time::timeout(LEFT_FOR, waits).await;
                if !others.is_ok_and(|others| others > 0) {
                    (told, left) = (false, false);
                    if let Err(error) = call(Vec::new(), Next::Unknown).await {
                        tracing::warn!(%error, "some of what was asked for is done with what comes next");
                    }
                    continue;
                }
            } else if waits.await > 0 {
                next = Next::Unknown;
            } else {
                return;
            }
            gather(&mut asked, &mut group, most).await;
        }
        // Who has left meanwhile may have taken back by another call what was asked for.
        let (these, tell): (Vec<_>, Vec<_>) = group
            .drain(..)
            .filter(|caller| !caller.tell.is_closed())
            .map(|Asked { what, tell }| (what, tell))
            .unzip();
        if these.is_empty() {
            continue;
        }
        let answer = call(these, next).await;
        told = true;
        left = *answer.as_ref().unwrap_or(&left);
        let answer = answer.map(|_| ());
        for caller in tell {
            // Who does not wait any more need not be told.
            let _ = caller.send(answer.clone());
        }
    }
}

/// Takes along those who are about to ask, as long as more do.
async fn gather<T>(
    asked: &mut mpsc::UnboundedReceiver<Asked<T>>,
    group: &mut Vec<Asked<T>>,
    most: usize,
) {
    loop {
        let before = group.len();
        task::yield_now().await;
        while group.len() < most
            && let Ok(another) = asked.try_recv()
        {
            group.push(another);
        }
        if group.len() == before || group.len() >= most {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::sync::Arc;

    use futures_util::{FutureExt as _, future::join_all};
    use tokio::sync::Semaphore;

    use super::*;

    /// A group whose calls are told of, and each of which needs leave to end.
    fn held(
        most: usize,
        broken: bool,
    ) -> (
        Group<u32>,
        mpsc::UnboundedReceiver<Vec<u32>>,
        Arc<Semaphore>,
    ) {
        let (tell, calls) = mpsc::unbounded_channel();
        let leave = Arc::new(Semaphore::new(0));
        let may_end = Arc::clone(&leave);
        let group = Group::new(most, move |these, _| {
            let may_end = Arc::clone(&may_end);
            tell.send(these).unwrap();
            async move {
                may_end.acquire().await.unwrap().forget();
                match broken {
                    true => Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
                    false => Ok(false),
                }
            }
        });
        (group, calls, leave)
    }

    #[tokio::test]
    async fn what_gathers_during_a_call_is_the_next_call() {
        let (group, mut calls, leave) = held(3, false);
        let group = &group;
        let mut first = Box::pin(group.send(0));
        assert!((&mut first).now_or_never().is_none());
        assert_eq!(calls.recv().await.unwrap(), [0]);
        let mut others = Box::pin(join_all((1..=4).map(|number| group.send(number))));
        assert!((&mut others).now_or_never().is_none());
        assert!(calls.try_recv().is_err(), "a call is under way");
        leave.add_permits(3);
        first.await.unwrap();
        assert!(others.await.iter().all(Result::is_ok));
        assert_eq!(calls.recv().await.unwrap(), [1, 2, 3]);
        assert_eq!(calls.recv().await.unwrap(), [4]);
    }

    #[tokio::test]
    async fn a_caller_who_leaves_takes_nothing_from_the_others() {
        let (group, mut calls, leave) = held(10, false);
        let mut first = Box::pin(group.send(0));
        assert!((&mut first).now_or_never().is_none());
        assert_eq!(calls.recv().await.unwrap(), [0]);
        let mut second = Box::pin(group.send(1));
        assert!((&mut second).now_or_never().is_none());
        let mut third = Box::pin(group.send(2));
        assert!((&mut third).now_or_never().is_none());
        // The one whose call is under way, and one of those who wait for the next.
        drop(first);
        drop(second);
        leave.add_permits(2);
        third.await.unwrap();
        assert_eq!(calls.recv().await.unwrap(), [2]);
    }

    #[tokio::test]
    async fn an_error_is_told_to_all_and_the_next_call_is_another() {
        let (group, mut calls, leave) = held(10, true);
        let asked = [group.send(0), group.send(1)];
        leave.add_permits(2);
        for answer in join_all(asked).await {
            assert!(answer.unwrap_err().is_io_error());
        }
        assert_eq!(calls.recv().await.unwrap(), [0, 1]);
        assert!(group.send(2).await.is_err());
        assert_eq!(calls.recv().await.unwrap(), [2]);
    }

    #[tokio::test]
    async fn what_calls_have_left_is_done_once_nobody_asks_any_more() {
        let (tell, mut calls) = mpsc::unbounded_channel();
        let group = Group::new(10, move |these: Vec<u32>, next| {
            tell.send((these, next)).unwrap();
            async move { Ok(next == Next::Others) }
        });
        // Each asks again as soon as it is told.
        let caller = async |number| {
            for _ in 0..3 {
                group.send(number).await.unwrap();
            }
        };
        tokio::join!(caller(1), caller(2));
        for next in [Next::Unknown, Next::Others, Next::Others] {
            let (mut these, told) = calls.recv().await.unwrap();
            these.sort_unstable();
            assert_eq!((these, told), (vec![1, 2], next));
        }
        assert_eq!(calls.recv().await.unwrap(), (vec![], Next::Unknown));
        group.send(3).await.unwrap();
        assert_eq!(calls.recv().await.unwrap(), (vec![3], Next::Unknown));
        drop(group);
        assert_eq!(calls.recv().await, None);
    }
}

//! What callers ask for at the same time, sent together.

use std::io;

use redis::RedisError;
use tokio::{
    sync::{mpsc, oneshot},
    task,
};

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

impl<T: Send + 'static> Group<T> {
    /// Of at most so many a call, which `call` makes.
    pub(super) fn new<F>(most: usize, call: impl Fn(Vec<T>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), RedisError>> + Send + 'static,
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
    call: impl Fn(Vec<T>) -> F,
) where
    F: Future<Output = Result<(), RedisError>>,
{
    let mut group = Vec::new();
    while asked.recv_many(&mut group, most).await > 0 {
        // Those that were told of the call before are about to ask again: they come along, as long
        // as more do.
        let mut before = 0;
        while before < group.len() && group.len() < most {
            before = group.len();
            task::yield_now().await;
            while group.len() < most
                && let Ok(another) = asked.try_recv()
            {
                group.push(another);
            }
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
        let answer = call(these).await;
        for caller in tell {
            // Who does not wait any more need not be told.
            let _ = caller.send(answer.clone());
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
        let group = Group::new(most, move |these| {
            let may_end = Arc::clone(&may_end);
            tell.send(these).unwrap();
            async move {
                may_end.acquire().await.unwrap().forget();
                match broken {
                    true => Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
                    false => Ok(()),
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
}

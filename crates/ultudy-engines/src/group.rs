//! What callers ask for at the same time, done together.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task, time,
};

/// How long what a call has left to be done waits for others with which it is done.
const LEFT_FOR: Duration = Duration::from_millis(2);

/// Does in one call what was asked for while the call before was under way. Nothing waits for a
/// time: who asks alone is served alone.
///
/// Tasks of its own make the calls, so that a caller who leaves takes nothing from the others: what
/// it asked for is not done any more, unless it was begun. They end with the last of what was
/// asked once the group is dropped.
#[derive(Debug)]
pub struct Group<T, A> {
    ask: mpsc::UnboundedSender<Asked<T, A>>,
}

/// One caller's part, and who is told what came of it.
#[derive(Debug)]
pub struct Asked<T, A> {
    /// What is asked for.
    pub what: T,
    tell: oneshot::Sender<A>,
}

impl<T, A> Asked<T, A> {
    /// Tells the caller, who may wait no more.
    pub fn answer(self, answer: A) {
        let _ = self.tell.send(answer);
    }
}

/// What comes after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Others, most likely: callers ask again as soon as they are told. Some of the call's work may be
    /// left to be done with theirs.
    Others,
    /// Perhaps nothing: the call is to leave nothing.
    Unknown,
}

/// How many calls there may be at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce {
    /// Most of them.
    pub calls: usize,
    /// How many must wait for another one to begin beside those that are under way; fewer wait until these
    /// have ended.
    pub worth_another: usize,
    /// But not longer than this: one that hangs is to hold up nobody else.
    pub or_after: Duration,
}

impl AtOnce {
    const ONE: Self = Self {
        calls: 1,
        worth_another: 1,
        or_after: Duration::ZERO,
    };
}

impl<T: Send + 'static, A: Send + 'static> Group<T, A> {
    /// Of at most so many a call; `call` makes one, and answers each.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn new<F>(
        most: usize,
        at_once: AtOnce,
        call: impl Fn(Vec<Asked<T, A>>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start(most, at_once, move |these, _| {
            let calling = call(these);
            async move {
                calling.await;
                None
            }
        })
    }

    /// Of at most so many a call, one call at a time. Its answer is everybody's; beside it the call says
    /// whether it has left something to be done with what comes next, none if it does not know. If nothing
    /// comes, it is called for nothing else.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn sharing_answers<F>(
        most: usize,
        call: impl Fn(Vec<T>, Next) -> F + Send + 'static,
    ) -> Self
    where
        A: Clone,
        F: Future<Output = (A, Option<bool>)> + Send + 'static,
    {
        Self::start(most, AtOnce::ONE, move |group: Vec<Asked<T, A>>, next| {
            let (these, callers): (Vec<_>, Vec<_>) =
                group.into_iter().map(|one| (one.what, one.tell)).unzip();
            let answered = call(these, next);
            async move {
                let (answer, left) = answered.await;
                for caller in callers {
                    // Who does not wait any more need not be told.
                    let _ = caller.send(answer.clone());
                }
                left
            }
        })
    }

    fn start<F>(
        most: usize,
        at_once: AtOnce,
        call: impl Fn(Vec<Asked<T, A>>, Next) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Option<bool>> + Send + 'static,
    {
        let (ask, asked) = mpsc::unbounded_channel();
        task::spawn(serve(asked, most, at_once, call));
        Self { ask }
    }

    /// Has this done, alone or with what others ask for meanwhile; none if whatever did it has come to
    /// an end, so that it may have been done.
    pub async fn send(&self, what: T) -> Option<A> {
        let (tell, told) = oneshot::channel();
        // Whether nobody takes it is seen by the answer.
        let _ = self.ask.send(Asked { what, tell });
        told.await.ok()
    }
}

async fn serve<T, A, F>(
    mut asked: mpsc::UnboundedReceiver<Asked<T, A>>,
    most: usize,
    at_once: AtOnce,
    call: impl Fn(Vec<Asked<T, A>>, Next) -> F,
) where
    F: Future<Output = Option<bool>> + Send + 'static,
{
    let calls = Arc::new(Semaphore::new(at_once.calls));
    let mut group = Vec::new();
    let (mut told, mut left) = (false, false);
    loop {
        if told {
            // Those that were told of the call before are about to ask again.
            take_along(&mut asked, &mut group, most).await;
        }
        let (mut next, has_waited) = (Next::Others, group.is_empty());
        if has_waited {
            let waits = asked.recv_many(&mut group, most);
            if left {
                let others = time::timeout(LEFT_FOR, waits).await;
                if !others.is_ok_and(|others| others > 0) {
                    (told, left) = (false, false);
                    call(Vec::new(), Next::Unknown).await;
                    continue;
                }
            } else if waits.await > 0 {
                next = Next::Unknown;
            } else {
                return;
            }
        }
        gather_beside(&calls, at_once, &mut asked, (&mut group, most)).await;
        // Never closed.
        let Ok(turn) = Arc::clone(&calls).acquire_owned().await else {
            return;
        };
        if has_waited {
            take_along(&mut asked, &mut group, most).await;
        }
        // Who has left meanwhile may have taken back by another call what was asked for.
        let these: Vec<_> = group
            .drain(..)
            .filter(|caller| !caller.tell.is_closed())
            .collect();
        if these.is_empty() {
            continue;
        }
        let calling = call(these, next);
        if at_once.calls == 1 {
            left = calling.await.unwrap_or(left);
            told = true;
        } else {
            task::spawn(within(turn, calling));
        }
    }
}

/// Gathers until another call is worth it beside those that are under way, or none is.
async fn gather_beside<T, A>(
    calls: &Arc<Semaphore>,
    at_once: AtOnce,
    asked: &mut mpsc::UnboundedReceiver<Asked<T, A>>,
    (group, most): (&mut Vec<Asked<T, A>>, usize),
) {
    let Ok(all) = u32::try_from(at_once.calls) else {
        return;
    };
    if calls.available_permits() == at_once.calls {
        return;
    }
    let (ended, late) = (calls.acquire_many(all), time::sleep(at_once.or_after));
    tokio::pin!(ended, late);
    while group.len() < at_once.worth_another.min(most) {
        let room = most - group.len();
        tokio::select! {
            _ = &mut ended => return,
            () = &mut late => return,
            more = asked.recv_many(group, room) => if more == 0 {
                // Nobody can ask any more.
                return;
            },
        }
    }
}

/// Takes along those who are about to ask, as long as more do.
async fn take_along<T, A>(
    asked: &mut mpsc::UnboundedReceiver<Asked<T, A>>,
    group: &mut Vec<Asked<T, A>>,
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

async fn within(turn: OwnedSemaphorePermit, calling: impl Future<Output = Option<bool>>) {
    calling.await;
    drop(turn);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::sync::Arc;

    use futures_util::{FutureExt as _, future::join_all};
    use tokio::sync::Semaphore;

    use super::*;

    type Answer = Result<(), &'static str>;
    /// What each call was for, as it begins.
    type Calls = mpsc::UnboundedReceiver<Vec<u32>>;

    /// A group whose calls are told of, and each of which needs leave to end.
    fn held(most: usize, broken: bool) -> (Group<u32, Answer>, Calls, Arc<Semaphore>) {
        let (tell, calls) = mpsc::unbounded_channel();
        let leave = Arc::new(Semaphore::new(0));
        let may_end = Arc::clone(&leave);
        let group = Group::sharing_answers(most, move |these, _| {
            let may_end = Arc::clone(&may_end);
            tell.send(these).unwrap();
            async move {
                may_end.acquire().await.unwrap().forget();
                let answer = match broken {
                    true => Err("broken"),
                    false => Ok(()),
                };
                (answer, Some(false))
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
        assert_eq!(first.await, Some(Ok(())));
        assert!(others.await.iter().all(|answer| *answer == Some(Ok(()))));
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
        assert_eq!(third.await, Some(Ok(())));
        assert_eq!(calls.recv().await.unwrap(), [2]);
    }

    #[tokio::test]
    async fn an_error_is_told_to_all_and_the_next_call_is_another() {
        let (group, mut calls, leave) = held(10, true);
        let asked = [group.send(0), group.send(1)];
        leave.add_permits(2);
        for answer in join_all(asked).await {
            assert_eq!(answer, Some(Err("broken")));
        }
        assert_eq!(calls.recv().await.unwrap(), [0, 1]);
        assert_eq!(group.send(2).await, Some(Err("broken")));
        assert_eq!(calls.recv().await.unwrap(), [2]);
    }

    /// A group of two calls at once that never end.
    fn hanging(worth_another: usize, or_after: Duration) -> (Group<u32, ()>, Calls) {
        let (tell, calls) = mpsc::unbounded_channel();
        let at_once = AtOnce {
            calls: 2,
            worth_another,
            or_after,
        };
        let group = Group::new(10, at_once, move |these: Vec<Asked<u32, ()>>| {
            let numbers = these.iter().map(|one| one.what).collect();
            tell.send(numbers).unwrap();
            async move {
                std::future::pending::<()>().await;
                drop(these);
            }
        });
        (group, calls)
    }

    #[tokio::test]
    async fn another_call_begins_when_enough_wait() {
        let (group, mut calls) = hanging(3, Duration::from_hours(1));
        let mut first = Box::pin(group.send(0));
        assert!((&mut first).now_or_never().is_none());
        assert_eq!(calls.recv().await.unwrap(), [0]);
        let mut others: Vec<_> = (1..=3).map(|number| Box::pin(group.send(number))).collect();
        for other in &mut others {
            assert!(calls.try_recv().is_err(), "too few wait");
            assert!(other.now_or_never().is_none());
            for _ in 0..20 {
                task::yield_now().await;
            }
        }
        assert_eq!(calls.recv().await.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_call_that_hangs_holds_up_nobody_else() {
        let (group, mut calls) = hanging(3, Duration::from_millis(1));
        for number in 0..2 {
            let mut asked = Box::pin(group.send(number));
            assert!((&mut asked).now_or_never().is_none());
            assert_eq!(calls.recv().await.unwrap(), [number]);
        }
    }

    #[tokio::test]
    async fn what_calls_have_left_is_done_once_nobody_asks_any_more() {
        let (tell, mut calls) = mpsc::unbounded_channel();
        let group = Group::sharing_answers(10, move |these: Vec<u32>, next| {
            tell.send((these, next)).unwrap();
            async move { ((), Some(next == Next::Others)) }
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

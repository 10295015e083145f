//! Jobs that are put off, uncounted, since what they take is not to be had just now.

use std::time::Duration;

use chrono::TimeDelta;
use ultudy_engines::queue::Delivery;
use ultudy_store::jobs;

use super::{
    JobError, Run,
    attempt::{AGAIN, handed_back},
};
use crate::clock::Clock;

/// For so long a job waits for an object store that is away; after that one file that alone cannot be
/// had is given up as others are.
const STORE_AWAY: TimeDelta = TimeDelta::hours(6);
/// Longest pause until a job that waits for its object store finds out whether that is back: it may read a
/// whole document before it does.
const PAUSE_MOST: TimeDelta = TimeDelta::minutes(5);
/// Longest pause that anybody asks for and is given. Beyond it no answer means what it says.
const ASKED_MOST: Duration = Duration::from_secs(24 * 60 * 60);
/// For so long a job waits for whom else it takes and who is not well. Then its owner is told.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// What a job waits for.
#[derive(Debug, Clone, Copy)]
pub(super) enum WaitsFor {
    /// The object store.
    Store,
    /// Somebody who is not well and is to be left alone for so long.
    Unwell(Duration),
    /// A turn with somebody who is at work, after so long. It waits for however many it takes.
    Turn(Duration),
}

impl WaitsFor {
    /// For how long a job is put off that has been for so long; none if that is enough.
    fn pause(self, waited: TimeDelta) -> Option<Duration> {
        let (pause, patience) = match self {
            Self::Store => {
                let pause = (waited / 4).clamp(AGAIN, PAUSE_MOST);
                (pause.to_std().unwrap_or_default(), STORE_AWAY)
            }
            Self::Unwell(pause) => (pause, PATIENCE),
            Self::Turn(pause) => (pause, TimeDelta::MAX),
        };
        (waited < patience).then_some(pause)
    }
}

/// Hands a run back uncounted, unless its job has waited for that for long enough: then it is left as it
/// is. Whether it is handed back.
///
/// The time in which a job only stood in its queue does not count, nor that before its owner asked for it
/// again, nor that before it last waited for its turn: who gives turns is well.
pub(super) async fn put_off(
    run: &Run,
    delivery: &Delivery,
    waits_for: WaitsFor,
) -> Result<bool, JobError> {
    let app = &run.app;
    let (id, token, now) = (run.job.id, run.token, app.clock.now());
    let mut tx = app.store.write(&run.job.owner_id).await?;
    let since = jobs::put_off_since(&mut tx, id, token).await?;
    let since = since.unwrap_or(now);
    let Some(pause) = waits_for.pause(now - since) else {
        return Ok(false);
    };
    let pause = spread(&*app.clock, pause);
    let is_at_work = matches!(waits_for, WaitsFor::Turn(_));
    let since = (!is_at_work).then_some(since);
    let handed = jobs::put_off(&mut tx, id, token, since, now + pause).await?;
    tx.commit().await?;
    handed_back(app, delivery, handed, pause).await?;
    Ok(true)
}

/// A pause, and up to a quarter of it more: jobs that were all told the same would all come back in
/// one instant.
pub(super) fn spread(clock: &dyn Clock, pause: Duration) -> TimeDelta {
    let pause = pause.min(ASKED_MOST);
    let more = pause.mul_f64(clock.jitter() / 4.0);
    TimeDelta::from_std(pause + more).unwrap_or(AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_a_store_is_away_the_less_often_it_is_asked_and_not_for_ever() {
        let (least, most) = (TimeDelta::seconds(5), TimeDelta::minutes(5));
        let (mut waited, mut runs) = (TimeDelta::zero(), 0);
        while let Some(pause) = WaitsFor::Store.pause(waited) {
            let pause = TimeDelta::from_std(pause).unwrap();
            assert!((least..=most).contains(&pause), "{pause}");
            assert!(pause == least || pause <= waited / 4, "{pause}");
            waited += pause;
            runs += 1;
        }
        assert!(waited >= TimeDelta::hours(6));
        assert!(runs < 100, "{runs} times a document is read for nothing");
    }

    #[test]
    fn who_is_not_well_is_waited_for_and_who_is_at_work_for_as_long_as_it_takes() {
        let pause = Duration::from_secs(15);
        for (waited, is_told) in [(0, false), (9, false), (11, true)] {
            let pause = WaitsFor::Unwell(pause).pause(TimeDelta::minutes(waited));
            assert_eq!(pause.is_none(), is_told, "after {waited} minutes");
        }
        assert!(WaitsFor::Turn(pause).pause(TimeDelta::days(1)).is_some());
    }
}

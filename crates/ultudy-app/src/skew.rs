//! Whether this machine's clock goes with those of the servers that processes share, told before
//! anybody wonders about times.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use ultudy_domain::Timestamp;

use crate::clock::Clock;

/// How often a server is asked.
const EVERY: Duration = Duration::from_secs(30);
/// From here on a machine's clock is said to be wrong.
const TOO_FAR: TimeDelta = TimeDelta::seconds(5);

/// Seconds by which this machine's clock is ahead of a server's, as a gauge: `against`.
const SKEW: &str = "ultudy_clock_skew_seconds";

/// Compares this machine's clock with a server's again and again, until the task is dropped: tells by
/// how much it is off, and warns once each time it becomes wrong. `ask` says what time it is there, or
/// nothing if there is no answer; `against` is the server's name in metrics, `whose` in the log.
pub async fn watch(
    clock: Arc<dyn Clock>,
    (against, whose): (&'static str, &'static str),
    ask: impl AsyncFn() -> Option<Timestamp>,
) {
    let mut is_wrong = false;
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let asked = clock.now();
        // Who needs it finds out that it is away, and says so.
        let Some(there) = ask().await else { continue };
        let off = ahead(asked, there, clock.now());
        #[allow(clippy::cast_precision_loss, reason = "2⁵³ ms are enough")]
        metrics::gauge!(SKEW, "against" => against).set(off.num_milliseconds() as f64 / 1e3);
        let was_wrong = std::mem::replace(&mut is_wrong, off.abs() > TOO_FAR);
        if is_wrong && !was_wrong {
            let (seconds, way) = match off > TimeDelta::zero() {
                true => (off.num_seconds(), "ahead of"),
                false => (-off.num_seconds(), "behind"),
            };
            tracing::warn!(
                "this machine's clock is {seconds} s {way} {whose} clock: jobs come in time, but times stored \
                 here are wrong; set it by NTP"
            );
        }
    }
}

/// How far a clock is ahead that showed `asked` and `answered` before and after another showed `there`:
/// never more than is certain, however long the answer took.
fn ahead(asked: Timestamp, there: Timestamp, answered: Timestamp) -> TimeDelta {
    if there < asked {
        asked - there
    } else if there > answered {
        answered - there
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_no_wrong_clock() {
        let at = |seconds: i64| Timestamp::from_timestamp(1_000 + seconds, 0).unwrap();
        let off = |asked, there, answered| ahead(at(asked), at(there), at(answered)).num_seconds();
        assert_eq!(off(0, 9, 10), 0);
        assert_eq!(off(0, 3_609, 9), -3_600);
        assert_eq!(off(3_600, 0, 3_609), 3_600);
    }
}

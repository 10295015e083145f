//! How slowly a file may arrive, and what follows from that for what has arrived of it: nothing may be
//! taken for left behind that is still coming.

use std::time::Duration;

use chrono::TimeDelta;

/// Bytes that must arrive ...
pub const ENOUGH: usize = 64 << 10;
/// ... while they are waited for this long: about 1 KiB/s, half of what the slowest mobile network
/// brings.
pub const WITHIN: Duration = Duration::from_secs(60);
/// Longest that a whole file may be waited for. Below the grace of a bucket, which dates a file in
/// parts from when it began to come.
pub const LONGEST: Duration = Duration::from_secs(20 * 60 * 60);

/// Bytes sent to the object store in one go: S3's smallest part, and all parts alike, which some that
/// speak its protocol ask for.
pub const PART_BYTES: usize = 5 << 20;

/// What was last written to before so long comes no more: a whole part takes 80 minutes at the least
/// pace.
pub(super) const STALLED: TimeDelta = TimeDelta::hours(2);
/// How old a whole file must be in a folder, which dates it by its last part, for its row to be there
/// if it ever will.
pub(super) const WHOLE: TimeDelta = TimeDelta::hours(1);
/// The same in a bucket.
pub(super) const BEGUN: TimeDelta = TimeDelta::hours(24);

/// Longest that a part may be waited for.
#[must_use]
pub fn longest_of_a_part() -> Duration {
    let rounds = PART_BYTES.div_ceil(ENOUGH);
    WITHIN * u32::try_from(rounds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longest that storing a part, or a file's end and its rows, takes besides: minutes at most.
    const MARGIN: Duration = Duration::from_secs(15 * 60);

    #[test]
    fn what_is_still_coming_is_never_old_enough_to_be_swept() {
        assert!(STALLED.to_std().unwrap() > longest_of_a_part() + MARGIN);
        assert!(BEGUN.to_std().unwrap() > LONGEST + MARGIN);
    }
}

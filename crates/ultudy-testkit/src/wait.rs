//! Waiting for an event instead of sleeping and hoping.

use std::time::{Duration, Instant};

use crate::{Error, Result};

/// How often a condition is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// Waits until `condition` holds, looking every 20 ms.
///
/// `what` completes the sentence "waited in vain until …".
///
/// # Errors
/// [`Error::TimedOut`] once `limit` has passed.
pub async fn until(
    what: &str,
    limit: Duration,
    mut condition: impl AsyncFnMut() -> bool,
) -> Result<()> {
    let started = Instant::now();
    while !condition().await {
        check(what, limit, started)?;
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}

/// Waits until `attempt` gives something, trying every 20 ms.
///
/// # Errors
/// [`Error::TimedOut`] once `limit` has passed.
pub async fn for_some<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = attempt().await {
            return Ok(found);
        }
        check(what, limit, started)?;
        tokio::time::sleep(EVERY).await;
    }
}

/// [`until`] for callers outside a runtime.
///
/// # Errors
/// [`Error::TimedOut`] once `limit` has passed.
pub fn until_blocking(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> bool,
) -> Result<()> {
    let started = Instant::now();
    while !condition() {
        check(what, limit, started)?;
        std::thread::sleep(EVERY);
    }
    Ok(())
}

fn check(what: &str, limit: Duration, started: Instant) -> Result<()> {
    if started.elapsed() < limit {
        return Ok(());
    }
    Err(Error::TimedOut {
        what: what.to_owned(),
        after: limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_what_was_waited_for() {
        let error = until_blocking("pigs fly", Duration::ZERO, || false);
        let text = error.err().map(|error| error.to_string());
        assert!(text.is_some_and(|text| text.contains("until pigs fly")));
    }
}

//! How the process stops, so that nobody who is being answered, or is about to knock, notices.
//!
//! Told to stop it goes on answering for a while: [`HttpState::draining`] has it say so, at
//! `/health/ready` to load balancers that ask, and by `Connection: close` to those that hold
//! connections. Then it takes no more of them ([`Door`](super::door::Door)), ends what is open, and is gone.
//!
//! [`HttpState::draining`]: ultudy_http::Served::draining

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::commands::Failure;

/// The moments at which it stops.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// It has been told to: no job is claimed any more.
    pub told: CancellationToken,
    /// It takes no more connections.
    pub closing: CancellationToken,
    /// What is still being answered is to come to its end.
    pub ending: CancellationToken,
    /// Nobody is answered any more.
    pub over: CancellationToken,
}

impl Stop {
    /// The first signal stops, closing after `delay`, and `answers` later all that is still being answered;
    /// the second ends at once: every job is safe under its lease.
    pub fn on_signals(&self, delay: Duration, answers: Duration) -> Result<(), Failure> {
        let on = |kind| signal(kind).map_err(|error| Failure::new("signals", error));
        let (mut terminate, mut interrupt) =
            (on(SignalKind::terminate())?, on(SignalKind::interrupt())?);
        let stop = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if stop.told.is_cancelled() {
                    std::process::exit(1);
                }
                tracing::info!("stopping: running jobs may finish");
                stop.told.cancel();
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    stop.closing.cancel();
                    tokio::time::sleep(answers).await;
                    stop.ending.cancel();
                });
            }
        });
        Ok(())
    }
}

//! Renewal of all leases this process holds, in one call each time.

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use ultudy_engines::queue::{LEASE, RENEW_EVERY};

use crate::App;

/// Renews until told to end. A run whose lease is refused is stopped; when nothing could
/// be renewed for so long that the leases may lapse before the next try, all are stopped:
/// a run must not go on beside its successor.
pub(super) async fn renew_all(app: App, end: CancellationToken) {
    let mut ticks = interval(RENEW_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed_at = Instant::now();
    loop {
        tokio::select! {
            () = end.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let held = app.runs.held();
        let asked_at = Instant::now();
        if held.is_empty() {
            renewed_at = asked_at;
            continue;
        }
        match tokio::time::timeout(RENEW_EVERY, app.queue.renew(&held, app.clock.now())).await {
            Ok(Ok(refused)) => {
                renewed_at = asked_at;
                for lease in refused {
                    app.runs.stop_lease(lease);
                }
            }
            Ok(Err(error)) => tracing::warn!(%error, "cannot renew leases"),
            Err(_) => tracing::warn!("renewing leases takes too long"),
        }
        if renewed_at.elapsed() + RENEW_EVERY >= LEASE {
            tracing::error!("leases may lapse: stopping {} runs", held.len());
            app.runs.stop_all();
            renewed_at = Instant::now();
        }
    }
}

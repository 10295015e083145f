//! Workers over one database know of each other: so that two that were given one name by mistake
//! are told apart, and warned of, and so that what needs to be done once is done by one of them: the one
//! that has been there longest.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use ultudy_domain::Timestamp;
use ultudy_store::workers::{self, Worker};
use uuid::Uuid;

use crate::{App, Result};

/// How often a worker says that it is there.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Who has not been seen for so long has gone.
const GONE_AFTER: TimeDelta = TimeDelta::seconds(20);

/// Others that have this one's name, as a gauge.
const NAMESAKES: &str = "ultudy_worker_namesakes";

/// Says that this process works as `worker_id` until `ended` fires. Whoever has the database to
/// themselves need not.
pub(super) async fn tell(app: App, worker_id: String, ended: CancellationToken) {
    if !app.store.is_shared() {
        app.does_for_all().send_replace(true);
        return;
    }
    let mut me = Worker {
        id: app.clock.new_id(),
        worker_id,
        started_at: app.clock.now(),
    };
    let (mut namesakes, mut seen_at) = (BTreeSet::new(), me.started_at);
    let mut is_told = false;
    let mut ticks = interval(REPORT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ended.cancelled() => break,
            _ = ticks.tick() => {}
        }
        let reported = report(&app, &mut me, is_told).await;
        is_told |= reported.is_ok();
        match reported {
            Ok((found, is_first)) => {
                seen_at = app.clock.now();
                does_for_all(&app, is_first);
                warn_of(&me, &namesakes, &found);
                metrics::gauge!(NAMESAKES)
                    .set(f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX)));
                namesakes = found;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot tell other workers of this one");
                if app.clock.now() - seen_at > GONE_AFTER {
                    // Another one does it by now.
                    does_for_all(&app, false);
                }
            }
        }
    }
    does_for_all(&app, false);
    if let Err(error) = leave(&app, &me).await {
        tracing::warn!(%error, "other workers will count this one for a while");
    }
}

/// From now on it does what is done once for all, or it does not.
fn does_for_all(app: &App, does_so: bool) {
    app.does_for_all().send_if_modified(|does| {
        let changes = *does != does_so;
        *does = does_so;
        changes
    });
}

/// Gives the others that have its name, and whether it has been there longer than all others. It
/// begins to be there when it `is_told` of first. All is by the database's clock: who compares must
/// not go by his own.
async fn report(app: &App, me: &mut Worker, is_told: bool) -> Result<(BTreeSet<Uuid>, bool)> {
    let now = time_of_all(app).await?;
    if !is_told {
        me.started_at = now;
    }
    let mut tx = app.store.system().await?;
    workers::report(&mut tx, me, now).await?;
    let seen = workers::seen(&mut tx, now - GONE_AFTER).await?;
    tx.commit().await?;
    let first = seen.iter().min_by_key(|other| (other.started_at, other.id));
    let is_first = first.is_some_and(|first| first.id == me.id);
    let namesakes = seen
        .into_iter()
        .filter(|other| other.worker_id == me.worker_id && other.id != me.id);
    Ok((namesakes.map(|other| other.id).collect(), is_first))
}

async fn leave(app: &App, me: &Worker) -> Result<()> {
    let long_gone = time_of_all(app).await? - TimeDelta::hours(1);
    let mut tx = app.store.system().await?;
    workers::leave(&mut tx, me.id, long_gone).await?;
    Ok(tx.commit().await?)
}

async fn time_of_all(app: &App) -> Result<Timestamp> {
    let of_database = app.store.time().await?;
    Ok(of_database.unwrap_or_else(|| app.clock.now()))
}

/// Each other once: their runs are told apart by their tokens, only rows, logs and metrics are
/// not.
fn warn_of(me: &Worker, known: &BTreeSet<Uuid>, found: &BTreeSet<Uuid>) {
    for other in found.difference(known) {
        tracing::warn!(
            worker_id = me.worker_id,
            process = %me.id,
            %other,
            "two workers have one WORKER_ID: give each its own, or leave it out"
        );
    }
}

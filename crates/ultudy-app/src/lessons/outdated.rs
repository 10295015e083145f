//! Tells the cache whose lessons are outdated, also where whoever changed them has vanished between
//! the commit and telling it.

use std::{collections::HashMap, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use ultudy_store::outdated_lessons;

use crate::{App, Result};

/// How often it is looked: with what a cache believes meanwhile, nothing is outdated for longer than
/// five seconds.
const EVERY: Duration = Duration::from_secs(2);

/// Tells the cache whose lessons are outdated, until `shutdown` fires: whatever the store has noted,
/// also where whoever changed them has vanished between the commit and telling it.
pub async fn keep_telling(app: App, shutdown: CancellationToken) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = tell(&app).await {
            tracing::warn!(%error, "cannot see whose cached lessons are outdated");
        }
    }
}

/// Tells what is noted, and forgets what could be told.
async fn tell(app: &App) -> Result<()> {
    let mut tx = app.store.system_read().await?;
    let notes = outdated_lessons::list(&mut tx).await?;
    drop(tx);
    let mut by_owner: HashMap<String, Vec<i64>> = HashMap::new();
    for note in notes {
        by_owner.entry(note.owner_id).or_default().push(note.number);
    }
    for (owner_id, numbers) in by_owner {
        if !app.lessons.outdate(&owner_id).await {
            continue;
        }
        let mut tx = app.store.system().await?;
        for number in numbers {
            outdated_lessons::forget(&mut tx, number).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

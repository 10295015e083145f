//! How far each replica is behind.
//!
//! Not by the time of the last transaction it replayed, which grows old while nobody writes,
//! nor by what it has received, which says nothing once its stream is cut: the primary is
//! asked where its log ends, now and then, and a replica is as old as the last such place
//! that it has reached.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use sqlx::Row as _;
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::Replica;
use crate::db::postgres::Pool;

/// How often they are looked at, and how long one look may take.
const EVERY: Duration = Duration::from_millis(500);

/// Where the primary's log ended, and when; the latest last.
type Places = VecDeque<(Instant, i64)>;

/// Looks at them until it is dropped.
#[derive(Debug)]
pub(super) struct Monitor(JoinHandle<()>);

impl Monitor {
    pub(super) fn start(primary: Pool, replicas: Arc<[Replica]>, lag_max: Duration) -> Self {
        Self(tokio::spawn(async move {
            let mut places = Places::new();
            loop {
                look(&primary, &replicas, &mut places, lag_max).await;
                tokio::time::sleep(EVERY).await;
            }
        }))
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn look(primary: &Pool, replicas: &[Replica], places: &mut Places, lag_max: Duration) {
    let asked = Instant::now();
    // While the primary does not answer nobody can change anything, so nothing grows older
    // than it was: what is in use stays.
    let Ok(end) = place(primary, "pg_current_wal_lsn()").await else {
        return;
    };
    places.push_back((asked, end));
    // One place older than what is allowed is enough to tell too old from unknown.
    while places.get(1).is_some_and(|(at, _)| asked - *at > lag_max) {
        places.pop_front();
    }
    for replica in replicas {
        match place(&replica.pool, "pg_last_wal_replay_lsn()").await {
            Ok(replayed) => match lag(places, replayed, asked) {
                // It is looked at again only after a while.
                Some(lag) if lag + 2 * EVERY <= lag_max => {
                    replica.set_fresh(true, &"it is up to date");
                }
                _ => replica.set_fresh(false, &"it lags"),
            },
            Err(error) => replica.set_fresh(false, &error),
        }
    }
}

/// How old what it has replayed is at most; none if that is not known.
fn lag(places: &Places, replayed: i64, now: Instant) -> Option<Duration> {
    let reached = places.iter().rev().find(|(_, end)| *end <= replayed);
    reached.map(|(at, _)| now - *at)
}

/// A place in the log, in bytes from its beginning.
async fn place(pool: &Pool, function: &str) -> Result<i64, Unknown> {
    let sql = format!("SELECT ({function} - '0/0')::bigint");
    let row = async {
        let mut connection = pool.acquire().await?;
        let mut rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .fetch_all(&mut *connection)
            .await?;
        connection.rest();
        rows.pop().ok_or(sqlx::Error::RowNotFound)
    };
    let row = timeout(EVERY, row).await.map_err(|_| Unknown::TooSlow)??;
    let place: Option<i64> = row.try_get(0)?;
    place.ok_or(Unknown::NoReplica)
}

/// Why a place is not known.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("it does not answer in time")]
    TooSlow,
    #[error("it is no replica")]
    NoReplica,
    #[error(transparent)]
    Refused(#[from] sqlx::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_as_old_as_the_last_place_it_has_reached() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let places = Places::from([(at(0), 100), (at(1), 200), (at(2), 200)]);
        let seconds = |replayed| lag(&places, replayed, at(3)).map(|lag| lag.as_secs());
        assert_eq!(seconds(250), Some(1));
        assert_eq!(seconds(200), Some(1), "nothing was written since");
        assert_eq!(seconds(199), Some(3));
        assert_eq!(seconds(99), None);
    }
}

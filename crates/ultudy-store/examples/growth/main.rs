//! What growth costs, for `cargo xtask bench growth`: `growth LESSONS` fills a PostgreSQL of its
//! own with so many lessons, and another database with a hundredth of them; then every list and
//! read of the store is timed on both, in turn, and explained on the large one. Prints JSON.
#![allow(clippy::print_stdout, reason = "what it found is for another program")]

use std::{error::Error, time::Instant};

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use ultudy_store::{PostgresConfig, Store, StoreConfig, migrate_postgres};
use ultudy_testkit::postgres::{Postgres, User};

use self::reads::{Of, Read};

mod fill;
mod plans;
mod reads;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How much smaller the database is that growth is compared with.
const FACTOR: u64 = 100;
/// Rounds over both databases, and calls of each read in a round: its figure is the middle one of
/// the rounds' 95th percentiles.
const ROUNDS: u64 = 3;
const CALLS: u64 = 60;
/// Calls of each read that are explained.
const EXPLAINED: u64 = 20;

/// Enough that the small database is in memory and the large one is not.
const SETTINGS: [&str; 8] = [
    "shared_buffers=1GB",
    "work_mem=16MB",
    "maintenance_work_mem=512MB",
    "effective_cache_size=8GB",
    "random_page_cost=1.1",
    "max_wal_size=8GB",
    "wal_level=minimal\nmax_wal_senders=0",
    "autovacuum=off",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tokio::select! {
        done = measure() => done,
        // The server goes with what holds it.
        _ = terminated.recv() => Err("terminated".into()),
        _ = interrupted.recv() => Err("interrupted".into()),
    }
}

async fn measure() -> Result<()> {
    let lessons = std::env::args().nth(1).ok_or("growth LESSONS")?;
    let lessons: u64 = lessons.parse()?;
    let server = Postgres::start_with(&SETTINGS)?;
    let begun = Instant::now();
    let small = Filled::new(&server, lessons / FACTOR).await?;
    let large = Filled::new(&server, lessons).await?;
    let filled = begun.elapsed().as_secs();
    eprintln!("filled in {filled} s");

    let reads = reads::all();
    let plans = plans::of(&server, &large, &reads).await?;
    eprintln!("{plans}");
    let times = time(&[&small, &large], &reads).await?;
    let found: Vec<Value> = reads
        .iter()
        .zip(times)
        .map(|(read, [small, large])| json!({"name": read.name, "small": small, "large": large}))
        .collect();
    let out = json!({
        "filled_seconds": filled,
        "rows": large.rows(&server)?,
        "bytes": large.bytes(&server)?,
        "plans": plans,
        "reads": found,
    });
    println!("{out}");
    Ok(())
}

/// A database with so many lessons.
struct Filled {
    name: String,
    lessons: u64,
    store: Store,
}

impl Filled {
    async fn new(server: &Postgres, lessons: u64) -> Result<Self> {
        let name = server.create_database(User::Owner)?;
        migrate_postgres(&server.url(User::Owner, &name)).await?;
        fill::fill(server, &name, lessons)?;
        let store = open(server, &name).await?;
        Ok(Self {
            name,
            lessons,
            store,
        })
    }

    /// Somebody, and ids of theirs: the `turn`-th of a sequence that jumps about.
    fn of(&self, turn: u64) -> Of {
        let users = fill::users(self.lessons);
        Of::new(turn.wrapping_mul(6_364_136_223_846_793_005) % users)
    }

    fn rows(&self, server: &Postgres) -> Result<Value> {
        let counts = "SELECT jsonb_object_agg(relname, reltuples::bigint) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > 0";
        Ok(serde_json::from_str(&server.sql(&self.name, counts)?)?)
    }

    fn bytes(&self, server: &Postgres) -> Result<u64> {
        let size = format!("SELECT pg_database_size('{}')", self.name);
        Ok(server.sql("postgres", &size)?.parse()?)
    }
}

async fn open(server: &Postgres, name: &str) -> Result<Store> {
    let config = PostgresConfig::new(server.url(User::Member, name));
    Ok(Store::open(&StoreConfig::Postgres(config)).await?)
}

/// Milliseconds that nineteen of twenty calls take, of each read on each of two databases.
async fn time(databases: &[&Filled; 2], reads: &[Read]) -> Result<Vec<[f64; 2]>> {
    let mut rounds: Vec<[Vec<f64>; 2]> = reads.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for round in 0..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for (read, percentiles) in reads.iter().zip(&mut rounds) {
            for (database, percentiles) in databases.iter().zip(percentiles) {
                let mut times = Vec::new();
                for call in 0..CALLS {
                    let of = database.of(1 + round * CALLS + call);
                    let begun = Instant::now();
                    let found = (read.call)(&database.store, of).await?;
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                    if !found {
                        return Err(format!("{} found nothing", read.name).into());
                    }
                }
                // The first round only warms the caches.
                if round > 0 {
                    percentiles.push(at(times, 95));
                }
            }
        }
    }
    Ok(rounds
        .into_iter()
        .map(|percentiles| percentiles.map(|all| at(all, 50)))
        .collect())
}

/// What so many per cent of the numbers are below.
fn at(mut numbers: Vec<f64>, per_cent: usize) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let place = numbers.len() * per_cent / 100;
    numbers.get(place).copied().unwrap_or(f64::NAN)
}

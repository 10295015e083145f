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
/// Students who are at work: as many on both databases, since they do not grow with what lies
/// stored. Each read has others, so that the first of their calls finds nothing of them in memory
/// that the server had not from before.
const AT_WORK: u64 = 60;
/// Rounds, and in a round calls of each read for each of them, on the two databases in turn; a
/// read's figure is the middle one of the rounds' 95th percentiles.
const ROUNDS: usize = 5;
const CALLS: usize = 4;
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
        .map(|(read, [small, large])| {
            json!({
                "name": read.name,
                "small": small.again,
                "large": large.again,
                "first_small": small.first,
                "first_large": large.first,
            })
        })
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

/// Milliseconds that nineteen of twenty calls of a read take.
#[derive(Clone, Copy)]
struct Times {
    /// When what they read was not read before.
    first: f64,
    /// From then on.
    again: f64,
}

/// Times each read on each of two databases.
async fn time(databases: &[&Filled; 2], reads: &[Read]) -> Result<Vec<[Times; 2]>> {
    let mut found = Vec::new();
    for (number, read) in (0..).zip(reads) {
        eprintln!("{}", read.name);
        let students = number * AT_WORK..(number + 1) * AT_WORK;
        let mut first = [Vec::new(), Vec::new()];
        for (database, times) in databases.iter().zip(&mut first) {
            for student in students.clone() {
                times.push(call(database, read, student).await?);
            }
        }
        let mut rounds = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            let mut again = [Vec::new(), Vec::new()];
            for _ in 0..CALLS {
                for student in students.clone() {
                    for (database, times) in databases.iter().zip(&mut again) {
                        times.push(call(database, read, student).await?);
                    }
                }
            }
            for (times, round) in again.into_iter().zip(&mut rounds) {
                round.push(at(times, 95));
            }
        }
        let [small, large] = rounds.map(|percentiles| at(percentiles, 50));
        let [first_small, first_large] = first.map(|times| at(times, 95));
        let times = |first, again| Times { first, again };
        found.push([times(first_small, small), times(first_large, large)]);
    }
    Ok(found)
}

/// Milliseconds of one call.
async fn call(database: &Filled, read: &Read, student: u64) -> Result<f64> {
    let of = database.of(1 + student);
    let begun = Instant::now();
    let found = (read.call)(&database.store, of).await?;
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    match found {
        true => Ok(taken),
        false => Err(format!("{} found nothing", read.name).into()),
    }
}

/// What so many per cent of the numbers are below.
fn at(mut numbers: Vec<f64>, per_cent: usize) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let place = numbers.len() * per_cent / 100;
    numbers.get(place).copied().unwrap_or(f64::NAN)
}

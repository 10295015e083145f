//! PostgreSQL behind PgBouncer, and Redis, on free ports, until Ctrl-C: `cargo xtask services`. With the
//! argument `durable` as a server of their own would run them: PostgreSQL keeps what it has said is
//! stored and has memory for it, and PgBouncer is as shipped.
#![allow(clippy::print_stdout, reason = "it prints the settings to use")]

use tokio::signal::unix::{SignalKind, signal};
use ultudy_testkit::{
    Result,
    pgbouncer::PgBouncer,
    postgres::{Postgres, User},
    redis::Redis,
};

/// Connections that PgBouncer opens to the server.
const POOL_SIZE: u32 = 20;

/// Of a PostgreSQL whose data matters, on a machine that it shares.
const DURABLE: [&str; 7] = [
    "fsync=on",
    "full_page_writes=on",
    "shared_buffers=1GB",
    "effective_cache_size=4GB",
    "max_wal_size=4GB",
    "random_page_cost=1.1",
    "shared_preload_libraries=pg_stat_statements",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let is_durable = std::env::args()
        .nth(1)
        .is_some_and(|word| word == "durable");
    let (postgres, pooler);
    if is_durable {
        postgres = Postgres::start_with(&DURABLE)?;
        pooler = PgBouncer::as_shipped(&postgres)?;
    } else {
        postgres = Postgres::start()?;
        pooler = PgBouncer::start(&postgres, POOL_SIZE)?;
    }
    let database = postgres.create_database(User::Owner)?;
    let redis = Redis::start()?;
    println!(
        "# processes: PostgreSQL {}, PgBouncer {}, Redis {}",
        postgres.pid(),
        pooler.pid(),
        redis.pid().unwrap_or_default()
    );
    println!("export DATABASE_URL={}", pooler.url(User::Owner, &database));
    println!("export REDIS_URL={}", redis.url());
    println!(
        "export DATABASE_DIRECT_URL={}",
        postgres.url(User::Owner, &database)
    );
    println!("# an empty database; `ultudy migrate` fills it; Ctrl-C removes it");
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    Ok(())
}

//! PostgreSQL behind PgBouncer, and Redis, on free ports, until Ctrl-C: `cargo xtask services`.
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let postgres = Postgres::start()?;
    let database = postgres.create_database(User::Owner)?;
    let pooler = PgBouncer::start(&postgres, POOL_SIZE)?;
    let redis = Redis::start()?;
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

//! `ultudy migrate`: brings a PostgreSQL database to this version's schema.

use ultudy_store::{StoreConfig, migrate_postgres};

use super::Failure;
use crate::config::Config;

/// Runs the migrations; SQLite needs none, it migrates itself at start.
pub fn run() -> Result<(), Failure> {
    let config = Config::from_env()?;
    let StoreConfig::Postgres(postgres) = &config.store else {
        return Err(Failure::new(
            "DATABASE_URL",
            "is not set; SQLite migrates itself at start",
        ));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error))?;
    let migrated = runtime
        .block_on(migrate_postgres(
            postgres.direct_url.as_ref().unwrap_or(&postgres.url),
        ))
        .map_err(|error| Failure::new("database", error))?;
    eprintln!("The database is at this version's schema ({migrated} migrations were missing).");
    Ok(())
}

//! SQL for SQLite and PostgreSQL, one noun a file, one statement text for both.
//!
//! The pools are private: the store hands out nothing but transactions, each begun with
//! its role and tenant (DESIGN §3). Functions take the transaction they run in, so that a
//! use case decides what commits together.

mod db;
mod error;
mod migrate;
mod owners;
mod read;
mod replicas;
mod store;

pub mod answers;
pub mod api_tokens;
pub mod auth_sessions;
pub mod blobs;
pub mod budgets;
pub mod check_ins;
pub mod chunks;
pub mod concepts;
pub mod courses;
pub mod documents;
pub mod embeddings;
pub mod figures;
pub mod generations;
pub mod glossaries;
pub mod holder;
pub mod imported;
pub mod jobs;
pub mod lessons;
pub mod llm_batches;
pub mod llm_calls;
pub mod one_time_links;
pub mod original;
pub mod outdated_lessons;
pub mod page_readings;
pub mod practice;
pub mod preferences;
pub mod queue;
pub mod search;
pub mod sections;
pub mod study_sessions;
pub mod transfer;
pub mod usage;
pub mod users;
pub mod workers;

pub use error::{NotWritten, StoreError};
pub use migrate::migrate_postgres;
pub use owners::OwnersTx;
pub use read::{Read, Write};
pub use replicas::reads_may_lag;
pub use store::{
    Page, PostgresConfig, Store, StoreConfig, SystemTx, TenantTx, Ticket, waiting_at_most,
};

/// What every function here returns.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

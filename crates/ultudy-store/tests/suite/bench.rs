//! A fresh database for one test.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;
use ultudy_store::{PostgresConfig, Store, StoreConfig, TenantTx, migrate_postgres};
use ultudy_testkit::postgres::{Postgres, User};

use crate::fixtures::{ALICE, BOB};

/// A store on an empty, migrated database that goes when the bench is dropped.
pub struct Bench {
    pub store: Store,
    pub database: Database,
}

/// Where the store lies, to look behind its back.
pub enum Database {
    Sqlite { dir: TempDir },
    Postgres { server: Arc<Postgres>, name: String },
}

impl Bench {
    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::Sqlite { dir };
        let store = Store::open(&database.config()).await.unwrap();
        Self { store, database }
    }

    /// Migrated as its owner, used as a plain member of the two roles.
    pub async fn postgres() -> Self {
        let server = Postgres::shared().unwrap();
        let name = server.create_database(User::Owner).unwrap();
        migrate_postgres(&server.url(User::Owner, &name))
            .await
            .unwrap();
        let database = Database::Postgres { server, name };
        let store = Store::open(&database.config()).await.unwrap();
        Self { store, database }
    }

    /// A transaction of Alice's that writes.
    pub async fn write(&self) -> TenantTx {
        self.store.write(ALICE).await.unwrap()
    }

    /// A transaction of Alice's that reads.
    pub async fn read(&self) -> TenantTx {
        self.store.read(ALICE).await.unwrap()
    }

    /// A transaction of Bob's that writes.
    pub async fn bob(&self) -> TenantTx {
        self.store.write(BOB).await.unwrap()
    }
}

impl Database {
    pub fn config(&self) -> StoreConfig {
        match self {
            Self::Sqlite { .. } => StoreConfig::Sqlite {
                path: self.sqlite_file(),
            },
            Self::Postgres { server, name } => config(server.url(User::Member, name)),
        }
    }

    pub fn sqlite_file(&self) -> PathBuf {
        match self {
            Self::Sqlite { dir } => dir.path().join("ultudy.sqlite"),
            Self::Postgres { .. } => panic!("this database is no file"),
        }
    }

    /// Tables that hold any rows, without the schema's own; asked behind the store's back.
    pub async fn tables_with_rows(&self) -> Vec<String> {
        let mut with_rows = Vec::new();
        for table in self.tables().await {
            // A note, gone once the cache has been told.
            if table == "outdated_lessons" {
                continue;
            }
            let any = format!("SELECT EXISTS (SELECT 1 FROM {table})::int");
            let any = match self {
                Self::Sqlite { .. } => any.replace("::int", ""),
                Self::Postgres { .. } => any,
            };
            if self.ask(&any).await == ["1"] {
                with_rows.push(table);
            }
        }
        with_rows
    }

    /// Tables whose rows have an owner.
    pub async fn tables_with_owner(&self) -> Vec<String> {
        let columns = match self {
            Self::Sqlite { .. } => {
                "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
                WHERE m.type = 'table' AND c.name = 'owner_id' ORDER BY 1"
            }
            Self::Postgres { .. } => {
                "SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'owner_id' ORDER BY 1"
            }
        };
        self.ask(columns).await
    }

    async fn tables(&self) -> Vec<String> {
        let tables = match self {
            Self::Sqlite { .. } => {
                // Not what SQLite keeps for itself, beside and within the inverted index.
                "SELECT name FROM sqlite_master
                WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'chunk_terms_%'
                ORDER BY name"
            }
            Self::Postgres { .. } => {
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            }
        };
        let mut tables = self.ask(tables).await;
        tables.retain(|table| table != "schema_migrations");
        tables
    }

    /// The first column of what a statement gives, as text.
    pub async fn ask(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite { .. } => {
                let url = format!("sqlite:{}", self.sqlite_file().display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
                rows.iter()
                    .map(|row| row.get_unchecked::<String, _>(0))
                    .collect()
            }
            Self::Postgres { server, name } => {
                let lines = server.sql(name, sql).unwrap();
                lines.lines().map(str::to_owned).collect()
            }
        }
    }
}

/// A PostgreSQL store's settings.
pub fn config(url: String) -> StoreConfig {
    StoreConfig::Postgres(PostgresConfig {
        max_connections: 8,
        acquire_timeout: Duration::from_secs(60),
        ..PostgresConfig::new(url)
    })
}

//! A user's rows, looked at behind the program's back.

use std::{collections::BTreeMap, path::PathBuf};

use sqlx::{Connection as _, Row as _, SqliteConnection};
use ultudy_testkit::{database::Database, wait};

use crate::api::PATIENCE;

/// Where they lie.
pub enum Rows {
    Sqlite(PathBuf),
    Postgres(Database),
}

/// All that is one user's.
pub struct Owned {
    pub owner: String,
    /// An id of each table that has ids, by the table's name.
    pub ids: BTreeMap<String, String>,
    /// Every row, by its table.
    pub dump: Vec<String>,
}

impl Rows {
    pub async fn of(&self, owner: &str) -> Owned {
        self.has_told(owner).await;
        let mut ids = BTreeMap::new();
        let mut dump = Vec::new();
        for table in self.owned_tables().await {
            if let Some(id) = self.an_id(&table, owner).await {
                ids.insert(table.clone(), id);
            }
            let rows = self.dump(&table, owner).await;
            dump.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
        Owned {
            owner: owner.to_owned(),
            ids,
            dump,
        }
    }

    /// Notes of the owner's lessons that are cached no more: the program tells its caches, and takes
    /// them away by itself.
    async fn has_told(&self, owner: &str) {
        let notes = format!("SELECT owner_id FROM outdated_lessons WHERE owner_id = '{owner}'");
        let has_told = async || self.ask(&notes).await.is_empty();
        wait::until("it has told its caches", PATIENCE, has_told)
            .await
            .unwrap();
    }

    async fn owned_tables(&self) -> Vec<String> {
        let tables = match self {
            // Not the inverted index, whose rows have no columns to look at.
            Self::Sqlite(_) => {
                "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
                WHERE m.type = 'table' AND c.name = 'owner_id' AND m.sql NOT LIKE '%VIRTUAL%'
                ORDER BY 1"
            }
            Self::Postgres(_) => {
                "SELECT table_name FROM information_schema.columns
                WHERE table_schema = 'public' AND column_name = 'owner_id' ORDER BY 1"
            }
        };
        let tables = self.ask(tables).await;
        assert!(tables.len() >= 15, "{tables:?}");
        tables
    }

    async fn an_id(&self, table: &str, owner: &str) -> Option<String> {
        let has_ids = match self {
            Self::Sqlite(_) => {
                format!("SELECT name FROM pragma_table_info('{table}') WHERE name = 'id'")
            }
            Self::Postgres(_) => format!(
                "SELECT column_name FROM information_schema.columns
                WHERE table_name = '{table}' AND column_name = 'id' AND data_type = 'uuid'"
            ),
        };
        if self.ask(&has_ids).await.is_empty() {
            return None;
        }
        let id = match self {
            Self::Sqlite(_) => "lower(hex(id))",
            Self::Postgres(_) => "replace(id::text, '-', '')",
        };
        let one =
            format!("SELECT {id} FROM {table} WHERE owner_id = '{owner}' ORDER BY id LIMIT 1");
        let id = self.ask(&one).await.pop()?;
        let id = uuid::Uuid::parse_str(&id).expect("an id");
        Some(id.to_string())
    }

    async fn dump(&self, table: &str, owner: &str) -> Vec<String> {
        let row = match self {
            Self::Sqlite(_) => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let columns = self.ask(&columns).await;
                columns
                    .iter()
                    .map(|column| format!("quote({column})"))
                    .collect::<Vec<_>>()
                    .join(" || ' ' || ")
            }
            Self::Postgres(_) => format!("to_jsonb({table})::text"),
        };
        self.ask(&format!(
            "SELECT {row} FROM {table} WHERE owner_id = '{owner}' ORDER BY 1"
        ))
        .await
    }

    async fn ask(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(file) => {
                let url = format!("sqlite:{}", file.display());
                let mut connection = SqliteConnection::connect(&url).await.expect("the file");
                let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                    .fetch_all(&mut connection)
                    .await
                    .expect("it answers");
                rows.iter().map(|row| row.get_unchecked(0)).collect()
            }
            Self::Postgres(database) => {
                let lines = database.sql(sql).expect("it answers");
                lines.lines().map(str::to_owned).collect()
            }
        }
    }
}

//! Rows read back into the domain's types.

use sqlx::{
    ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow,
};
use ultudy_domain::Timestamp;
use uuid::Uuid;

use crate::Result;

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a row is read as.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

impl Row {
    /// The column of this name, or in this place.
    pub(crate) fn get<T, I>(&self, column: I) -> Result<T>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A time that SQLite gives as it is and PostgreSQL as microseconds since 1970: to write a
    /// time down and to read it takes either side longer than the rest of a short row.
    pub(crate) fn time_or_micros(&self, place: usize) -> Result<Option<Timestamp>> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(place)?),
            Self::Postgres(row) => {
                let micros: Option<i64> = row.try_get(place)?;
                Ok(micros.and_then(Timestamp::from_timestamp_micros))
            }
        }
    }

    /// A column that holds JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let value: serde_json::Value = self.get(column)?;
        serde_json::from_value(value).map_err(|error| unreadable(column, error))
    }
}

/// Reads a name back that one of the domain's `parse` functions knows.
pub(crate) fn read_name<T>(
    row: &Row,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    let name: String = row.get(column)?;
    parse(&name).ok_or_else(|| unreadable(column, format!("unknown name {name:?}")))
}

fn unreadable(
    column: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> crate::StoreError {
    crate::StoreError::Other(sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: source.into(),
    })
}

macro_rules! first_column {
    ($($of:ty),*) => {$(
        impl FromRow for $of {
            fn from_row(row: &Row) -> Result<Self> {
                row.get(0)
            }
        }
    )*};
}

first_column!(bool, i32, i64, String, Uuid);

//! Values bound to a statement.

use chrono::NaiveDate;
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments, sqlite::SqliteArguments};
use ultudy_domain::{Timestamp, truncate_to_micros};
use uuid::Uuid;

/// A value that both databases take.
pub(crate) trait Bind {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError>;
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError>;
}

/// The binds of a statement, `$1` first.
macro_rules! binds {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &(dyn $crate::db::Bind + Sync)),*]
    };
}
pub(crate) use binds;

macro_rules! bind_as_is {
    ($($of:ty),*) => {$(
        impl Bind for $of {
            fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
                Arguments::add(arguments, self)
            }
            fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
                Arguments::add(arguments, self)
            }
        }
    )*};
}

bind_as_is!(
    bool,
    i16,
    i32,
    i64,
    &str,
    String,
    Uuid,
    NaiveDate,
    serde_json::Value,
    Option<bool>,
    Option<i16>,
    Option<i32>,
    Option<&str>,
    Option<String>,
    Option<Uuid>,
    Option<NaiveDate>,
    Option<serde_json::Value>
);

/// Below a microsecond PostgreSQL keeps nothing, so neither does SQLite. As text in
/// SQLite, times sort as they follow each other: the fraction has 0, 3 or 6 digits and
/// what comes after it (`+`) sorts before any digit and before the point.
impl Bind for Timestamp {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, truncate_to_micros(*self))
    }
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, truncate_to_micros(*self))
    }
}

impl Bind for Option<Timestamp> {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.map(truncate_to_micros))
    }
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.map(truncate_to_micros))
    }
}

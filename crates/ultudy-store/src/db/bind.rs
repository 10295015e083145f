//! Values bound to a statement.

use chrono::NaiveDate;
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments, sqlite::SqliteArguments};
use ultudy_domain::{Timestamp, truncate_to_micros};
use uuid::Uuid;

/// A value that both databases take.
pub(crate) trait Bind {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError>;
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError>;
    /// As it stands in the text of a statement for PostgreSQL.
    fn literal(&self) -> String;
    /// PostgreSQL's name of its type.
    fn type_name(&self) -> &'static str;
}

/// What a [`Bind`] is as a literal.
trait Literal {
    /// PostgreSQL's type.
    const TYPE: &'static str;
    fn text(&self) -> String;
    fn literal(&self) -> String {
        format!("{}::{}", quote(&self.text()), Self::TYPE)
    }
}

/// A string literal that reads the same whatever `standard_conforming_strings` says. NUL, which
/// no text can hold, is left as it is: the server refuses the statement.
pub(super) fn quote(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

macro_rules! literals {
    ($($of:ty: $type:literal, $text:expr;)*) => {$(
        impl Literal for $of {
            const TYPE: &'static str = $type;
            fn text(&self) -> String {
                let text: fn(&Self) -> String = $text;
                text(self)
            }
        }
    )*};
}

literals! {
    bool: "boolean", |value| value.to_string();
    i16: "smallint", |value| value.to_string();
    i32: "integer", |value| value.to_string();
    i64: "bigint", |value| value.to_string();
    &str: "text", |value| (*value).to_owned();
    String: "text", |value| value.clone();
    Uuid: "uuid", |value| value.to_string();
    NaiveDate: "date", |value| value.to_string();
    serde_json::Value: "jsonb", |value| value.to_string();
    Timestamp: "timestamptz", |value| truncate_to_micros(*value).to_rfc3339();
}

impl<T: Literal> Literal for Option<T> {
    const TYPE: &'static str = T::TYPE;
    fn text(&self) -> String {
        self.as_ref().map(T::text).unwrap_or_default()
    }
    fn literal(&self) -> String {
        match self {
            Some(value) => value.literal(),
            None => format!("NULL::{}", T::TYPE),
        }
    }
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
            fn literal(&self) -> String {
                Literal::literal(self)
            }
            fn type_name(&self) -> &'static str {
                <Self as Literal>::TYPE
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
    fn literal(&self) -> String {
        Literal::literal(self)
    }
    fn type_name(&self) -> &'static str {
        <Self as Literal>::TYPE
    }
}

impl Bind for Option<Timestamp> {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.map(truncate_to_micros))
    }
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        Arguments::add(arguments, self.map(truncate_to_micros))
    }
    fn literal(&self) -> String {
        Literal::literal(self)
    }
    fn type_name(&self) -> &'static str {
        <Self as Literal>::TYPE
    }
}

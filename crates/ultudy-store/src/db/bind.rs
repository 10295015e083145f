//! Values bound to a statement.

use std::borrow::Cow;

use chrono::NaiveDate;
use sqlx::{Arguments, error::BoxDynError, postgres::PgArguments, sqlite::SqliteArguments};
use ultudy_domain::{Timestamp, truncate_to_micros};
use uuid::Uuid;

/// A value that both databases take.
pub(crate) trait Bind {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError>;
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError>;
    /// Appends it as it stands in the text of a statement for PostgreSQL that knows its type.
    fn push_literal(&self, text: &mut String);
    /// PostgreSQL's name of its type.
    fn type_name(&self) -> &'static str;
}

/// What a [`Bind`] is as a literal.
trait Literal {
    /// PostgreSQL's type.
    const TYPE: &'static str;
    fn text(&self) -> Cow<'_, str>;
    /// Without its type, which whatever it is given to names: to look a type up for each value would
    /// take the server as long as to run a short statement.
    fn push_literal(&self, text: &mut String) {
        push_quoted(text, &self.text());
    }
}

/// A string literal that reads the same whatever `standard_conforming_strings` says. NUL, which
/// no text can hold, is left as it is: the server refuses the statement.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 3);
    push_quoted(&mut quoted, text);
    quoted
}

fn push_quoted(to: &mut String, text: &str) {
    to.reserve(text.len() + 3);
    // Where there is a backslash it matters what it means.
    if text.contains('\\') {
        to.push('E');
    }
    to.push('\'');
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\'']) {
        let (before, special) = rest.split_at(at);
        to.push_str(before);
        to.push_str(&special[..1]);
        to.push_str(&special[..1]);
        rest = &special[1..];
    }
    to.push_str(rest);
    to.push('\'');
}

macro_rules! literals {
    ($($of:ty: $type:literal, $text:expr;)*) => {$(
        impl Literal for $of {
            const TYPE: &'static str = $type;
            fn text(&self) -> Cow<'_, str> {
                let text: fn(&Self) -> Cow<'_, str> = $text;
                text(self)
            }
        }
    )*};
}

literals! {
    bool: "boolean", |value| value.to_string().into();
    i16: "smallint", |value| value.to_string().into();
    i32: "integer", |value| value.to_string().into();
    i64: "bigint", |value| value.to_string().into();
    &str: "text", |value| (*value).into();
    String: "text", |value| value.as_str().into();
    Uuid: "uuid", |value| value.to_string().into();
    NaiveDate: "date", |value| value.to_string().into();
    serde_json::Value: "jsonb", |value| value.to_string().into();
    &[u8]: "bytea", |value| format!("\\x{}", hex::encode(value)).into();
    Timestamp: "timestamptz", |value| truncate_to_micros(*value).to_rfc3339().into();
}

impl<T: Literal> Literal for Option<T> {
    const TYPE: &'static str = T::TYPE;
    fn text(&self) -> Cow<'_, str> {
        self.as_ref().map(T::text).unwrap_or_default()
    }
    fn push_literal(&self, text: &mut String) {
        match self {
            Some(value) => value.push_literal(text),
            None => text.push_str("NULL"),
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
            fn push_literal(&self, text: &mut String) {
                Literal::push_literal(self, text);
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
    &[u8],
    String,
    Uuid,
    NaiveDate,
    serde_json::Value,
    Option<bool>,
    Option<i16>,
    Option<i32>,
    Option<i64>,
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
    fn push_literal(&self, text: &mut String) {
        Literal::push_literal(self, text);
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
    fn push_literal(&self, text: &mut String) {
        Literal::push_literal(self, text);
    }
    fn type_name(&self) -> &'static str {
        <Self as Literal>::TYPE
    }
}

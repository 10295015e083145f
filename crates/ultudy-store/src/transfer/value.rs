//! A row between two databases: its values, as JSON for a statement that stores many at
//! once, and as bytes to be hashed, the same whichever database it was read from.

use chrono::{NaiveDate, SecondsFormat};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use sqlx::{error::BoxDynError, postgres::PgArguments, sqlite::SqliteArguments};
use ultudy_domain::Timestamp;
use uuid::Uuid;

use super::columns::{Column, Kind};
use crate::{
    Result,
    db::{Bind, Dialect, Row},
};

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Uuid(Uuid),
    Integer(i64),
    Boolean(bool),
    Time(Timestamp),
    Date(NaiveDate),
    Json(Json),
}

impl Value {
    /// Reads the value in this place. A NUL, which PostgreSQL keeps in no text and no JSON,
    /// becomes U+FFFD; `nuls` counts them.
    pub(crate) fn read(row: &Row, place: usize, kind: Kind, nuls: &mut u64) -> Result<Self> {
        let read = match kind {
            Kind::Text => row
                .get::<Option<String>, _>(place)?
                .map(|text| Self::Text(without_nul(text, nuls))),
            Kind::Uuid => row.get::<Option<Uuid>, _>(place)?.map(Self::Uuid),
            Kind::Integer => row.get::<Option<i64>, _>(place)?.map(Self::Integer),
            Kind::Boolean => row.get::<Option<bool>, _>(place)?.map(Self::Boolean),
            Kind::Time => row.get::<Option<Timestamp>, _>(place)?.map(Self::Time),
            Kind::Date => row.get::<Option<NaiveDate>, _>(place)?.map(Self::Date),
            Kind::Json => row
                .get::<Option<Json>, _>(place)?
                .filter(|json| !json.is_null())
                .map(|json| Self::Json(json_without_nul(json, nuls))),
        };
        Ok(read.unwrap_or(Self::Null))
    }

    /// As the statements of [`super::columns::Layout::insert`] read it.
    fn to_json(&self, dialect: Dialect) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Text(text) => Json::from(text.as_str()),
            Self::Uuid(id) => match dialect {
                Dialect::Sqlite => Json::from(id.simple().to_string()),
                Dialect::Postgres => Json::from(id.to_string()),
            },
            Self::Integer(number) => Json::from(*number),
            Self::Boolean(is) => Json::from(*is),
            // As sqlx writes times into SQLite: they are compared as texts there.
            Self::Time(time) => Json::from(time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            Self::Date(date) => Json::from(date.to_string()),
            Self::Json(json) => json.clone(),
        }
    }

    fn hash_into(&self, hasher: &mut Sha256) {
        let mut part = |tag: u8, bytes: &[u8]| {
            hasher.update([tag]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        match self {
            Self::Null => part(0, &[]),
            Self::Text(text) => part(1, text.as_bytes()),
            Self::Uuid(id) => part(2, id.as_bytes()),
            Self::Integer(number) => part(3, &number.to_be_bytes()),
            Self::Boolean(is) => part(4, &[u8::from(*is)]),
            Self::Time(time) => part(5, &time.timestamp_micros().to_be_bytes()),
            Self::Date(date) => part(6, date.to_string().as_bytes()),
            Self::Json(json) => {
                let mut text = String::new();
                write_canonical(json, &mut text);
                part(7, text.as_bytes());
            }
        }
    }
}

impl Bind for Value {
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Null => None::<String>.add_sqlite(arguments),
            Self::Text(text) => text.add_sqlite(arguments),
            Self::Uuid(id) => id.add_sqlite(arguments),
            Self::Integer(number) => number.add_sqlite(arguments),
            Self::Boolean(is) => is.add_sqlite(arguments),
            Self::Time(time) => time.add_sqlite(arguments),
            Self::Date(date) => date.add_sqlite(arguments),
            Self::Json(json) => json.add_sqlite(arguments),
        }
    }
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Null => None::<String>.add_postgres(arguments),
            Self::Text(text) => text.add_postgres(arguments),
            Self::Uuid(id) => id.add_postgres(arguments),
            Self::Integer(number) => number.add_postgres(arguments),
            Self::Boolean(is) => is.add_postgres(arguments),
            Self::Time(time) => time.add_postgres(arguments),
            Self::Date(date) => date.add_postgres(arguments),
            Self::Json(json) => json.add_postgres(arguments),
        }
    }
    fn push_literal(&self, to: &mut String) {
        match self {
            Self::Null => None::<String>.push_literal(to),
            Self::Text(text) => text.push_literal(to),
            Self::Uuid(id) => id.push_literal(to),
            Self::Integer(number) => number.push_literal(to),
            Self::Boolean(is) => is.push_literal(to),
            Self::Time(time) => time.push_literal(to),
            Self::Date(date) => date.push_literal(to),
            Self::Json(json) => json.push_literal(to),
        }
    }
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => None::<String>.type_name(),
            Self::Text(text) => text.type_name(),
            Self::Uuid(id) => id.type_name(),
            Self::Integer(number) => number.type_name(),
            Self::Boolean(is) => is.type_name(),
            Self::Time(time) => time.type_name(),
            Self::Date(date) => date.type_name(),
            Self::Json(json) => json.type_name(),
        }
    }
}

/// Rows as one JSON array of objects.
pub(crate) fn rows_to_json(columns: &[Column], rows: &[Vec<Value>], dialect: Dialect) -> String {
    let objects = rows.iter().map(|row| {
        let pairs = columns.iter().zip(row);
        let object: Map<String, Json> = pairs
            .map(|(column, value)| (column.name.clone(), value.to_json(dialect)))
            .collect();
        Json::from(object)
    });
    Json::from_iter(objects).to_string()
}

/// A hash over any number of rows, in no order: the sum of the rows' hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest([u64; 4]);

impl Digest {
    /// Adds a row; `place` is where it stands among the rows whose order matters, else 0.
    pub(crate) fn add(&mut self, row: &[Value], place: u64) {
        let mut hasher = Sha256::new();
        hasher.update(place.to_be_bytes());
        for value in row {
            value.hash_into(&mut hasher);
        }
        let hash = hasher.finalize();
        for (lane, bytes) in self.0.iter_mut().zip(hash.chunks_exact(8)) {
            let bytes = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            *lane = lane.wrapping_add(bytes);
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (into, lane) in bytes.chunks_exact_mut(8).zip(self.0) {
            into.copy_from_slice(&lane.to_be_bytes());
        }
        bytes
    }
}

/// JSON with the keys in order: PostgreSQL keeps them in one of its own.
fn write_canonical(json: &Json, out: &mut String) {
    match json {
        Json::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (key, value) in pairs {
                out.push_str(&Json::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Json::Array(values) => {
            out.push('[');
            for value in values {
                write_canonical(value, out);
                out.push(',');
            }
            out.push(']');
        }
        // `1.0` and `1` are one number in PostgreSQL's eyes, as are `-0.0` and `0`.
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                out.push_str(&format!("{}", float as i64));
            }
            _ => out.push_str(&number.to_string()),
        },
        _ => out.push_str(&json.to_string()),
    }
}

fn without_nul(text: String, nuls: &mut u64) -> String {
    let found = text.bytes().filter(|byte| *byte == 0).count();
    if found == 0 {
        return text;
    }
    *nuls += found as u64;
    text.replace('\0', "\u{fffd}")
}

fn json_without_nul(json: Json, nuls: &mut u64) -> Json {
    match json {
        Json::String(text) => Json::String(without_nul(text, nuls)),
        Json::Array(values) => values
            .into_iter()
            .map(|value| json_without_nul(value, nuls))
            .collect(),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (without_nul(key, nuls), json_without_nul(value, nuls)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn digest(rows: &[Vec<Value>]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row, 0);
        }
        digest
    }

    #[test]
    fn rows_hash_alike_in_any_order_and_keys_of_json_too() {
        let text = |text: &str| Value::Text(text.into());
        let one = vec![text("a"), Value::Json(json!({"b": [1.0, "x"], "a": -0.0}))];
        let same = vec![text("a"), Value::Json(json!({"a": 0, "b": [1, "x"]}))];
        let other = vec![text("b"), Value::Null];
        assert_eq!(
            digest(&[one.clone(), other.clone()]),
            digest(&[other.clone(), same])
        );
        assert_ne!(digest(&[one.clone(), one.clone()]), digest(&[other, one]));
    }

    #[test]
    fn what_is_parted_otherwise_hashes_otherwise() {
        let row = |parts: &[&str]| {
            parts
                .iter()
                .map(|text| Value::Text((*text).into()))
                .collect()
        };
        assert_ne!(digest(&[row(&["ab", "c"])]), digest(&[row(&["a", "bc"])]));
        assert_ne!(digest(&[vec![Value::Null]]), digest(&[row(&[""])]));
    }

    #[test]
    fn a_nul_is_replaced_wherever_it_is() {
        let mut nuls = 0;
        let json = json_without_nul(json!({"a\0": ["\0", {"b": "\0\0"}]}), &mut nuls);
        assert_eq!(
            json,
            json!({"a\u{fffd}": ["\u{fffd}", {"b": "\u{fffd}\u{fffd}"}]})
        );
        assert_eq!(nuls, 4);
    }
}

//! One row of the original, whose columns may be absent, null, of another type or of another
//! version.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;
use ultudy_domain::{Timestamp, truncate_to_micros};
use uuid::Uuid;

/// A row with its id.
pub(super) struct Row {
    /// Its id as it stands.
    pub(super) id_text: String,
    /// Its id.
    pub(super) id: Uuid,
    json: Value,
}

impl Row {
    /// A row with an id that can be one here.
    pub(super) fn new(json: Value) -> Result<Self, String> {
        let id_text = json["id"].as_str().unwrap_or_default().to_owned();
        match Uuid::parse_str(&id_text) {
            Ok(id) => Ok(Self { id_text, id, json }),
            Err(_) => Err(id_text),
        }
    }

    /// A column's value; null where it is absent.
    pub(super) fn value(&self, column: &str) -> &Value {
        &self.json[column]
    }

    /// A text; blank counts as none.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        let text = self.json[column].as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A text of at most `max` characters, cut where it is longer; whether it was.
    pub(super) fn short_text(&self, column: &str, max: usize) -> (Option<String>, bool) {
        let Some(text) = self.text(column) else {
            return (None, false);
        };
        let cut: String = text.chars().take(max).collect();
        let is_cut = cut.len() < text.len();
        (Some(cut.trim_end().to_owned()), is_cut)
    }

    /// An id of another row.
    pub(super) fn reference(&self, column: &str) -> Option<Uuid> {
        self.text(column)
            .and_then(|text| Uuid::parse_str(text).ok())
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self, column: &str) -> Option<i32> {
        let number = self.json[column].as_i64()?;
        i32::try_from(number).ok().filter(|number| *number >= 0)
    }

    /// A moment; without a zone it is in UTC.
    pub(super) fn time(&self, column: &str) -> Option<Timestamp> {
        let text = self.text(column)?;
        let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
        let time = zoned.ok().or_else(|| {
            let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
            Some(naive.and_utc())
        })?;
        Some(truncate_to_micros(time))
    }

    /// A day of the centuries that are taken here.
    pub(super) fn date(&self, column: &str) -> Option<NaiveDate> {
        ultudy_domain::field::optional_date(column, self.text(column))
            .ok()
            .flatten()
    }

    /// JSON, also where it is a text that holds JSON.
    pub(super) fn json(&self, column: &str) -> Option<Value> {
        unwrapped(self.json[column].clone())
    }

    /// Whether the column is there and not null.
    pub(super) fn has(&self, column: &str) -> bool {
        !self.json[column].is_null()
    }
}

/// JSON that may have been stored as a text; none if the text is none.
pub(super) fn unwrapped(json: Value) -> Option<Value> {
    match json {
        Value::String(text) => serde_json::from_str(&text).ok(),
        json => Some(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(json: Value) -> Row {
        Row::new(json).unwrap_or_else(|id| panic!("{id}"))
    }

    const ID: &str = "0d5b9a6e-1c1f-4f7b-9d7a-0b8f5f3c2a11";

    #[test]
    fn times_without_a_zone_are_in_utc() {
        let row = row(json!({
            "id": ID, "a": "2024-03-01T10:00:00.123456", "b": "2024-03-01T12:00:00.123456+02:00",
            "c": "infinity", "d": null
        }));
        assert!(row.time("a").is_some());
        assert_eq!(row.time("a"), row.time("b"));
        assert_eq!(
            (row.time("c"), row.time("d"), row.time("e")),
            (None, None, None)
        );
    }

    #[test]
    fn texts_are_cut_and_blank_ones_absent() {
        let row = row(json!({"id": ID, "a": "  Übung ", "b": " "}));
        assert_eq!(row.short_text("a", 9), (Some("Übung".into()), false));
        assert_eq!(row.short_text("a", 2), (Some("Üb".into()), true));
        assert_eq!(row.short_text("b", 2), (None, false));
    }

    #[test]
    fn json_in_a_text_is_json_and_what_is_none_is_not() {
        let row = row(json!({"id": ID, "a": "[1]", "b": "[1", "c": {"d": 1}, "n": -1}));
        assert_eq!(row.json("a"), Some(json!([1])));
        assert_eq!(row.json("b"), None);
        assert_eq!(row.json("c"), Some(json!({"d": 1})));
        assert_eq!((row.count("n"), row.count("m")), (None, None));
    }

    #[test]
    fn an_id_that_is_none_is_told() {
        assert_eq!(Row::new(json!({"id": "17"})).err().as_deref(), Some("17"));
    }
}

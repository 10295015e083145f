//! Rules for the fields people and programs send: what is refused, and why.

use serde::Serialize;

/// One field that was refused, and the reason, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name as the caller wrote it.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl FieldError {
    /// A refusal of `field` for `reason`.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

/// Longest name or title, in characters.
pub const NAME_MAX: usize = 300;
/// Longest short label (a course's code, its term), in characters.
pub const LABEL_MAX: usize = 100;
/// Longest chapter, in characters: front ends send them without a limit of their own.
pub const CHAPTER_MAX: usize = 2_000;

/// A text that must be there: trimmed, not blank, no NUL, at most `max` characters.
///
/// # Errors
/// The field and the first rule it breaks.
pub fn required(field: &str, value: &str, max: usize) -> Result<String, FieldError> {
    optional(field, Some(value), max)?.ok_or_else(|| FieldError::new(field, "must not be blank"))
}

/// A text that may be absent: trimmed; blank counts as absent.
///
/// # Errors
/// The field, when it holds a NUL byte or more than `max` characters.
pub fn optional(
    field: &str,
    value: Option<&str>,
    max: usize,
) -> Result<Option<String>, FieldError> {
    let Some(trimmed) = value.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if trimmed.contains('\0') {
        return Err(FieldError::new(field, "must not contain a NUL character"));
    }
    let length = trimmed.chars().count();
    if length > max {
        return Err(FieldError::new(
            field,
            format!("must be at most {max} characters; it has {length}"),
        ));
    }
    Ok(Some(trimmed.to_owned()))
}

/// A calendar date as `YYYY-MM-DD`, or the date of an ISO timestamp; blank counts as absent.
///
/// # Errors
/// The field, when there is no such date.
pub fn optional_date(
    field: &str,
    value: Option<&str>,
) -> Result<Option<chrono::NaiveDate>, FieldError> {
    let Some(text) = optional(field, value, 40)? else {
        return Ok(None);
    };
    let date = text.split('T').next().unwrap_or(&text);
    let parsed = chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok();
    let in_range = parsed.filter(|date| (1900..=2200).contains(&chrono::Datelike::year(date)));
    in_range
        .map(Some)
        .ok_or_else(|| FieldError::new(field, "must be a date that exists, written YYYY-MM-DD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_blank_is_absent() {
        assert_eq!(
            optional("name", Some("  Algebra "), 20),
            Ok(Some("Algebra".into()))
        );
        assert_eq!(optional("name", Some("   "), 20), Ok(None));
        assert!(required("name", " ", 20).is_err());
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(required("name", &"ü".repeat(20), 20).is_ok());
        assert!(required("name", &"ü".repeat(21), 20).is_err());
    }

    #[test]
    fn nul_is_refused() {
        assert!(optional("name", Some("a\0b"), 20).is_err());
    }

    #[test]
    fn impossible_dates_are_refused() {
        for bad in [
            "2026-02-30",
            "2026-13-01",
            "tomorrow",
            "99999-01-01",
            "0001-01-01",
        ] {
            assert!(optional_date("exam_date", Some(bad)).is_err(), "{bad}");
        }
        assert!(
            optional_date("exam_date", Some("2026-12-01T10:00:00Z")).is_ok_and(|d| d.is_some())
        );
    }
}

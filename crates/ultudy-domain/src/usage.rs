//! What language models were asked and what that cost.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use uuid::Uuid;

use crate::Timestamp;

/// Micro-dollars of a dollar.
pub const MICROS: i64 = 1_000_000;
/// What of a budget has been spent when it is warned of, in per cent.
pub const WARNED_AT: i64 = 80;

/// What a model costs, in micro-dollars (millionths of a US dollar) a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For those that it reads.
    pub read: i64,
    /// For those that it writes.
    pub written: i64,
}

impl Price {
    /// What so many tokens cost, in micro-dollars, rounded up.
    #[must_use]
    pub fn of(self, tokens_read: i64, tokens_written: i64) -> i64 {
        let whole = i128::from(self.read) * i128::from(tokens_read)
            + i128::from(self.written) * i128::from(tokens_written);
        let whole = whole.max(0);
        let rounded = whole / 1_000_000 + i128::from(whole % 1_000_000 > 0);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

/// An amount that cannot be taken: it is no number of dollars with at most six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no amount of dollars such as 0.15")]
pub struct NoAmount;

/// The micro-dollars of an amount in dollars such as `0.15`.
///
/// # Errors
/// [`NoAmount`].
pub fn micros(dollars: &str) -> Result<i64, NoAmount> {
    let (whole, part) = dollars.split_once('.').unwrap_or((dollars, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) || part.len() > 6 {
        return Err(NoAmount);
    }
    let whole: i64 = whole.parse().map_err(|_| NoAmount)?;
    let part: i64 = format!("{part:0<6}").parse().map_err(|_| NoAmount)?;
    let whole = whole.checked_mul(MICROS).ok_or(NoAmount)?;
    whole.checked_add(part).ok_or(NoAmount)
}

/// Micro-dollars as people read them: with cents, and with what is below them as far as it says
/// something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dollars(
    /// Micro-dollars.
    pub i64,
);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
        let part = format!("{part:06}");
        let longer = part.trim_end_matches('0').len().max(2);
        write!(f, "{sign}${whole}.{}", &part[..longer])
    }
}

/// A call of a model, over, whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    /// Its id; stored twice, it counts once.
    pub id: Uuid,
    /// When it ended.
    pub made_at: Timestamp,
    /// Whose model.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What for: `lesson`, `grading` …
    pub task: String,
    /// `answered`, or why not.
    pub outcome: String,
    /// Tokens that the provider says it read.
    pub tokens_read: i64,
    /// Tokens that it says it wrote.
    pub tokens_written: i64,
    /// What it cost, in micro-dollars; none if that is not known.
    pub cost_micros: Option<i64>,
}

/// What a call was made for, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MadeFor {
    /// The job.
    pub job_id: Option<Uuid>,
    /// The course of the document.
    pub course_id: Option<Uuid>,
    /// The document.
    pub document_id: Option<Uuid>,
    /// The section; none for the whole document.
    pub section_id: Option<Uuid>,
}

/// What came together, of calls and of what was used again instead of calling. Money is in
/// micro-dollars (millionths of a US dollar).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Totals {
    /// Calls of a model, whatever came of them.
    pub calls: i64,
    /// Tokens that models read.
    pub tokens_read: i64,
    /// Tokens that models wrote.
    pub tokens_written: i64,
    /// What the calls cost whose cost is known.
    pub cost_micros: i64,
    /// Calls whose cost is not known: the model has no price, or the provider told no tokens.
    pub unpriced_calls: i64,
    /// Lessons that had been generated before and were used again.
    pub reused: i64,
    /// Tokens that generating them had taken.
    pub saved_tokens: i64,
    /// What generating them had cost, as far as it is known.
    pub saved_micros: i64,
}

impl Totals {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            tokens_read: self.tokens_read + other.tokens_read,
            tokens_written: self.tokens_written + other.tokens_written,
            cost_micros: self.cost_micros + other.cost_micros,
            unpriced_calls: self.unpriced_calls + other.unpriced_calls,
            reused: self.reused + other.reused,
            saved_tokens: self.saved_tokens + other.saved_tokens,
            saved_micros: self.saved_micros + other.saved_micros,
        }
    }
}

/// What a budget holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// A day, in UTC.
    Day,
    /// A calendar month, in UTC.
    Month,
}

impl Period {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The first day of the one that a moment is in.
    #[must_use]
    pub fn first_day(self, at: Timestamp) -> NaiveDate {
        let day = at.date_naive();
        match self {
            Self::Day => day,
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// When the one that a moment is in is over.
    #[must_use]
    pub fn ends(self, at: Timestamp) -> Timestamp {
        let first = self.first_day(at);
        let next = match self {
            Self::Day => first.succ_opt(),
            Self::Month => first.checked_add_months(chrono::Months::new(1)),
        };
        let next = next.unwrap_or(first).and_time(chrono::NaiveTime::MIN);
        next.and_utc()
    }
}

/// Whose a budget is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    /// Each user's own.
    User,
    /// That of all together.
    All,
}

impl Whose {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::All => "all",
        }
    }
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// By whom.
    pub whose: Whose,
    /// Within what time.
    pub period: Period,
    /// Micro-dollars.
    pub limit_micros: i64,
}

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The budget.
    pub budget: Budget,
    /// What has been spent of it, in micro-dollars.
    pub spent_micros: i64,
    /// What calls that are under way are expected to cost.
    pub reserved_micros: i64,
}

impl Standing {
    /// Whether so much of it is spent that it is to be warned of.
    #[must_use]
    pub fn is_warned_of(&self) -> bool {
        self.spent_micros.saturating_mul(100) >= self.budget.limit_micros.saturating_mul(WARNED_AT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_cost_is_exact_and_rounded_up_to_a_millionth() {
        let price = Price {
            read: micros("0.40").unwrap(),
            written: micros("1.60").unwrap(),
        };
        assert_eq!(price.of(1_000_000, 1_000_000), 2_000_000);
        assert_eq!(price.of(1_234, 567), 1_401); // 493.6 + 907.2
        assert_eq!(price.of(1, 0), 1);
        assert_eq!(price.of(0, 0), 0);
        let dear = Price {
            read: i64::MAX,
            written: i64::MAX,
        };
        assert_eq!(dear.of(i64::MAX, i64::MAX), i64::MAX);
    }

    #[test]
    fn amounts_are_taken_without_floats() {
        for (text, expected) in [
            ("0", 0),
            ("0.15", 150_000),
            ("1.000001", 1_000_001),
            ("20", 20_000_000),
        ] {
            assert_eq!(micros(text), Ok(expected), "{text}");
        }
        for wrong in [
            "",
            "-1",
            "1.",
            ".5",
            "1.0000001",
            "1e3",
            "1,5",
            "9999999999999999",
            "½",
            " 1",
        ] {
            assert_eq!(micros(wrong), Err(NoAmount), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_shown_as_far_as_they_say_something() {
        for (micros, expected) in [
            (0, "$0.00"),
            (150_000, "$0.15"),
            (1_401, "$0.001401"),
            (2_500_000, "$2.50"),
            (-10_000, "-$0.01"),
        ] {
            assert_eq!(Dollars(micros).to_string(), expected);
        }
    }

    #[test]
    fn a_period_is_a_day_or_a_calendar_month() {
        let at = moment("2028-02-29T23:59:59Z");
        assert_eq!(Period::Day.ends(at), moment("2028-03-01T00:00:00Z"));
        assert_eq!(Period::Month.ends(at), moment("2028-03-01T00:00:00Z"));
        assert_eq!(Period::Month.first_day(at).to_string(), "2028-02-01");
        let at = moment("2028-12-31T00:00:00Z");
        assert_eq!(Period::Month.ends(at), moment("2029-01-01T00:00:00Z"));
    }

    #[test]
    fn it_is_warned_of_at_four_fifths() {
        let standing = |spent_micros| Standing {
            budget: Budget {
                whose: Whose::All,
                period: Period::Day,
                limit_micros: 100,
            },
            spent_micros,
            reserved_micros: 0,
        };
        assert!(!standing(79).is_warned_of());
        assert!(standing(80).is_warned_of());
    }
}

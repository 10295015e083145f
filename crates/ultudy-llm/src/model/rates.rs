//! How long a provider asks to be left alone, by its headers.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use reqwest::header::{DATE, HeaderMap};

/// Longest wait that a provider may ask for.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What `Retry-After` asks for, in seconds or as a date, counted from the answer's own `Date`.
pub(super) fn retry_after(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let asked = text(headers, name)?.trim();
    let wait = match asked.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => until(headers, DateTime::parse_from_rfc2822(asked).ok()?)?,
    };
    Some(wait.min(WAIT_MAX))
}

/// Until when what is spent comes back, the latest of all: pairs of headers, of which the first counts
/// what remains, the second says when that is again what it was, as a span or a date.
pub(super) fn spent<const N: usize>(
    headers: &HeaderMap,
    pairs: [(&str, &str); N],
) -> Option<Duration> {
    let resets = pairs.into_iter().filter_map(|(remaining, reset)| {
        let remaining: u64 = text(headers, remaining)?.trim().parse().ok()?;
        let reset = text(headers, reset).filter(|_| remaining == 0)?;
        let date = || DateTime::parse_from_rfc3339(reset).ok();
        span(reset).or_else(|| until(headers, date()?))
    });
    Some(resets.max()?.min(WAIT_MAX))
}

/// A span such as `1s`, `6m0s`, `1h2m`, `120ms` or `0.5s`; of a bare number, which would be anything,
/// nothing.
pub(super) fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, behind) = rest.split_at(unit);
        let next = behind.find(|c: char| c.is_ascii_digit());
        let (unit, behind) = behind.split_at(next.unwrap_or(behind.len()));
        let factor = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    let span = Duration::try_from_secs_f64(seconds).ok()?;
    Some(span.min(WAIT_MAX))
}

/// From the answer's own date until then; nothing if that is past.
fn until(headers: &HeaderMap, then: DateTime<FixedOffset>) -> Option<Duration> {
    let now = DateTime::parse_from_rfc2822(text(headers, DATE.as_str())?).ok()?;
    (then - now).to_std().ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderName;

    use super::*;

    const NOW: (&str, &str) = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_longer_than_a_day() {
        let seconds = |text, with_date: bool| {
            let mut given = headers(&[("retry-after", text), NOW]);
            if !with_date {
                given.remove("date");
            }
            retry_after(&given, "retry-after").map(|wait| wait.as_secs())
        };
        assert_eq!(seconds("7", false), Some(7));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:30 GMT", true), Some(30));
        assert_eq!(seconds("Wed, 21 Oct 2026 07:28:30 GMT", false), None);
        assert_eq!(seconds("Wed, 21 Oct 2026 07:27:30 GMT", true), None, "past");
        assert_eq!(seconds("99999999999", false), Some(86_400));
        assert_eq!(seconds("soon", true), None);
        assert_eq!(seconds("-3", true), None);
    }

    #[test]
    fn what_is_spent_is_waited_for_and_what_is_left_is_not() {
        let of = |pairs: &[(&'static str, &str)]| {
            let pairs = [pairs, &[NOW]].concat();
            let names = [("left-a", "reset-a"), ("left-b", "reset-b")];
            spent(&headers(&pairs), names).map(|wait| wait.as_millis())
        };
        assert_eq!(of(&[("left-a", "0"), ("reset-a", "6m0s")]), Some(360_000));
        assert_eq!(of(&[("left-a", "1"), ("reset-a", "6m0s")]), None);
        let date = ("reset-b", "2026-10-21T07:28:05Z");
        assert_eq!(of(&[("left-b", "0"), date]), Some(5_000));
        let both = [("left-a", "0"), ("reset-a", "120ms"), ("left-b", "0"), date];
        assert_eq!(of(&both), Some(5_000));
        assert_eq!(of(&[("left-a", "0"), ("reset-a", "soon")]), None);
        assert_eq!(
            of(&[("left-a", "0"), ("reset-a", "9999d")]),
            Some(86_400_000)
        );
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_span_is_read_with_its_units_only() {
        let of = |text| span(text).map(|span| span.as_millis());
        assert_eq!(of("1s"), Some(1_000));
        assert_eq!(of("0.5s"), Some(500));
        assert_eq!(of("1h2m3s"), Some(3_723_000));
        assert_eq!(of("7.66s"), Some(7_660));
        for nothing in ["", "7", "s", "1x", "1.2.3s", "-1s", "1s2", "é"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }
}

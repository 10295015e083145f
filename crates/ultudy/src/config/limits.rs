//! How often somebody may ask.

use ultudy_app::limits::Rules;

use super::{ConfigError, Settings};

/// Most that a limit may be: every place within the window is remembered.
const MOST: u64 = 100_000;

/// The limits; none if nothing is limited.
pub(super) fn rules(settings: &Settings) -> Result<Option<Rules>, ConfigError> {
    let rules = Rules {
        lesson_jobs: most(settings, "LESSON_JOBS_PER_MINUTE")?,
        upload_jobs: most(settings, "UPLOAD_JOBS_PER_MINUTE")?,
        user_requests: most(settings, "USER_REQUESTS_PER_MINUTE")?,
        address_requests: most(settings, "ADDRESS_REQUESTS_PER_MINUTE")?,
    };
    let is_on: bool = settings.parse("ENABLE_RATE_LIMITING", "must be true or false")?;
    Ok(is_on.then_some(rules))
}

fn most(settings: &Settings, name: &str) -> Result<u32, ConfigError> {
    let number = settings.positive(name)?;
    if number > MOST {
        let reason = "must be at most 100000; ENABLE_RATE_LIMITING=false limits nothing";
        return Err(settings.error(name, reason));
    }
    u32::try_from(number).map_err(|_| settings.error(name, "is too large"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn ten_lessons_and_five_uploads_a_minute_are_the_defaults() {
        let rules = read(&[]).unwrap().limits.unwrap();
        assert_eq!((rules.lesson_jobs, rules.upload_jobs), (10, 5));
        let off = read(&[("ENABLE_RATE_LIMITING", "false")]).unwrap();
        assert_eq!(off.limits, None);
    }

    #[test]
    fn a_limit_that_would_limit_nothing_is_refused() {
        let refused = read(&[("LESSON_JOBS_PER_MINUTE", "100001")]).unwrap_err();
        assert!(refused.to_string().contains("ENABLE_RATE_LIMITING=false"));
    }
}

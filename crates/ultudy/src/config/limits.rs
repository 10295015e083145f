//! How often somebody may ask.

use ultudy_app::{documents::under_way::AtOnce, limits::Rules};

use super::{ConfigError, Settings};

/// Most that a limit may be: every place within the window is remembered.
const MOST: u64 = 100_000;
/// Most files that may arrive at once: each takes two of at most 20,000 open files.
const ARRIVE_MAX: u64 = 9_000;

/// The limits; none if nothing is limited.
pub(super) fn rules(settings: &Settings) -> Result<Option<Rules>, ConfigError> {
    let rules = Rules {
        lesson_jobs: most(settings, "LESSON_JOBS_PER_MINUTE")?,
        upload_jobs: most(settings, "UPLOAD_JOBS_PER_MINUTE")?,
        questions: most(settings, "QUESTIONS_PER_MINUTE")?,
        user_requests: most(settings, "USER_REQUESTS_PER_MINUTE")?,
        address_requests: most(settings, "ADDRESS_REQUESTS_PER_MINUTE")?,
    };
    let is_on: bool = settings.parse("ENABLE_RATE_LIMITING", "must be true or false")?;
    Ok(is_on.then_some(rules))
}

/// How many uploads may arrive at once. That one user may have more of them than there may be at all
/// says only that nobody is kept from having all.
pub(super) fn uploads_at_once(settings: &Settings) -> Result<AtOnce, ConfigError> {
    Ok(AtOnce {
        all: settings.count("UPLOADS_AT_ONCE", ARRIVE_MAX)?,
        of_one: settings.count("USER_UPLOADS_AT_ONCE", ARRIVE_MAX)?,
    })
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
    fn so_many_uploads_arrive_at_once_as_is_said() {
        let at_once = read(&[]).unwrap().uploads_at_once;
        assert_eq!((at_once.all, at_once.of_one), (64, 16));
        let set = [("UPLOADS_AT_ONCE", "8"), ("USER_UPLOADS_AT_ONCE", "2")];
        let at_once = read(&set).unwrap().uploads_at_once;
        assert_eq!((at_once.all, at_once.of_one), (8, 2));
        for wrong in ["0", "9001", "many"] {
            let refused = read(&[("UPLOADS_AT_ONCE", wrong)]).unwrap_err();
            assert!(
                refused.to_string().starts_with("UPLOADS_AT_ONCE="),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_limit_that_would_limit_nothing_is_refused() {
        let refused = read(&[("LESSON_JOBS_PER_MINUTE", "100001")]).unwrap_err();
        assert!(refused.to_string().contains("ENABLE_RATE_LIMITING=false"));
    }
}

//! What pages call things. Templates pass references.

use std::borrow::Cow;

use chrono::NaiveDate;
use ultudy_domain::{
    document::{MaterialType, Sectioning},
    job::JobStatus,
    mastery::MasteryState,
    study_session::SessionType,
};

/// A number, or a reference to one, as templates pass it.
pub trait Number {
    /// Its value.
    fn value(&self) -> i64;
}

macro_rules! number {
    ($($type:ty),+) => {
        $(impl Number for $type {
            fn value(&self) -> i64 {
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        })+
    };
}

number!(i32, i64, u32, u64, usize);

impl<N: Number + ?Sized> Number for &N {
    fn value(&self) -> i64 {
        (**self).value()
    }
}

/// A state of mastery.
pub fn mastery(state: &MasteryState) -> &'static str {
    match state {
        MasteryState::NotLearned => "not started",
        MasteryState::Introduced => "started",
        MasteryState::Understood => "understood",
        MasteryState::NeedsReview => "to review",
        MasteryState::Mastered => "mastered",
    }
}

/// The states, best last, as a legend lists them.
pub const MASTERY_STATES: [MasteryState; 5] = [
    MasteryState::NotLearned,
    MasteryState::Introduced,
    MasteryState::NeedsReview,
    MasteryState::Understood,
    MasteryState::Mastered,
];

/// The languages that lessons can be in, each by its own name.
pub const LANGUAGES: [(&str, &str); 32] = [
    ("ar", "العربية"),
    ("bg", "български"),
    ("bn", "বাংলা"),
    ("cs", "čeština"),
    ("da", "dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "español"),
    ("fa", "فارسی"),
    ("fi", "suomi"),
    ("fr", "français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "magyar"),
    ("id", "Bahasa Indonesia"),
    ("it", "italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nb", "norsk bokmål"),
    ("nl", "Nederlands"),
    ("pl", "polski"),
    ("pt", "português"),
    ("pt-BR", "português (Brasil)"),
    ("ro", "română"),
    ("ru", "русский"),
    ("sv", "svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// Whether two texts are one.
pub fn is_same(one: impl AsRef<str>, other: impl AsRef<str>) -> bool {
    one.as_ref() == other.as_ref()
}

/// A kind of material.
pub fn material(kind: &MaterialType) -> &'static str {
    match kind {
        MaterialType::Textbook => "Textbook",
        MaterialType::Lecture => "Lecture",
        MaterialType::Tutorial => "Tutorial",
        MaterialType::Exam => "Past exam",
    }
}

/// How a document came to its sections.
pub fn sectioning(how: &Sectioning) -> &'static str {
    match how {
        Sectioning::Outline => "The sections follow the document’s own outline.",
        Sectioning::Headings => "The sections follow the headings found on the pages.",
        Sectioning::Contents => "The sections follow the printed table of contents.",
        Sectioning::EqualParts => {
            "This document has no outline to go by, so it is split into equal parts."
        }
    }
}

/// What a study session was for.
pub fn session(kind: &SessionType) -> &'static str {
    match kind {
        SessionType::Lesson => "Lesson",
        SessionType::Practice => "Practice",
        SessionType::Review => "Review",
        SessionType::Flashcards => "Flash cards",
    }
}

/// A job that waits.
pub const QUEUED: &str = "Waiting for its turn";

/// Stages of a job and what they are called.
pub const STAGES: [(&str, &str); 9] = [
    ("queued", QUEUED),
    ("opening", "Opening the file"),
    ("reading", "Reading the pages"),
    ("transcribing", "Reading pictures of pages"),
    ("recognising", "Recognising scanned pages"),
    ("sectioning", "Finding the sections"),
    ("gathering", "Gathering the text"),
    ("writing", "Writing the lesson"),
    ("storing", "Putting it away"),
];

/// What a job is doing; behind some stages' names stands at which of how many pages.
pub fn stage(status: JobStatus, stage: &str) -> Cow<'static, str> {
    if status == JobStatus::Queued {
        return QUEUED.into();
    }
    let (name, place) = stage.split_once(' ').unwrap_or((stage, ""));
    let known = STAGES.iter().find(|(stage, _)| *stage == name);
    let words = known.map_or("Working on it", |(_, words)| words);
    match place.split_once('/') {
        Some((page, pages)) => format!("{words}: {page} of {pages}").into(),
        None => words.into(),
    }
}

/// `1 page`, `2 pages`.
pub fn count(number: impl Number, one: &str, many: &str) -> String {
    match number.value() {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

/// `page 4`, `pages 4–6`.
pub fn pages(first: impl Number, last: impl Number) -> String {
    let (first, last) = (first.value(), last.value());
    if last > first {
        format!("pages {first}–{last}")
    } else {
        format!("page {first}")
    }
}

/// "Page 3" or "Pages 3–5, 9".
pub fn pages_of(pages: &[u32]) -> String {
    let noun = if pages.len() == 1 { "Page" } else { "Pages" };
    format!("{noun} {}", page_list(pages))
}

/// `4, 7–9`: page numbers in order, runs drawn together.
fn page_list(pages: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &page in pages {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(page) => *last = page,
            _ => runs.push((page, page)),
        }
    }
    let named = runs.iter().map(|&(first, last)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}–{last}"),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// How far off an exam is.
pub fn exam(day: NaiveDate, today: NaiveDate) -> String {
    match (day - today).num_days() {
        0 => "Exam today".into(),
        1 => "Exam tomorrow".into(),
        days @ 2.. => format!("{days} days to the exam"),
        _ => format!("Exam was on {}", day.format("%-d %B %Y")),
    }
}

/// `1 h 20 min`.
pub fn duration(minutes: impl Number) -> String {
    let minutes = minutes.value();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A size in bytes.
pub fn size(bytes: impl Number) -> String {
    let bytes = bytes.value();
    match bytes >> 20 {
        0 => format!("{} KB", bytes >> 10),
        megabytes => format!("{megabytes} MB"),
    }
}

/// What browsers call themselves, and what they are called. Those that also name others come
/// before them.
const BROWSERS: [(&str, &str); 7] = [
    ("Firefox/", "Firefox"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];
/// The same of systems.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// What somebody signed in with, by its `User-Agent`: `Firefox on Linux`. A program's is shown
/// as it is.
pub fn device(user_agent: Option<&str>) -> String {
    let agent = user_agent.unwrap_or("A program");
    let called = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(part, _)| agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (called(&BROWSERS), called(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        _ => agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_can_be_chosen_has_a_name() {
        let tags = LANGUAGES.map(|(tag, _)| tag);
        assert_eq!(tags, ultudy_domain::language::CHOICES);
    }

    #[test]
    fn a_browser_is_named_and_a_program_names_itself() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(device(Some(chrome)), "Chrome on Linux");
        let edge = format!("{chrome} Edg/140.0.0.0");
        assert_eq!(device(Some(&edge)), "Edge on Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(device(Some(phone)), "Safari on iPhone");
        assert_eq!(device(Some("curl/8.0")), "curl/8.0");
        assert_eq!(device(None), "A program");
    }

    #[test]
    fn runs_of_pages_are_drawn_together() {
        assert_eq!(page_list(&[4, 7, 8, 9]), "4, 7–9");
        assert_eq!(page_list(&[]), "");
    }

    #[test]
    fn an_exam_is_as_far_off_as_a_student_counts() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let from = |today| exam(day("2026-06-15"), day(today));
        assert_eq!(from("2026-06-01"), "14 days to the exam");
        assert_eq!(from("2026-06-14"), "Exam tomorrow");
        assert_eq!(from("2026-06-15"), "Exam today");
        assert_eq!(from("2026-06-16"), "Exam was on 15 June 2026");
    }

    #[test]
    fn counts_agree_in_number() {
        assert_eq!(count(1, "page", "pages"), "1 page");
        assert_eq!(count(0, "page", "pages"), "0 pages");
        assert_eq!(pages(4, 4), "page 4");
        assert_eq!(pages(4, 6), "pages 4–6");
    }
}

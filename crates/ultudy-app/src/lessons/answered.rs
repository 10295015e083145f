//! A lesson as it is answered to programs, ready to be sent: nothing of it is read, written or
//! copied again for each answer.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use ultudy_domain::lesson_text::WrittenLesson;
use uuid::{Uuid, fmt::Hyphenated};

const MEMBER: &[u8] = b"{\"lesson\":";

/// The document's id, a blank, the version, a line break, and the JSON object whose one member is
/// `lesson`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredLesson(Bytes);

/// Where the version begins.
const VERSION: usize = Hyphenated::LENGTH + 1;
/// Where the JSON begins: after a lesson's id, `-`, and 16 digits.
const JSON: usize = VERSION + Hyphenated::LENGTH + 1 + 16 + 1;

impl AnsweredLesson {
    /// Writes the answer, with or without the questions.
    #[must_use]
    pub fn of(lesson: &WrittenLesson, with_questions: bool) -> Self {
        let version = version(lesson.id, lesson.course_id, lesson.chapter.as_deref());
        let head = format!("{} {version}\n", lesson.document_id);
        let json = lesson.json(with_questions);
        Self(
            [head.as_bytes(), MEMBER, json.as_bytes(), b"}"]
                .concat()
                .into(),
        )
    }

    /// What was kept; none if it is no such thing.
    pub(super) fn kept(kept: Bytes) -> Option<Self> {
        let is_one = kept.get(JSON - 1) == Some(&b'\n')
            && kept.get(VERSION - 1) == Some(&b' ')
            && kept[JSON..].starts_with(MEMBER)
            && kept.ends_with(b"}}")
            && kept[..JSON].is_ascii();
        is_one.then_some(Self(kept))
    }

    /// To be kept.
    pub(super) fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The document it teaches.
    #[must_use]
    pub fn document_id(&self) -> Option<Uuid> {
        Uuid::try_parse_ascii(&self.0[..VERSION - 1]).ok()
    }

    /// Another one whenever what is answered is another.
    #[must_use]
    pub fn version(&self) -> &str {
        std::str::from_utf8(&self.0[VERSION..JSON - 1]).unwrap_or_default()
    }

    /// The lesson as a JSON object.
    #[must_use]
    pub fn object(&self) -> Bytes {
        self.0.slice(JSON + MEMBER.len()..self.0.len() - 1)
    }

    /// The lesson as the member `lesson` of a JSON object.
    #[must_use]
    pub fn member(&self) -> Bytes {
        self.0.slice(JSON..)
    }
}

/// A lesson itself never changes, another version of it is another lesson; but its document may be
/// moved to another course or chapter.
pub(super) fn version(id: Uuid, course_id: Option<Uuid>, chapter: Option<&str>) -> String {
    let mut hasher = DefaultHasher::new();
    (course_id, chapter).hash(&mut hasher);
    format!("{id}-{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use ultudy_domain::lesson_text::LessonText;

    use super::*;

    #[test]
    fn a_lesson_is_read_as_it_was_written() {
        let text = "\"topic\":\"a\"\n\"name\":\"b\"\n\n\n\"created_at\":1";
        let lesson = WrittenLesson {
            id: Uuid::from_u128(1),
            document_id: Uuid::from_u128(2),
            section_id: Some(Uuid::from_u128(3)),
            course_id: None,
            chapter: Some("\"one\"\nline\u{2028}".into()),
            text: LessonText::kept(text.into()).unwrap(),
        };
        let written = AnsweredLesson::of(&lesson, true);
        let read = AnsweredLesson::kept(written.as_bytes().clone()).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.document_id(), Some(Uuid::from_u128(2)));
        assert_eq!(
            read.version(),
            version(lesson.id, None, lesson.chapter.as_deref())
        );
        assert_eq!(read.object(), lesson.json(true));
        let member = format!("{{\"lesson\":{}}}", lesson.json(true));
        assert_eq!(read.member(), member);
        let moved = version(
            lesson.id,
            Some(Uuid::from_u128(9)),
            lesson.chapter.as_deref(),
        );
        assert_ne!(read.version(), moved);
        for broken in ["", "\n", "no line break", "{\"lesson\":{}}"] {
            assert_eq!(AnsweredLesson::kept(broken.into()), None, "{broken:?}");
        }
        let half = written.as_bytes().slice(..written.as_bytes().len() / 2);
        assert_eq!(AnsweredLesson::kept(half), None);
    }
}

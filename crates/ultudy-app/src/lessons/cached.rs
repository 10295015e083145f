//! Lessons as they are answered, kept by who shares the cache.
//!
//! A user is a scope: whatever changes one of their lessons, by deleting it or moving its document,
//! outdates all of theirs. It is rare, and nothing can be forgotten that way.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ultudy_domain::lesson_text::{LessonText, WrittenLesson};
use ultudy_engines::cache::{Belief, Cache, Found, Place};
use ultudy_store::lessons::LessonOf;
use uuid::Uuid;

/// The cache of lessons, if there is to be one.
#[derive(Clone, Default)]
pub struct CachedLessons(Option<Arc<dyn Cache>>);

/// What of a lesson may change, before the line break that its text begins after.
#[derive(Serialize, Deserialize)]
struct Head {
    id: Uuid,
    document_id: Uuid,
    section_id: Option<Uuid>,
    course_id: Option<Uuid>,
    chapter: Option<String>,
}

impl CachedLessons {
    /// Kept in this cache.
    #[must_use]
    pub fn new(cache: Arc<dyn Cache>) -> Self {
        Self(Some(cache))
    }

    /// The lesson if it is kept, else where to put it once it is read.
    pub(super) async fn find(
        &self,
        owner_id: &str,
        of: LessonOf,
        belief: Belief,
    ) -> Result<WrittenLesson, Option<Place>> {
        let Some(cache) = &self.0 else {
            return Err(None);
        };
        match cache.get(owner_id, &name(of), belief).await {
            Found::Hit(kept) => read(&kept).ok_or(None),
            Found::Miss(place) => Err(place),
        }
    }

    pub(super) async fn keep(&self, place: Option<Place>, lesson: &WrittenLesson) {
        if let (Some(cache), Some(place)) = (&self.0, place)
            && let Ok(kept) = write(lesson)
        {
            cache.put(place, kept).await;
        }
    }

    /// After the commit of what may have changed a lesson of this owner; whether everybody who
    /// shares the cache knows. What fails, or is never asked for since the process vanished, is
    /// done by housekeeping, for the store has noted it.
    pub(crate) async fn outdate(&self, owner_id: &str) -> bool {
        match &self.0 {
            Some(cache) => cache.outdate(owner_id).await,
            None => true,
        }
    }
}

/// The number goes up when lessons are written otherwise.
fn name(of: LessonOf) -> String {
    match of {
        LessonOf::Section(id) => format!("lesson-1-section-{id}"),
        LessonOf::Document(id) => format!("lesson-1-document-{id}"),
    }
}

fn write(lesson: &WrittenLesson) -> serde_json::Result<Bytes> {
    let head = Head {
        id: lesson.id,
        document_id: lesson.document_id,
        section_id: lesson.section_id,
        course_id: lesson.course_id,
        chapter: lesson.chapter.clone(),
    };
    // Compact JSON has no line breaks.
    let mut kept = serde_json::to_vec(&head)?;
    kept.push(b'\n');
    kept.extend_from_slice(lesson.text.as_str().as_bytes());
    Ok(kept.into())
}

fn read(kept: &[u8]) -> Option<WrittenLesson> {
    let (head, text) = std::str::from_utf8(kept).ok()?.split_once('\n')?;
    let head: Head = serde_json::from_str(head).ok()?;
    Some(WrittenLesson {
        id: head.id,
        document_id: head.document_id,
        section_id: head.section_id,
        course_id: head.course_id,
        chapter: head.chapter,
        text: LessonText::kept(text.to_owned())?,
    })
}

#[cfg(test)]
mod tests {
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
        let kept = write(&lesson).unwrap();
        assert_eq!(read(&kept), Some(lesson));
        for broken in ["", "\n", "{}\na\nb", "no line break"] {
            assert_eq!(read(broken.as_bytes()), None, "{broken:?}");
        }
        assert_eq!(read(&kept[..kept.len() / 2]), None);
    }
}

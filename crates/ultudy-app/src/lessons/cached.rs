//! Lessons as they are answered, kept by who shares the cache.
//!
//! A user is a scope: whatever changes one of their lessons, by deleting it or moving its document,
//! outdates all of theirs. It is rare, and nothing can be forgotten that way.

use std::sync::Arc;

use ultudy_engines::cache::{Belief, Cache, Found, Place};
use ultudy_store::lessons::LessonOf;

use super::AnsweredLesson;

/// The cache of lessons, if there is to be one.
#[derive(Clone, Default)]
pub struct CachedLessons(Option<Arc<dyn Cache>>);

/// Which lesson, and whether with its questions.
pub(super) type Form = (LessonOf, bool);

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
        form: Form,
        belief: Belief,
    ) -> Result<AnsweredLesson, Option<Place>> {
        let Some(cache) = &self.0 else {
            return Err(None);
        };
        match cache.get(owner_id, &name(form), belief).await {
            Found::Hit(kept) => AnsweredLesson::kept(kept).ok_or(None),
            Found::Miss(place) => Err(place),
        }
    }

    pub(super) async fn keep(&self, place: Option<Place>, lesson: &AnsweredLesson) {
        if let (Some(cache), Some(place)) = (&self.0, place) {
            cache.put(place, lesson.as_bytes().clone()).await;
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
fn name((of, with_questions): Form) -> String {
    let form = if with_questions { "whole" } else { "bare" };
    match of {
        LessonOf::Section(id) => format!("lesson-2-{form}-section-{id}"),
        LessonOf::Document(id) => format!("lesson-2-{form}-document-{id}"),
    }
}

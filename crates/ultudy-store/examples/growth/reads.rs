//! Every list and read of the store, and whether it found something.

use std::{future::Future, pin::Pin};

use ultudy_domain::job::JobStatus;
use ultudy_store::{
    Page, Store, StoreError, api_tokens, auth_sessions, check_ins,
    check_ins::QuestionRef,
    chunks::Within,
    concepts, courses, documents, figures, glossaries,
    jobs::{self, JobFilter},
    lessons::{self, LessonOf},
    practice, search, sections, study_sessions, users,
};
use uuid::Uuid;

use super::fill::{self, Kind, nth};

/// A call that reads.
pub struct Read {
    pub name: &'static str,
    pub call: fn(&Store, Of) -> Found<'_>,
}

type Found<'a> = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + 'a>>;

/// A user and ids of theirs.
pub struct Of {
    number: u64,
    owner: String,
    course: Uuid,
    document: Uuid,
    section: Uuid,
    lesson: Uuid,
    concept: Uuid,
    check_in: Uuid,
    study_session: Uuid,
    job: Uuid,
}

impl Of {
    pub fn new(user: u64) -> Self {
        Self {
            number: user,
            owner: fill::owner(user),
            course: nth(Kind::Course, user * 2),
            document: nth(Kind::Document, user * 2),
            section: nth(Kind::Section, user * 10 + 1),
            lesson: nth(Kind::Lesson, user * 10 + 1),
            concept: nth(Kind::Concept, user * 50 + 1),
            check_in: nth(Kind::CheckIn, user * 50 + 1),
            study_session: nth(Kind::StudySession, user * 10 + 1),
            job: nth(Kind::Job, user * 10 + 1),
        }
    }
}

macro_rules! reads {
    ($($name:literal, |$tx:ident, $of:ident| $found:expr;)*) => {
        vec![$(Read {
            name: $name,
            call: |store, of| Box::pin(async move {
                let mut owned = store.read(&of.owner).await?;
                let ($tx, $of) = (&mut owned, &of);
                let found = $found;
                owned.commit().await?;
                Ok(found)
            }),
        }),*]
    };
}

macro_rules! system_reads {
    ($($name:literal, |$tx:ident, $of:ident| $found:expr;)*) => {
        vec![$(Read {
            name: $name,
            call: |store, of| Box::pin(async move {
                let mut owned = store.system_read().await?;
                let ($tx, $of) = (&mut owned, &of);
                let found = $found;
                owned.commit().await?;
                Ok(found)
            }),
        }),*]
    };
}

pub fn all() -> Vec<Read> {
    let mut all = materials();
    all.extend(studies());
    all.extend(jobs_and_search());
    all.extend(accounts());
    // Not a read, but it finds all that goes with a document, also by the foreign keys.
    all.push(Read {
        name: "documents::delete, taken back",
        call: |store, of| {
            Box::pin(async move {
                let mut tx = store.write(&of.owner).await?;
                Ok(documents::delete(&mut tx, of.document).await?.is_some())
            })
        },
    });
    all
}

const PAGE: Page = Page {
    limit: 50,
    after: None,
};

fn materials() -> Vec<Read> {
    reads! {
        "courses::list", |tx, _of| !courses::list(tx, false, PAGE).await?.is_empty();
        "courses::find", |tx, of| courses::find(tx, of.course).await?.is_some();
        "documents::list", |tx, _of| !documents::list(tx, None, PAGE).await?.is_empty();
        "documents::list, of a course",
            |tx, of| !documents::list(tx, Some(of.course), PAGE).await?.is_empty();
        "documents::find", |tx, of| documents::find(tx, of.document).await?.is_some();
        "documents::file", |tx, of| documents::file(tx, of.document).await?.is_some();
        "documents::ids_of_course",
            |tx, of| !documents::ids_of_course(tx, of.course).await?.is_empty();
        "documents::lesson_variant",
            |tx, of| documents::lesson_variant(tx, of.document).await? == 0;
        "figures::sizes", |tx, of| !figures::sizes(tx, of.document).await?.is_empty();
        "figures::file", |tx, of| figures::file(tx, of.document, 1).await?.is_some();
        "glossaries::find", |tx, of| glossaries::find(tx, of.document, 1).await?.is_some();
        "sections::list", |tx, of| !sections::list(tx, of.document).await?.is_empty();
        "sections::of_course", |tx, of| !sections::of_course(tx, of.course).await?.is_empty();
        "sections::find", |tx, of| sections::find(tx, of.section).await?.is_some();
        "sections::with_next", |tx, of| !sections::with_next(tx, of.section).await?.is_empty();
        "sections::texts", |tx, of| !sections::texts(tx, of.document).await?.is_empty();
    }
}

fn studies() -> Vec<Read> {
    reads! {
        "lessons::id", |tx, of| lessons::id(tx, LessonOf::Section(of.section)).await?.is_some();
        "lessons::kept", |tx, of| {
            let kept = lessons::kept(tx, LessonOf::Section(of.section)).await?;
            kept.is_some_and(|kept| kept.text.is_some())
        };
        "lessons::find, of a section",
            |tx, of| lessons::find(tx, LessonOf::Section(of.section)).await?.is_some();
        "lessons::find, of a document",
            |tx, of| lessons::find(tx, LessonOf::Document(of.document)).await?.is_none();
        "concepts::find", |tx, of| concepts::find(tx, of.concept).await?.is_some();
        "concepts::states", |tx, of| !concepts::states(tx, of.lesson).await?.is_empty();
        "concepts::list", |tx, _of| !concepts::list(tx, None, None).await?.is_empty();
        "concepts::list, of a course",
            |tx, of| !concepts::list(tx, Some(of.course), None).await?.is_empty();
        "concepts::list, of a document",
            |tx, of| !concepts::list(tx, None, Some(of.document)).await?.is_empty();
        "check_ins::find", |tx, of| check_ins::find(tx, of.check_in).await?.is_some();
        "check_ins::search", |tx, _of| {
            let by = QuestionRef {
                concept_name: "Concept 3".into(),
                question: fill::QUESTION.into(),
                ..QuestionRef::default()
            };
            !check_ins::search(tx, &by).await?.is_empty()
        };
        "practice::questions",
            |tx, _of| !practice::questions(tx, &practice::Scope::default(), 10).await?.is_empty();
        "practice::unlearnt",
            |tx, _of| practice::unlearnt(tx, &practice::Scope::default(), 10).await?.is_empty();
        "study_sessions::find",
            |tx, of| study_sessions::find(tx, of.study_session).await?.is_some();
        "study_sessions::latest", |tx, _of| !study_sessions::latest(tx, 10).await?.is_empty();
        "study_sessions::stats", |tx, _of| study_sessions::stats(tx).await?.total_sessions > 0;
    }
}

fn jobs_and_search() -> Vec<Read> {
    reads! {
        "jobs::find", |tx, of| jobs::find(tx, of.job).await?.is_some();
        "jobs::find_many", |tx, of| !jobs::find_many(tx, &[of.job]).await?.is_empty();
        "jobs::list",
            |tx, _of| !jobs::list(tx, &JobFilter::default(), PAGE).await?.is_empty();
        "jobs::list, of a status", |tx, _of| {
            let done = JobFilter {
                status: Some(JobStatus::Completed),
                ..JobFilter::default()
            };
            !jobs::list(tx, &done, PAGE).await?.is_empty()
        };
        "jobs::list, of a document", |tx, of| {
            let on = JobFilter {
                document_id: Some(of.document),
                ..JobFilter::default()
            };
            !jobs::list(tx, &on, PAGE).await?.is_empty()
        };
        "jobs::in_flight", |tx, _of| jobs::in_flight(tx, "none").await?.is_none();
        "search::find",
            |tx, _of| !search::find(tx, "limit series", Within::default(), 10).await?.chunks.is_empty();
        "search::find, in a course", |tx, of| {
            let within = Within {
                course_id: Some(of.course),
                document_id: None,
            };
            !search::find(tx, "limit", within, 10).await?.chunks.is_empty()
        };
    }
}

fn accounts() -> Vec<Read> {
    let mut all = reads! {
        "users::find", |tx, _of| users::find(tx).await?.is_some();
        "auth_sessions::list",
            |tx, _of| !auth_sessions::list(tx, ultudy_domain::Timestamp::UNIX_EPOCH).await?.is_empty();
        "api_tokens::list", |tx, _of| api_tokens::list(tx).await?.is_empty();
    };
    all.extend(system_reads! {
        "users::by_email", |tx, of| {
            let email = format!("{}@example.org", of.owner);
            users::by_email(tx, &email).await?.is_some()
        };
        "auth_sessions::holder", |tx, of| {
            let token = format!("token-{}", of.number);
            let now = ultudy_domain::Timestamp::UNIX_EPOCH;
            auth_sessions::holder(tx, &token, now).await?.is_some()
        };
    });
    all
}

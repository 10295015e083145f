//! A generator as slow as a language model, and lessons that it is asked for.

use std::sync::Mutex;

use async_trait::async_trait;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App,
    lessons::{self, LessonRequest, Requested},
};
use ultudy_domain::{document::Sectioning, glossary::GlossaryEntry, job::Priority};
use ultudy_llm::{
    Bill, GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart, MadeLesson,
    extractive::Extractive,
};
use ultudy_store::{
    blobs,
    documents::{self, NewDocument, Reading},
    sections::{self, NewSection},
};
use uuid::Uuid;

/// The extractive generator behind a gate.
pub struct Gated {
    /// One permit for each lesson that it was asked for.
    pub arrived: Semaphore,
    /// The titles of all lessons that it was asked for.
    pub asked: Mutex<Vec<String>>,
    open: watch::Receiver<bool>,
}

impl Gated {
    /// Closed until `true` is sent.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (gate, open) = watch::channel(false);
        let generator = Self {
            arrived: Semaphore::new(0),
            asked: Mutex::default(),
            open,
        };
        (gate, generator)
    }
}

/// What lets nobody wait at the gate, in a lesson's title.
pub const QUICK: &str = "Quick";
/// What no lesson can be made of, whoever tries.
pub const HOPELESS: &str = "Hopeless";
/// What nobody can make a lesson of just now.
pub const UNAVAILABLE: &str = "Unavailable";

#[async_trait]
impl Generator for Gated {
    fn identity(&self) -> GeneratorIdentity {
        Extractive.identity()
    }

    fn uses_glossary(&self) -> bool {
        Extractive.uses_glossary()
    }

    async fn glossary(
        &self,
        parts: Vec<LessonPart>,
        cancel: &CancellationToken,
    ) -> Result<Vec<GlossaryEntry>, GenerateError> {
        Extractive.glossary(parts, cancel).await
    }

    async fn lesson(
        &self,
        input: LessonInput,
        progress: &(dyn Fn(f32) + Send + Sync),
        bill: &Bill,
        cancel: &CancellationToken,
    ) -> Result<MadeLesson, GenerateError> {
        self.asked.lock().unwrap().push(input.title.clone());
        self.arrived.add_permits(1);
        let mut open = self.open.clone();
        if !input.title.contains(QUICK) {
            tokio::select! {
                _ = open.wait_for(|is_open| *is_open) => {}
                () = cancel.cancelled() => return Err(GenerateError::Cancelled),
            }
        }
        match input.title.as_str() {
            HOPELESS => Err(GenerateError::Permanent {
                code: "hopeless",
                message: "It cannot be done.".into(),
            }),
            UNAVAILABLE => Err(GenerateError::Transient {
                message: "It cannot be done now.".into(),
                retry_after: None,
            }),
            _ => Extractive.lesson(input, progress, bill, cancel).await,
        }
    }
}

/// Stores a document with one section of this title and asks for its lesson: the job's id.
pub async fn ask_for_lesson(app: &App, owner: &str, title: &str) -> Uuid {
    let (document_id, section_id) = store_document(app, owner, title).await;
    ask_for(app, owner, (document_id, section_id)).await
}

/// For the lesson on a document's section.
pub fn request_for((document_id, section_id): (Uuid, Uuid)) -> LessonRequest {
    LessonRequest {
        document_id,
        section_id: Some(section_id),
        language: None,
        priority: Priority::Normal,
        with_questions: true,
    }
}

/// Asks for the lesson on a document's section, which there is none of: the job's id.
pub async fn ask_for(app: &App, owner: &str, of: (Uuid, Uuid)) -> Uuid {
    match lessons::request(app, owner, request_for(of)).await.unwrap() {
        Requested::Job { job, .. } => job.id,
        Requested::Lesson(lesson) => panic!("it exists: {lesson:?}"),
    }
}

/// Stores a document with one section of this title; the ids of both.
pub async fn store_document(app: &App, owner: &str, title: &str) -> (Uuid, Uuid) {
    let (now, document_id, section_id) = (app.clock.now(), app.clock.new_id(), app.clock.new_id());
    let mut tx = app.store.write(owner).await.unwrap();
    let sha256 = format!("sha-{title}");
    blobs::hold(&mut tx, &sha256, 1, &format!("object-{title}"), now)
        .await
        .unwrap();
    let document = NewDocument {
        id: document_id,
        title: title.into(),
        course_id: None,
        chapter: None,
        material_type: None,
        sha256,
        file_name: "cells.pdf".into(),
        uploaded_at: now,
    };
    documents::insert(&mut tx, &document).await.unwrap();
    sections::insert_all(&mut tx, document_id, &[section(title, section_id)], now)
        .await
        .unwrap();
    let reading = Reading {
        pages: 1,
        sectioning: Sectioning::Outline,
        language: Some("en"),
        unreadable_pages: &[],
        recognised_pages: &[],
        transcribed_pages: &[],
    };
    documents::publish(&mut tx, document_id, &reading)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (document_id, section_id)
}

/// A section with enough text for a lesson, its document's first.
pub fn section(title: &str, id: Uuid) -> NewSection {
    NewSection {
        id,
        section_number: 1,
        name: title.into(),
        level: 1,
        description: None,
        page_start: 1,
        page_end: 1,
        markdown: format!(
            "<!-- page 1 -->\n\nA cell is the smallest unit of life. A mitochondrion is an organelle \
             that releases energy from sugar. A chloroplast is an organelle that captures the energy \
             of light. An enzyme is a protein that speeds up a reaction in the cell. A vacuole is \
             an organelle that stores water in the plant of {title}."
        ),
        content_hash: format!("hash-{title}"),
    }
}

//! What the tests study: fixed ids, fixed times, one small document.

use ultudy_domain::{
    Timestamp,
    account::{ApiToken, AuthSession, Role, User},
    check_in::{AnswerOption, CheckInContent, LETTERS},
    course::Course,
    document::Sectioning,
    glossary::GlossaryEntry,
    job::{JobFailure, JobType, Priority},
    lesson::{ConceptContent, LessonContent, SummaryParts},
    search::{Indexed, vector, words::Analyser},
    study_session::{SessionType, StudySession},
    usage::{MadeFor, ModelCall},
};
use ultudy_store::{
    TenantTx,
    answers::{self, Answer},
    api_tokens, auth_sessions, blobs,
    chunks::{self, NewChunk},
    courses,
    documents::{self, NewDocument},
    embeddings::{self, PassageVectors},
    figures::{self, NewFigure},
    generations::{self, NewGeneration},
    glossaries,
    jobs::NewJob,
    lessons::{self, LessonOf, NewConcept, NewLesson},
    llm_batches::{self, NewItem},
    llm_calls, one_time_links,
    preferences::{self, Preferences},
    sections::{self, NewSection},
    study_sessions, users,
};
use uuid::Uuid;

pub const ALICE: &str = "alice";
pub const BOB: &str = "bob";

/// The `n`-th id; in this order, too.
pub fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// `seconds` after the tests' beginning of time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_900_000_000 + seconds, 123_456_000).unwrap()
}

pub fn course(n: u32) -> Course {
    Course {
        id: id(n),
        name: format!("Course {n}"),
        code: Some("MATH 101".into()),
        term: None,
        exam_date: chrono::NaiveDate::from_ymd_opt(2030, 6, 1),
        archived: false,
        archived_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// Nothing but pages and sections.
pub fn reading(pages: i32, sectioning: Sectioning) -> documents::Reading<'static> {
    documents::Reading {
        pages,
        sectioning,
        language: None,
        unreadable_pages: &[],
        recognised_pages: &[],
        transcribed_pages: &[],
    }
}

pub fn document(n: u32, course_id: Option<Uuid>) -> NewDocument {
    NewDocument {
        id: id(n),
        title: format!("Document {n}"),
        course_id,
        chapter: Some("One".into()),
        material_type: None,
        sha256: format!("sha-{n}"),
        file_name: "chapter one.pdf".into(),
        uploaded_at: at(1),
    }
}

pub fn section(n: u32, number: i32) -> NewSection {
    NewSection {
        id: id(n),
        section_number: number,
        name: format!("Section {number}"),
        level: 1,
        description: None,
        page_start: number,
        page_end: number,
        markdown: format!("Text of section {number}."),
        content_hash: format!("hash-{n}"),
    }
}

pub fn question(text: &str) -> CheckInContent {
    CheckInContent {
        question: text.into(),
        options: LETTERS
            .iter()
            .map(|letter| AnswerOption {
                letter: (*letter).into(),
                text: format!("Answer {letter}"),
                correct: *letter == "A",
                explanation: "Because.".into(),
            })
            .collect(),
        expected_answer: "Answer A".into(),
        hint: "Think.".into(),
        pages: [1, 1],
    }
}

pub fn content(concepts: &[&str]) -> LessonContent {
    LessonContent {
        topic: "Limits".into(),
        summary: "Short.".into(),
        summary_parts: SummaryParts::default(),
        explanation: "Long.".into(),
        examples: vec!["An example.".into()],
        analogies: vec![],
        concepts: concepts
            .iter()
            .map(|name| ConceptContent {
                name: (*name).into(),
                explanation: format!("What {name} is."),
                examples: vec![],
                analogies: vec![],
                formulas: vec![],
                important_notes: vec![],
                pages: [1, 1],
                check_ins: vec![question(&format!("What is {name}?"))],
                text_check_ins: vec![],
            })
            .collect(),
    }
}

/// A lesson on a section with one check-in a concept. Its ids start at `n`.
pub fn lesson(n: u32, document_id: Uuid, section_id: Option<Uuid>, concepts: &[&str]) -> NewLesson {
    let concepts = (n + 1..).step_by(2).zip(concepts);
    NewLesson {
        id: id(n),
        document_id,
        section_id,
        generation_key: format!("key-{n}"),
        variant: 0,
        concepts: concepts
            .map(|(n, name)| NewConcept {
                id: id(n),
                name: (*name).into(),
                check_ins: vec![(id(n + 1), question(&format!("What is {name}?")))],
                text_check_ins: vec![],
            })
            .collect(),
    }
}

pub fn job(n: u32, key: &str) -> NewJob {
    NewJob {
        id: id(n),
        job_type: JobType::UploadPdf,
        priority: Priority::Normal,
        data: serde_json::json!({"document_id": id(1)}),
        document_id: id(1),
        section_id: None,
        dedupe_key: key.into(),
    }
}

/// A request of a batch, for a generation of this key.
pub fn batch_item(n: u32, key: &str) -> NewItem {
    NewItem {
        id: id(n),
        generation_key: key.into(),
        provider: "openai".into(),
        model: "m".into(),
        body: "{}".into(),
        made_for: MadeFor::default(),
    }
}

pub fn failure(code: &str) -> JobFailure {
    JobFailure {
        code: code.into(),
        message: "It could not be read.".into(),
    }
}

pub fn session(n: u32, started: i64) -> StudySession {
    StudySession {
        id: id(n),
        session_type: SessionType::Lesson,
        chapter: None,
        document_id: None,
        course_id: None,
        total_check_ins: 0,
        correct_check_ins: 0,
        duration_minutes: None,
        started_at: at(started),
        completed_at: None,
    }
}

/// Stores document `n` (its blob is held), not yet visible.
pub async fn store_document(tx: &mut TenantTx, n: u32, course_id: Option<Uuid>) {
    let document = document(n, course_id);
    blobs::hold(tx, &document.sha256, 44, &format!("object-{n}"), at(1))
        .await
        .unwrap();
    documents::insert(tx, &document).await.unwrap();
}

pub fn figure(number: i32, sha256: &str) -> NewFigure {
    NewFigure {
        number,
        page: number,
        sha256: sha256.into(),
        media_type: "image/png".into(),
        width: 640,
        height: 480,
        caption: Some("Figure".into()),
    }
}

/// Stores figures of document `n`; their blobs are held.
pub async fn store_figures(tx: &mut TenantTx, n: u32, figures: &[NewFigure]) {
    for figure in figures {
        let key = format!("object-{n}-{}", figure.number);
        let held = blobs::hold(tx, &figure.sha256, 7, &key, at(1)).await;
        held.unwrap();
    }
    figures::insert_all(tx, id(n), figures).await.unwrap();
}

/// A term that a page defines.
pub fn glossary_entry(term: &str) -> GlossaryEntry {
    GlossaryEntry {
        term: term.into(),
        forms: vec![format!("{term}s")],
        sentence: format!("A *{term}* is what this page defines."),
        pages: [3, 4],
        strength: 5,
        seldom: false,
        common: false,
    }
}

/// A passage of a section.
pub fn chunk(section_id: Uuid, page: i32, name: &str, text: &str) -> NewChunk {
    NewChunk {
        section_id,
        page_start: page,
        page_end: page,
        content: text.into(),
        indexed: Indexed::new(&Analyser::new(Some("en")), name, text),
    }
}

/// Stores document `n`, visible, with sections `n + 1` and `n + 2`.
pub async fn store_read_document(tx: &mut TenantTx, n: u32, course_id: Option<Uuid>) {
    store_document(tx, n, course_id).await;
    let sections = [section(n + 1, 1), section(n + 2, 2)];
    sections::insert_all(tx, id(n), &sections, at(2))
        .await
        .unwrap();
    let published = documents::publish(tx, id(n), &reading(2, Sectioning::Outline)).await;
    assert!(published.unwrap());
}

/// Stores document `n`, visible and in the index: a section for each text, all on one page.
pub async fn store_searchable(
    tx: &mut TenantTx,
    n: u32,
    course_id: Option<Uuid>,
    texts: &[(&str, &str)],
) {
    store_document(tx, n, course_id).await;
    let mut stored = Vec::new();
    let mut chunks = Vec::new();
    for (number, (name, text)) in (1..).zip(texts) {
        let mut one = section(n + u32::try_from(number).unwrap(), number);
        one.name = (*name).into();
        chunks.push(chunk(one.id, number, name, text));
        stored.push(one);
    }
    sections::insert_all(tx, id(n), &stored, at(2))
        .await
        .unwrap();
    let published = documents::publish(tx, id(n), &reading(2, Sectioning::Outline)).await;
    assert!(published.unwrap());
    chunks::insert_all(tx, id(n), Some("en"), &chunks)
        .await
        .unwrap();
}

/// Gives each passage of document `n` this vector of a model; whether it had another's or none.
pub async fn put_vectors(tx: &mut TenantTx, n: u32, model: &str, vector: &[f32]) -> bool {
    let passages = embeddings::passages(tx, id(n), 0, 99).await.unwrap();
    let vectors: Vec<PassageVectors> = passages
        .iter()
        .map(|passage| PassageVectors {
            number: passage.number,
            count: 1,
            vectors: vector::bytes(vector).unwrap(),
            codes: vector::code(vector),
        })
        .collect();
    embeddings::put(tx, id(n), model, &vectors).await.unwrap()
}

/// Stores a lesson and the generation it copies.
pub async fn store_lesson(tx: &mut TenantTx, lesson: &NewLesson) {
    let names: Vec<&str> = lesson.concepts.iter().map(|c| c.name.as_str()).collect();
    let generation = NewGeneration {
        key: lesson.generation_key.clone(),
        content: content(&names),
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    generations::insert(tx, &generation, at(3)).await.unwrap();
    lessons::insert(tx, lesson, &generation.content, at(3))
        .await
        .unwrap();
}

/// One of everything, in every table: course 1, document 10 with sections 11 and 12,
/// lesson 20 on the first with concept 21 and check-in 22, answer 30, study session 31,
/// job 32. Ids are offset by `base`, so that two owners can have one each.
pub async fn store_world(tx: &mut TenantTx, base: u32) {
    store_studies(tx, base).await;
    let mut job = job(base + 32, "upload");
    job.document_id = id(base + 10);
    ultudy_store::jobs::enqueue(tx, &job, at(6)).await.unwrap();
}

/// All of [`store_world`] but the job, whose id is nobody else's: two owners can have it
/// under the same ids.
pub async fn store_studies(tx: &mut TenantTx, base: u32) {
    courses::insert(tx, &course(base + 1)).await.unwrap();
    store_read_document(tx, base + 10, Some(id(base + 1))).await;
    let figure = figure(1, &format!("figure-{}", base + 10));
    store_figures(tx, base + 10, &[figure]).await;
    glossaries::put(tx, id(base + 10), 1, &[glossary_entry("limit")])
        .await
        .unwrap();
    let passage = chunk(id(base + 11), 1, "Limits", "The limit of a sequence.");
    chunks::insert_all(tx, id(base + 10), Some("en"), &[passage])
        .await
        .unwrap();
    assert!(put_vectors(tx, base + 10, "model", &[1.0, -1.0]).await);
    let lesson = lesson(base + 20, id(base + 10), Some(id(base + 11)), &["Limit"]);
    store_lesson(tx, &lesson).await;
    let found = lessons::find(tx, LessonOf::Section(id(base + 11))).await;
    assert!(found.unwrap().is_some());
    answers::insert(tx, &answer(base)).await.unwrap();
    let mut session = session(base + 31, 5);
    session.document_id = Some(id(base + 10));
    session.course_id = Some(id(base + 1));
    study_sessions::insert(tx, &session).await.unwrap();
    let made_for = MadeFor {
        course_id: Some(id(base + 1)),
        document_id: Some(id(base + 10)),
        section_id: Some(id(base + 11)),
        ..MadeFor::default()
    };
    let calls = [model_call(base + 40, 7, Some(1_500))];
    llm_calls::insert_all(tx, &calls, made_for).await.unwrap();
}

/// A call that ended then and cost so much, of 1,000 tokens read and 200 written.
pub fn model_call(n: u32, ended: i64, cost_micros: Option<i64>) -> ModelCall {
    ModelCall {
        id: id(n),
        made_at: at(ended),
        provider: "openai".into(),
        model: "a-model".into(),
        task: "lesson".into(),
        outcome: "answered".into(),
        tokens_read: 1_000,
        tokens_written: 200,
        cost_micros,
    }
}

fn answer(base: u32) -> Answer {
    Answer {
        id: id(base + 30),
        check_in_id: id(base + 22),
        concept_id: id(base + 21),
        answer: "Answer A".into(),
        correct: true,
        score: 100,
        answered_at: at(4),
    }
}

/// The transaction's owner as a user.
pub fn user(tx: &TenantTx) -> User {
    User {
        id: tx.owner_id().into(),
        email: Some(format!("{}@example.org", tx.owner_id())),
        role: Role::Student,
        created_at: at(0),
    }
}

pub fn auth_session(n: u32, created: i64) -> AuthSession {
    AuthSession {
        id: id(n),
        created_at: at(created),
        last_seen_at: at(created),
        expires_at: at(created + 1_000),
        user_agent: Some("A browser".into()),
        address: Some("192.0.2.7".into()),
    }
}

pub fn api_token(n: u32, expires: Option<i64>) -> ApiToken {
    ApiToken {
        id: id(n),
        name: format!("Token {n}"),
        created_at: at(0),
        last_used_at: None,
        expires_at: expires.map(at),
    }
}

/// An account with one of everything: session 1, token 2 and a link to another password, whose
/// hashes are `session-`, `token-` and `link-` and the owner.
pub async fn store_account(tx: &mut TenantTx) {
    let owner = tx.owner_id().to_owned();
    let user = user(tx);
    users::insert(tx, &user, "a hash").await.unwrap();
    auth_sessions::insert(tx, &auth_session(1, 0), &format!("session-{owner}"))
        .await
        .unwrap();
    api_tokens::insert(tx, &api_token(2, None), &format!("token-{owner}"))
        .await
        .unwrap();
    one_time_links::put_reset(tx, &format!("link-{owner}"), at(0), at(1_000))
        .await
        .unwrap();
    let language = Some("de");
    preferences::set(tx, Preferences { language }, at(0))
        .await
        .unwrap();
    let item = batch_item(43, &format!("item of {owner}"));
    llm_batches::gather(tx, &item, at(0)).await.unwrap();
}

//! Fills a data folder with what a hard-working student has after years, for
//! `cargo xtask bench transfer`: `transfer_corpus DIR DOCUMENTS`. Prints how many rows.
//!
//! A document has a file of 100 KB, 20 sections of three pages, a lesson of five concepts with
//! two questions each on every section, and an answer to each question.

use std::{error::Error, path::PathBuf};

use sha2::{Digest as _, Sha256};
use ultudy_domain::{
    Timestamp,
    check_in::{AnswerOption, CheckInContent, LETTERS},
    course::Course,
    document::Sectioning,
    lesson::{ConceptContent, LessonContent, SummaryParts},
    search::document::{self, SectionText},
    section::page_mark,
};
use ultudy_store::{
    Store, StoreConfig, TenantTx,
    answers::{self, Answer},
    blobs,
    chunks::{self, NewChunk},
    courses,
    documents::{self, NewDocument, Reading},
    generations::{self, NewGeneration},
    lessons::{self, NewConcept, NewLesson},
    sections::{self, NewSection},
    transfer::TABLES,
};
use uuid::Uuid;

const OWNER: &str = "local";
const SECTIONS: i32 = 20;
const CONCEPTS: usize = 5;
const QUESTIONS: usize = 2;
const FILE_BYTES: usize = 100_000;
const SENTENCE: &str = "The limit of a sequence is the number that its terms come near to. ";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("no folder")?);
    let count: usize = arguments.next().ok_or("no number of documents")?.parse()?;
    let objects = folder.join("objects").join("blobs");
    std::fs::create_dir_all(&objects)?;
    let path = folder.join("ultudy.db");
    let store = Store::open(&StoreConfig::Sqlite { path: path.clone() }).await?;
    let course = course();
    let mut tx = store.write(OWNER).await?;
    courses::insert(&mut tx, &course).await?;
    tx.commit().await?;
    for number in 0..count {
        let file: Vec<u8> = (0..FILE_BYTES)
            .map(|at| (at * (number + 7) % 251) as u8)
            .collect();
        let key = format!("blobs/{}", id());
        std::fs::write(folder.join("objects").join(&key), &file)?;
        let mut tx = store.write(OWNER).await?;
        fill(&mut tx, number, course.id, &file, &key).await?;
        tx.commit().await?;
    }
    store.close().await;
    rows(&path).await
}

/// Says how many rows there are that a transfer carries.
#[allow(clippy::print_stdout, reason = "this is what the program is asked for")]
async fn rows(path: &std::path::Path) -> Result<()> {
    use sqlx::{Connection as _, Row as _};
    let url = format!("sqlite:{}", path.display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await?;
    let mut rows = 0_i64;
    for table in TABLES {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let counted = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        rows += counted.fetch_one(&mut connection).await?.get::<i64, _>(0);
    }
    println!("{rows}");
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "the program's own ids are made so"
)]
fn id() -> Uuid {
    Uuid::now_v7()
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_780_000_000, 123_456_000).unwrap_or_default()
}

fn course() -> Course {
    Course {
        id: id(),
        name: "Analysis".into(),
        code: None,
        term: None,
        exam_date: None,
        archived: false,
        archived_at: None,
        created_at: now(),
        updated_at: now(),
    }
}

async fn fill(
    tx: &mut TenantTx,
    number: usize,
    course_id: Uuid,
    file: &[u8],
    key: &str,
) -> Result<()> {
    let sha256 = hex::encode(Sha256::digest(file));
    blobs::hold(tx, &sha256, i64::try_from(file.len())?, key, now()).await?;
    let document = NewDocument {
        id: id(),
        title: format!("Document {number}"),
        course_id: Some(course_id),
        chapter: Some("One".into()),
        material_type: None,
        sha256,
        file_name: "document.pdf".into(),
        uploaded_at: now(),
    };
    documents::insert(tx, &document).await?;
    let rows: Vec<NewSection> = (1..=SECTIONS).map(|at| section(number, at)).collect();
    sections::insert_all(tx, document.id, &rows, now()).await?;
    let reading = Reading {
        pages: 3 * SECTIONS,
        sectioning: Sectioning::Outline,
        language: Some("en"),
        unreadable_pages: &[],
        recognised_pages: &[],
        transcribed_pages: &[],
    };
    documents::publish(tx, document.id, &reading).await?;
    let texts = rows.iter().map(|row| SectionText {
        name: &row.name,
        first_page: row.page_start.cast_unsigned(),
        markdown: &row.markdown,
    });
    let read = document::read(&texts.collect::<Vec<_>>());
    let passages = read.passages.into_iter().map(|one| NewChunk {
        section_id: rows[one.section].id,
        page_start: one.passage.page_start.cast_signed(),
        page_end: one.passage.page_end.cast_signed(),
        content: one.passage.text,
        indexed: one.indexed,
    });
    let passages: Vec<NewChunk> = passages.collect();
    chunks::insert_all(tx, document.id, read.language, &passages).await?;
    for row in &rows {
        lesson(tx, document.id, row).await?;
    }
    Ok(())
}

fn section(number: usize, at: i32) -> NewSection {
    let first = 3 * at - 2;
    let page = |page: i32| {
        let text = SENTENCE.repeat(12);
        format!(
            "{}\n{text}Page {page} of {number}.\n",
            page_mark(page.cast_unsigned())
        )
    };
    let markdown: String = (first..first + 3).map(page).collect();
    NewSection {
        id: id(),
        section_number: at,
        name: format!("Section {at}"),
        level: 1,
        description: Some(SENTENCE.into()),
        page_start: first,
        page_end: first + 2,
        content_hash: hex::encode(Sha256::digest(markdown.as_bytes())),
        markdown,
    }
}

async fn lesson(tx: &mut TenantTx, document_id: Uuid, section: &NewSection) -> Result<()> {
    let content = content(section.section_number);
    let generation = NewGeneration {
        key: section.id.simple().to_string(),
        content: content.clone(),
        provider: "extractive".into(),
        model: "1".into(),
        tokens: None,
        cost_micros: None,
    };
    generations::insert(tx, &generation, now()).await?;
    let concepts = content.concepts.into_iter().map(|concept| NewConcept {
        id: id(),
        name: concept.name,
        check_ins: concept
            .check_ins
            .into_iter()
            .map(|one| (id(), one))
            .collect(),
        text_check_ins: Vec::new(),
    });
    let lesson = NewLesson {
        id: id(),
        document_id,
        section_id: Some(section.id),
        generation_key: generation.key,
        variant: 0,
        concepts: concepts.collect(),
    };
    lessons::insert(tx, &lesson, &generation.content, now()).await?;
    for concept in &lesson.concepts {
        for (check_in_id, question) in &concept.check_ins {
            let answer = Answer {
                id: id(),
                check_in_id: *check_in_id,
                concept_id: concept.id,
                answer: question.expected_answer.clone(),
                correct: true,
                score: 100,
                answered_at: now(),
            };
            answers::insert(tx, &answer).await?;
        }
    }
    Ok(())
}

fn content(section: i32) -> LessonContent {
    let concept = |number: usize| ConceptContent {
        name: format!("Limit {number} of section {section}"),
        explanation: SENTENCE.repeat(3),
        examples: vec![SENTENCE.into()],
        analogies: vec![],
        formulas: vec![],
        important_notes: vec![SENTENCE.into()],
        pages: [1, 3],
        check_ins: (0..QUESTIONS).map(question).collect(),
        text_check_ins: vec![],
    };
    LessonContent {
        topic: format!("Section {section}"),
        summary: SENTENCE.repeat(3),
        summary_parts: SummaryParts::default(),
        explanation: SENTENCE.repeat(5),
        examples: vec![],
        analogies: vec![],
        concepts: (0..CONCEPTS).map(concept).collect(),
    }
}

fn question(number: usize) -> CheckInContent {
    let option = |letter: &&str| AnswerOption {
        letter: (*letter).into(),
        text: format!("{letter}: {SENTENCE}"),
        correct: *letter == "A",
        explanation: SENTENCE.into(),
    };
    CheckInContent {
        question: format!("What is limit {number}?"),
        options: LETTERS.iter().map(option).collect(),
        expected_answer: format!("A: {SENTENCE}"),
        hint: "Think.".into(),
        pages: [1, 3],
    }
}

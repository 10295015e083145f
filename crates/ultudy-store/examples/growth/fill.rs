//! Rows as ten years of students leave them, made by the server itself.

use std::time::Instant;

use serde_json::json;
use ultudy_domain::{
    Timestamp,
    check_in::{self, AnswerOption, CheckIn, CheckInContent, LETTERS},
    lesson::{ConceptContent, Lesson, LessonConcept, LessonContent, SummaryParts},
    lesson_text::LessonText,
    search::{Indexed, words::Analyser},
};
use ultudy_testkit::postgres::Postgres;
use uuid::Uuid;

use super::Result;

/// Lessons of a user: two courses of one document of five sections each.
const LESSONS_OF_A_USER: u64 = 10;

pub const QUESTION: &str = "What does the section say of it?";
const SECTION: &str = "A limit is the value that a sequence approaches. A sequence without a limit \
    diverges. A series is the sum of a sequence, and its limit is called the sum of the series.";

/// Kinds of ids, in their first digits.
#[derive(Clone, Copy)]
pub enum Kind {
    Course = 1,
    Document,
    Section,
    Lesson,
    Concept,
    CheckIn,
    Job = 8,
    StudySession,
}

/// The `n`-th id of a kind, as the function `nth` of the database makes it.
pub fn nth(kind: Kind, n: u64) -> Uuid {
    Uuid::from_u128(((kind as u128) << 96) | u128::from(n))
}

pub fn owner(n: u64) -> String {
    format!("user-{n:06}")
}

/// Users of so many lessons.
pub fn users(lessons: u64) -> u64 {
    lessons / LESSONS_OF_A_USER
}

/// Fills an empty, migrated database. Its indexes are built anew when all rows are there.
pub fn fill(server: &Postgres, database: &str, lessons: u64) -> Result<()> {
    // But for those that constraints stand on.
    let free = "FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS (
        SELECT FROM pg_constraint WHERE conindid = indexname::regclass)";
    let definitions = format!("SELECT string_agg(indexdef, ';') {free}");
    let indexes = server.sql(database, &definitions)?;
    let drop = format!("SELECT string_agg(format('DROP INDEX %I', indexname), ';') {free}");
    server.sql(database, &server.sql(database, &drop)?)?;
    server.sql(database, FUNCTIONS)?;
    let texts = texts()?;
    for (table, select) in TABLES {
        let begun = Instant::now();
        let mut statement = format!(
            "SET session_replication_role = replica; SET synchronous_commit = off;
            INSERT INTO {table} {select}"
        );
        for (name, value) in [
            ("LESSONS", lessons),
            ("USERS", users(lessons)),
            ("GENERATIONS", (lessons / 10).clamp(1, 10_000)),
        ] {
            statement = statement.replace(name, &value.to_string());
        }
        for (name, text) in &texts {
            statement = statement.replace(name, &format!("'{}'", text.replace('\'', "''")));
        }
        server.sql(database, &statement)?;
        eprintln!("{table}: {:.1} s", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    for index in indexes.split(';') {
        server.sql(database, index)?;
    }
    server.sql(database, "VACUUM ANALYZE")?;
    eprintln!("indexes and VACUUM: {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

const FUNCTIONS: &str = "
    CREATE FUNCTION nth(kind bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid;
    CREATE FUNCTION owner(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN 'user-' || lpad(n::text, 6, '0');
    CREATE FUNCTION at(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second'";

/// What is inserted into each table, `n` counting its rows from 0.
const TABLES: [(&str, &str); 18] = [
    (
        "users (owner_id, email, password_hash, role, created_at)",
        "SELECT owner(n), owner(n) || '@example.org', '', 'student', at(n)
        FROM generate_series(0, USERS - 1) n",
    ),
    (
        "auth_sessions (owner_id, id, token_hash, created_at, last_seen_at, expires_at)",
        "SELECT owner(n), nth(10, n), 'token-' || n, at(n), at(n), '2100-01-01'
        FROM generate_series(0, USERS - 1) n",
    ),
    (
        "courses (owner_id, id, name, created_at, updated_at)",
        "SELECT owner(n / 2), nth(1, n), 'Course ' || n, at(n), at(n)
        FROM generate_series(0, USERS * 2 - 1) n",
    ),
    (
        "blobs (sha256, size, object_key, holders, created_at)",
        "SELECT 'sha-' || n, 44, 'object-' || n, 20, at(n)
        FROM generate_series(0, USERS / 10) n",
    ),
    (
        "documents (owner_id, id, title, course_id, chapter, user_tags, sha256, file_name,
            uploaded_at, published, pages, sectioning, lesson_variant, language)",
        "SELECT owner(n / 2), nth(2, n), 'Document ' || n, nth(1, n), 'One', '[]',
            'sha-' || n % (USERS / 10 + 1), 'notes.pdf', at(n), true, 20, 'outline', 0, 'en'
        FROM generate_series(0, USERS * 2 - 1) n",
    ),
    (
        "sections (owner_id, id, document_id, section_number, name, level, page_start, page_end,
            markdown, content_hash, lesson_variant, created_at)",
        "SELECT owner(n / 10), nth(3, n), nth(2, n / 5), n % 5 + 1, 'Limits', 1, n % 5 + 1,
            n % 5 + 1, SECTION_TEXT, 'hash', 0, at(n)
        FROM generate_series(0, LESSONS - 1) n",
    ),
    (
        "generations (key, content, provider, model, created_at)",
        "SELECT 'key-' || n, GENERATION_TEXT, 'extractive', '1', at(n)
        FROM generate_series(0, GENERATIONS - 1) n",
    ),
    (
        "lessons (owner_id, id, document_id, section_id, generation_key, variant, created_at,
            written)",
        "SELECT owner(n / 10), nth(4, n), nth(2, n / 5), nth(3, n), 'key-' || n % GENERATIONS, 0,
            at(n), LESSON_TEXT
        FROM generate_series(0, LESSONS - 1) n",
    ),
    (
        "concepts (owner_id, id, document_id, section_id, lesson_id, concept_number, name,
            folded_name, mastery_state, total_attempts, correct_attempts, consecutive_correct,
            last_reviewed_at, created_at)",
        "SELECT owner(n / 50), nth(5, n), nth(2, n / 25), nth(3, n / 5), nth(4, n / 5), n % 5 + 1,
            'Concept ' || n % 25, 'concept ' || n % 25, 'understood', 2, 1, 1, at(n), at(n)
        FROM generate_series(0, LESSONS * 5 - 1) n",
    ),
    (
        "check_ins (owner_id, id, concept_id, lesson_id, place, question_key, content, created_at)",
        "SELECT owner(n / 50), nth(6, n), nth(5, n), nth(4, n / 5), 1, QUESTION_KEY, QUESTION_TEXT,
            at(n)
        FROM generate_series(0, LESSONS * 5 - 1) n",
    ),
    (
        "answers (owner_id, id, check_in_id, concept_id, answer, correct, score, answered_at)",
        "SELECT owner(n / 100), nth(7, n), nth(6, n / 2), nth(5, n / 2), 'Answer A', n % 2 = 0,
            CASE n % 2 WHEN 0 THEN 100 ELSE 0 END, at(n)
        FROM generate_series(0, LESSONS * 10 - 1) n",
    ),
    (
        "study_sessions (owner_id, id, session_type, document_id, course_id, total_check_ins,
            correct_check_ins, duration_minutes, started_at, completed_at)",
        "SELECT owner(n / 10), nth(9, n), 'lesson', nth(2, n / 5), nth(1, n / 5), 10, 5, 20, at(n),
            at(n + 1200)
        FROM generate_series(0, LESSONS - 1) n",
    ),
    // One in five hundred waits.
    (
        "jobs (id, owner_id, job_type, queue, status, priority, document_id, section_id,
            dedupe_key, progress, stage, data, attempt, max_attempts, lost, run_at, version,
            created_at)",
        "SELECT nth(8, n), owner(n / 10), 'generate_lesson', 'lesson-generation',
            CASE n % 500 WHEN 7 THEN 'queued' ELSE 'completed' END, 2, nth(2, n / 5), nth(3, n),
            'key ' || n, 100, 'completed', '{}', 0, 2, 0, at(n), 1, at(n)
        FROM generate_series(0, LESSONS - 1) n",
    ),
    (
        "figures (owner_id, document_id, number, page, sha256, media_type, width, height)",
        "SELECT owner(n / 2), nth(2, n), 1, 1, 'sha-' || n % (USERS / 10 + 1), 'image/png', 9, 9
        FROM generate_series(0, USERS * 2 - 1) n",
    ),
    (
        "glossaries (owner_id, document_id, version, entries)",
        "SELECT owner(n / 2), nth(2, n), 1, '[]' FROM generate_series(0, USERS * 2 - 1) n",
    ),
    (
        "document_index (owner_id, document_id, pending, language, chunks, words)",
        "SELECT owner(n / 2), nth(2, n), false, 'en', 5, 150
        FROM generate_series(0, USERS * 2 - 1) n",
    ),
    (
        "chunks (owner_id, number, document_id, section_id, page_start, page_end, words, tokens,
            content)",
        "SELECT owner(n / 10), n + 1, nth(2, n / 5), nth(3, n), n % 5 + 1, n % 5 + 1, 30,
            SECTION_TOKENS, SECTION_TEXT
        FROM generate_series(0, LESSONS - 1) n",
    ),
    (
        "chunk_terms (owner_id, number, terms)",
        "SELECT owner, n + 1, array_to_tsvector(ARRAY(
                SELECT left(encode(sha256(owner::bytea), 'hex'), 12) || term
                FROM unnest(string_to_array(SECTION_TERMS, ' ')
                    || ('d' || replace(nth(2, n / 5)::text, '-', ''))) term))
        FROM generate_series(0, LESSONS - 1) n, owner(n / 10) owner",
    ),
];

/// What stands in the rows, by the names in [`TABLES`].
fn texts() -> Result<Vec<(&'static str, String)>> {
    let question = CheckInContent {
        question: QUESTION.into(),
        options: LETTERS
            .iter()
            .map(|letter| AnswerOption {
                letter: (*letter).into(),
                text: format!("Answer {letter}"),
                correct: *letter == "A",
                explanation: "The section says so.".into(),
            })
            .collect(),
        expected_answer: "Answer A".into(),
        hint: "Look at the first sentence.".into(),
        pages: [1, 1],
    };
    let concepts = (0..5).map(|n| ConceptContent {
        name: format!("Concept {n}"),
        explanation: SECTION.into(),
        examples: vec![SECTION.into()],
        analogies: vec![],
        formulas: vec![],
        important_notes: vec![],
        pages: [1, 1],
        check_ins: vec![question.clone()],
        text_check_ins: vec![],
    });
    let generation = LessonContent {
        topic: "Limits".into(),
        summary: SECTION.into(),
        summary_parts: SummaryParts::default(),
        explanation: SECTION.repeat(4),
        examples: vec![],
        analogies: vec![],
        concepts: concepts.collect(),
    };
    let lesson = written(&generation, &question);
    let indexed = Indexed::new(&Analyser::new(Some("en")), "Limits", SECTION);
    let terms = indexed.terms.iter().flat_map(|(term, is_strong)| {
        let strong = is_strong.then(|| format!("s{term}"));
        [format!("w{term}")].into_iter().chain(strong)
    });
    let terms: Vec<String> = terms.collect();
    Ok(vec![
        ("SECTION_TOKENS", indexed.tokens),
        ("SECTION_TERMS", terms.join(" ")),
        ("SECTION_TEXT", SECTION.repeat(3)),
        ("GENERATION_TEXT", json!(generation).to_string()),
        ("LESSON_TEXT", lesson.as_str().to_owned()),
        ("QUESTION_KEY", check_in::fold(QUESTION)),
        ("QUESTION_TEXT", json!(question).to_string()),
    ])
}

/// A lesson written down, under ids that are nobody's.
fn written(content: &LessonContent, question: &CheckInContent) -> LessonText {
    let check_in = CheckIn {
        id: Uuid::nil(),
        concept_id: Uuid::nil(),
        content: question.clone(),
    };
    let concepts = content.concepts.iter().map(|concept| LessonConcept {
        id: Uuid::nil(),
        name: concept.name.clone(),
        explanation: concept.explanation.clone(),
        examples: concept.examples.clone(),
        analogies: vec![],
        formulas: vec![],
        important_notes: vec![],
        pages: concept.pages,
        check_ins: vec![check_in.clone()],
        text_check_ins: vec![],
    });
    LessonText::of(&Lesson {
        id: Uuid::nil(),
        document_id: Uuid::nil(),
        section_id: None,
        course_id: None,
        chapter: None,
        topic: content.topic.clone(),
        summary: content.summary.clone(),
        summary_parts: content.summary_parts.clone(),
        explanation: content.explanation.clone(),
        examples: vec![],
        analogies: vec![],
        concepts: concepts.collect(),
        check_ins: vec![],
        text_check_ins: vec![],
        created_at: Timestamp::UNIX_EPOCH,
    })
}

//! Storing a lesson: a statement a table, however many concepts and questions it has.

use std::collections::HashMap;

use serde_json::{Value, json};
use ultudy_domain::{
    Timestamp,
    check_in::{self, CheckIn, TextCheckIn},
    lesson::LessonContent,
    lesson_text::LessonText,
    mastery::Mastery,
    truncate_to_micros,
};
use uuid::Uuid;

use super::{NewConcept, NewLesson, Place, joined, joined_concept};
use crate::{
    Result, StoreError, TenantTx, Write,
    check_ins::{CHOICE, TEXT},
    concepts::{self, ConceptName},
    db::Sql,
    read::{Statement, own_binds},
};

/// Stores a lesson with its concepts and check-ins, which copies a generation of this `content`. A
/// conflict if there is one already, or if another lesson of the document holds a concept of the same
/// name.
pub async fn insert(
    tx: &mut TenantTx,
    lesson: &NewLesson,
    content: &LessonContent,
    now: Timestamp,
) -> Result<()> {
    let names = concepts::read_names(lesson.document_id).run(tx).await?;
    write(lesson, content, &names, now)?.run(tx).await
}

/// See [`insert`]; `names` are those of the document's concepts.
///
/// # Errors
/// A question cannot be written as JSON (it always can).
pub fn write(
    lesson: &NewLesson,
    content: &LessonContent,
    names: &[ConceptName],
    now: Timestamp,
) -> Result<Write<()>> {
    let unheld = names.iter().filter(|name| name.lesson_id.is_none());
    let unheld: HashMap<String, Uuid> = unheld
        .map(|concept| (concept.name.to_lowercase(), concept.id))
        .collect();
    let mut ids = Vec::with_capacity(lesson.concepts.len());
    let (mut new, mut taken_over, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    for (number, concept) in (1..).zip(&lesson.concepts) {
        let folded_name = concept.name.to_lowercase();
        let taken = unheld.get(&folded_name);
        let id = *taken.unwrap_or(&concept.id);
        let row = json!({
            "id": id, "number": number, "name": concept.name, "folded_name": folded_name,
        });
        match taken {
            Some(_) => taken_over.push(row),
            None => new.push(row),
        }
        push_questions(&mut questions, id, concept)?;
        ids.push(id);
    }
    let now = truncate_to_micros(now);
    let text = text(lesson, &ids, content, now);
    let mut statements = vec![insert_lesson(lesson, &text, now)];
    let expected = taken_over.len();
    if !new.is_empty() {
        statements.push(insert_concepts(lesson, new, now));
    }
    if !questions.is_empty() {
        statements.push(insert_questions(lesson.id, questions, now));
    }
    if expected > 0 {
        // Before the questions on them.
        statements.insert(1, take_over(lesson, taken_over).needing(expected));
    }
    Ok(Write::new(statements, move |rows| {
        let taken = rows.get(1).map_or(0, Vec::len);
        match expected {
            0 => Ok(()),
            expected if expected == taken => Ok(()),
            _ => Err(StoreError::conflict("a concept to take over is gone")),
        }
    }))
}

fn insert_lesson(lesson: &NewLesson, text: &LessonText, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO lessons (owner_id, id, document_id, section_id, generation_key, variant,
            created_at, written)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        own_binds![
            lesson.id,
            lesson.document_id,
            lesson.section_id,
            lesson.generation_key.clone(),
            lesson.variant,
            now,
            text.as_str().to_owned()
        ],
    )
}

fn insert_concepts(lesson: &NewLesson, rows: Vec<Value>, now: Timestamp) -> Statement {
    macro_rules! insert {
        ($columns:literal, $from:literal) => {
            concat!(
                "INSERT INTO concepts (owner_id, document_id, section_id, lesson_id, mastery_state,
                    created_at, total_attempts, correct_attempts, consecutive_correct, id,
                    concept_number, name, folded_name)
                SELECT $1, $3, $4, $5, $6, $7, 0, 0, 0, ",
                $columns,
                $from
            )
        };
    }
    let sql = Sql::pair(
        insert!(
            "unhex(replace(value ->> 'id', '-', '')), value ->> 'number', value ->> 'name',
                value ->> 'folded_name'",
            " FROM json_each($2)"
        ),
        insert!(
            "id, number, name, folded_name",
            " FROM jsonb_to_recordset($2)
                AS c(id uuid, number integer, name text, folded_name text)"
        ),
    );
    Statement::new(
        sql,
        own_binds![
            Value::Array(rows),
            lesson.document_id,
            lesson.section_id,
            lesson.id,
            Mastery::NEW.state.as_str(),
            now
        ],
    )
}

/// Concepts of an earlier lesson on the same section go on with their mastery.
fn take_over(lesson: &NewLesson, rows: Vec<Value>) -> Statement {
    let sql = Sql::pair(
        "UPDATE concepts SET section_id = $3, lesson_id = $4,
            concept_number = c.value ->> 'number', name = c.value ->> 'name'
        FROM json_each($2) c
        WHERE concepts.owner_id = $1
            AND concepts.id = unhex(replace(c.value ->> 'id', '-', ''))
        RETURNING concepts.id",
        "UPDATE concepts SET section_id = $3, lesson_id = $4, concept_number = c.number,
            name = c.name
        FROM jsonb_to_recordset($2) AS c(id uuid, number integer, name text)
        WHERE concepts.owner_id = $1 AND concepts.id = c.id
        RETURNING concepts.id",
    );
    let binds = own_binds![Value::Array(rows), lesson.section_id, lesson.id];
    Statement::new(sql, binds)
}

fn insert_questions(lesson_id: Uuid, rows: Vec<Value>, now: Timestamp) -> Statement {
    macro_rules! insert {
        ($columns:literal, $from:literal) => {
            concat!(
                "INSERT INTO check_ins (owner_id, lesson_id, created_at, id, concept_id, place, kind,
                    question_key, content)
                SELECT $1, $3, $4, ",
                $columns,
                $from
            )
        };
    }
    let sql = Sql::pair(
        insert!(
            "unhex(replace(value ->> 'id', '-', '')), unhex(replace(value ->> 'concept_id', '-', '')),
                value ->> 'place', value ->> 'kind', value ->> 'question_key', value -> 'content'",
            " FROM json_each($2)"
        ),
        insert!(
            "id, concept_id, place, kind, question_key, content",
            " FROM jsonb_to_recordset($2) AS q(id uuid, concept_id uuid, place integer, kind text,
                question_key text, content jsonb)"
        ),
    );
    Statement::new(sql, own_binds![Value::Array(rows), lesson_id, now])
}

/// A concept's questions in order, those with options first.
fn push_questions(rows: &mut Vec<Value>, concept_id: Uuid, concept: &NewConcept) -> Result<()> {
    let choices = concept.check_ins.iter().map(|(id, content)| {
        let json = serde_json::to_value(content);
        (id, CHOICE, &content.question, json)
    });
    let texts = concept.text_check_ins.iter().map(|(id, content)| {
        let json = serde_json::to_value(content);
        (id, TEXT, &content.question, json)
    });
    for (place, (id, kind, question, content)) in (1..).zip(choices.chain(texts)) {
        let encode =
            |error: serde_json::Error| StoreError::Other(sqlx::Error::Encode(error.into()));
        rows.push(json!({
            "id": id, "concept_id": concept_id, "place": place, "kind": kind,
            "question_key": check_in::fold(question), "content": content.map_err(encode)?,
        }));
    }
    Ok(())
}

/// The texts as they are answered; `ids` are those of the concepts.
fn text(lesson: &NewLesson, ids: &[Uuid], content: &LessonContent, now: Timestamp) -> LessonText {
    let own = ids.iter().zip(&lesson.concepts);
    let concepts = content.concepts.iter().cloned().zip(own);
    let concepts = concepts.map(|(content, (&concept_id, own))| {
        let check_ins = own.check_ins.iter().map(|(id, content)| CheckIn {
            id: *id,
            concept_id,
            content: content.clone(),
        });
        let text_check_ins = own.text_check_ins.iter().map(|(id, content)| TextCheckIn {
            id: *id,
            concept_id,
            content: content.clone(),
        });
        let name = own.name.clone();
        let (check_ins, texts) = (check_ins.collect(), text_check_ins.collect());
        joined_concept(content, (concept_id, name), check_ins, texts)
    });
    let place = Place {
        id: lesson.id,
        document_id: lesson.document_id,
        section_id: lesson.section_id,
        // Its document's, which may change: no part of the text.
        course_id: None,
        chapter: None,
        created_at: now,
    };
    LessonText::of(&joined(place, content.clone(), concepts.collect()))
}

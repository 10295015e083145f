//! Questions made on the spot from sections that have no lesson yet. They are not kept:
//! only a lesson's questions have a concept whose mastery could move.

use ultudy_domain::practice::Difficulty;
use ultudy_store::sections;
use uuid::Uuid;

use super::Candidate;
use crate::{App, Result, lessons::glossary, passages};

/// Most sections that questions are made from for one set.
const SECTIONS_MAX: usize = 4;

/// Makes questions from the first of these sections until there are enough.
pub(super) async fn questions(
    app: &App,
    owner_id: &str,
    sections: &[Uuid],
    wanted: usize,
    difficulty: Difficulty,
) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for id in sections.iter().take(SECTIONS_MAX) {
        if made.len() >= wanted {
            break;
        }
        let mut tx = app.store.read(owner_id).await?;
        let found = sections::find(&mut tx, *id).await?;
        let Some(text) = found else { continue };
        let glossary = glossary::known(app, &mut tx, text.section.document_id).await?;
        drop(tx);
        let (document_id, title) = (text.section.document_id, text.section.name.clone());
        let parts = vec![passages::part(text, None)];
        let Some(lesson) = passages::lesson(&title, parts, glossary.unwrap_or_default()).await?
        else {
            continue;
        };
        for concept in &lesson.concepts {
            let of = |content| Candidate::made(content, document_id, &concept.name, difficulty);
            made.extend(concept.check_ins.iter().filter_map(of));
        }
    }
    Ok(made)
}

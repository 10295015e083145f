//! Texts longer than a model reads at once: cut into parts between pages, and what was written on each
//! put together again.

use std::collections::HashSet;

use ultudy_domain::{check_in::fold, lesson::ConceptContent, section::split_pages};

use super::{
    draft::Overview,
    lesson::{CONCEPTS_MAX, Checked},
};
use crate::LessonInput;

/// Tokens that the instructions and the schema come to, and that a lesson does.
const INSTRUCTIONS_TOKENS: usize = 1_800;
const LESSON_TOKENS: usize = 8_000;
/// Most points and the like of an overview that is put together without a model.
const TEXTS_MAX: usize = 10;

/// Pages with their numbers.
pub(super) type Pages = Vec<(u32, String)>;

/// The pages of a lesson's text.
pub(super) fn pages(input: &LessonInput) -> Pages {
    let parts = input.parts.iter();
    let pages = parts.flat_map(|part| split_pages(&part.markdown, part.page_start));
    pages.collect()
}

/// Tokens of text that fit beside what else a call takes, of a model that reads and writes so many.
pub(super) fn budget(context: usize) -> usize {
    let lesson = LESSON_TOKENS.min(context / 2);
    context.saturating_sub(INSTRUCTIONS_TOKENS + lesson).max(1)
}

/// About how many tokens a text is: a few too many rather than too few. Scripts other than ours are a
/// token a character.
fn tokens(text: &str) -> usize {
    let plain = text.bytes().filter(u8::is_ascii).count();
    let others = text.chars().filter(|c| !c.is_ascii()).count();
    plain.div_ceil(3) + others
}

/// The pages in as few parts as the budget allows, of about the same length. A page that is too long by
/// itself is cut between its lines.
pub(super) fn split(pages: Pages, budget: usize) -> Vec<Pages> {
    let total: usize = pages.iter().map(|(_, text)| tokens(text)).sum();
    if total <= budget {
        return vec![pages];
    }
    let target = total.div_ceil(total.div_ceil(budget));
    let pages = pages.into_iter().flat_map(|page| pieces(page, budget));
    let (mut parts, mut length) = (Vec::<Pages>::new(), 0);
    for (number, text) in pages {
        let more = tokens(&text);
        match parts.last_mut() {
            Some(part) if length < target && length + more <= budget => {
                length += more;
                part.push((number, text));
            }
            _ => {
                length = more;
                parts.push(vec![(number, text)]);
            }
        }
    }
    parts
}

/// Two parts of about the same length; none of what cannot be divided.
pub(super) fn halves(pages: Pages) -> Option<Vec<Pages>> {
    let total: usize = pages.iter().map(|(_, text)| tokens(text)).sum();
    let mut pages = match pages.len() {
        1 => pages
            .into_iter()
            .flat_map(|page| pieces(page, total.div_ceil(2).max(1)))
            .collect(),
        _ => pages,
    };
    let mut length = 0;
    let is_in_first = |(_, text): &&(u32, String)| {
        length += tokens(text);
        length * 2 <= total + 1
    };
    let first = pages.iter().take_while(is_in_first).count().max(1);
    let second = pages.split_off(first.min(pages.len()));
    (!second.is_empty()).then(|| vec![pages, second])
}

/// The page in pieces within the budget: lines, and lines that are too long cut anywhere.
fn pieces((number, text): (u32, String), budget: usize) -> Vec<(u32, String)> {
    if tokens(&text) <= budget {
        return vec![(number, text)];
    }
    let (mut pieces, mut piece, mut length) = (Vec::new(), String::new(), 0);
    for line in text.split_inclusive('\n') {
        // In characters a line is never fewer than its tokens.
        let characters: Vec<char> = line.chars().collect();
        for chunk in characters.chunks(budget) {
            let chunk: String = chunk.iter().collect();
            let more = tokens(&chunk);
            if length > 0 && length + more > budget {
                pieces.push((number, std::mem::take(&mut piece)));
                length = 0;
            }
            piece.push_str(&chunk);
            length += more;
        }
    }
    pieces.push((number, piece));
    pieces
}

/// The concepts of all parts in their order: each once, no question twice, and of too many the first
/// ones of every part, evenly.
pub(super) fn concepts(parts: &mut [Checked]) -> Vec<ConceptContent> {
    let (mut names, mut questions) = (HashSet::new(), HashSet::new());
    let lists: Vec<Vec<ConceptContent>> = parts
        .iter_mut()
        .map(|part| {
            let concepts = std::mem::take(&mut part.concepts).into_iter();
            let fresh = concepts.filter_map(|mut concept| {
                concept
                    .check_ins
                    .retain(|it| questions.insert(fold(&it.question)));
                concept
                    .text_check_ins
                    .retain(|it| questions.insert(fold(&it.question)));
                let is_new = !concept.check_ins.is_empty() && names.insert(fold(&concept.name));
                is_new.then_some(concept)
            });
            fresh.collect()
        })
        .collect();
    let mut taken = vec![0_usize; lists.len()];
    let mut free = CONCEPTS_MAX;
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    for rank in 0..longest {
        for (place, list) in lists.iter().enumerate() {
            if free > 0 && rank < list.len() {
                taken[place] += 1;
                free -= 1;
            }
        }
    }
    let chosen = lists.into_iter().zip(taken);
    chosen
        .flat_map(|(list, taken)| list.into_iter().take(taken))
        .collect()
}

/// What the parts say of themselves, one after the other.
pub(super) fn joined(parts: Vec<Overview>) -> Overview {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    for part in parts {
        whole.summary.push_str("\n\n");
        whole.summary.push_str(&part.summary);
        whole.explanation.push_str("\n\n");
        whole.explanation.push_str(&part.explanation);
        for (texts, more) in [
            (&mut whole.what, part.what),
            (&mut whole.examples, part.examples),
            (&mut whole.analogies, part.analogies),
        ] {
            texts.extend(more);
            texts.truncate(TEXTS_MAX);
        }
    }
    whole
}

#[cfg(test)]
mod tests;

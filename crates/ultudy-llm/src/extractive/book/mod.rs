//! The concepts of a whole book: what its own index would name.
//!
//! Candidates are noun phrases of the running text ([`phrases`]). Each is weighed by how
//! often it stands by itself (C-value, Frantzi et al. 2000), how much it keeps to some of
//! the sections (a term does, a general word does not: burstiness, Church and Gale 1995),
//! whether the text defines it, names it in a heading, emphasises it or uses it in code.

mod names;
mod phrases;
mod weight;

use std::collections::HashSet;

use super::reading;
use super::text::Text;
use crate::LessonPart;
use phrases::Candidate;

/// The names of a book's concepts, the most important first.
///
/// `parts` are the book's sections in order. Names are noun phrases in the form an index
/// uses: singular, in lower case unless the text never writes them so. No two are forms of
/// one another. A text without sentences has no concepts.
#[must_use]
pub fn key_concepts(parts: &[LessonPart], limit: usize) -> Vec<String> {
    ranked_names(&mut reading::read(parts, &[]), limit)
}

/// The same of a book that is read.
pub(super) fn ranked_names(text: &mut Text, limit: usize) -> Vec<String> {
    let candidates = phrases::find(text);
    ranked(text, candidates).into_iter().take(limit).collect()
}

fn ranked(text: &Text, candidates: Vec<Candidate>) -> Vec<String> {
    let weights = weight::Weights::of(text);
    let mut weighed: Vec<(f32, Candidate)> = candidates
        .into_iter()
        .filter(|candidate| candidate.is_name(text))
        .map(|candidate| (weights.of_phrase(text, &candidate), candidate))
        .collect();
    weighed
        .sort_by(|(a, left), (b, right)| b.total_cmp(a).then_with(|| left.first.cmp(&right.first)));
    let mut known = HashSet::new();
    weighed
        .iter()
        .filter(|(_, candidate)| known.insert(candidate.roots.clone()))
        .filter_map(|(_, candidate)| names::of(candidate))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, page: u32, markdown: &str) -> LessonPart {
        LessonPart {
            name: name.into(),
            page_start: page,
            page_end: page,
            markdown: markdown.into(),
        }
    }

    #[test]
    fn terms_come_before_general_words_and_in_the_singular() {
        let parts = [
            part(
                "Stacks",
                1,
                "A stack is a list of elements that grows at one end. The way of a program through \
                 its stacks is an important part of the whole. Two stacks make a queue.",
            ),
            part(
                "Queues",
                2,
                "A queue is a list of elements that grows at one end and shrinks at the other. The \
                 way of an element through the queues is an important part of the whole.",
            ),
        ];
        let names = key_concepts(&parts, 2);
        assert_eq!(names, ["stack", "queue"]);
        let all = key_concepts(&parts, 100);
        assert!(!all.contains(&"important part".to_owned()), "{all:?}");
    }

    #[test]
    fn german_names_are_nouns() {
        let parts = [part(
            "Zellen",
            1,
            "Eine Zelle ist die kleinste Einheit des Lebens. Der Zellkern einer Zelle enthält das \
             Erbgut. Unter einem Gewebe versteht man einen Verband von Zellen der gleichen Art.",
        )];
        let names = key_concepts(&parts, 3);
        assert!(names.contains(&"Zelle".to_owned()), "{names:?}");
        assert!(names.contains(&"Gewebe".to_owned()), "{names:?}");
    }

    #[test]
    fn nothing_has_no_concepts() {
        assert!(key_concepts(&[], 10).is_empty());
        assert!(key_concepts(&[part("", 1, "")], 10).is_empty());
    }
}

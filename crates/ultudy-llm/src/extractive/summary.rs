//! What the whole text says: its central sentences, in their order.

use ultudy_domain::lesson::{ConceptContent, SummaryParts};

use super::cues;
use super::labels::Kind;
use super::phrases::fill;
use super::quotes::{cited, escaped, passages};
use super::study::Study;

/// Sentences of a summary.
const SUMMARY: std::ops::RangeInclusive<usize> = 2..=7;
/// Sentences of text that are worth one of the summary.
const SENTENCES_PER_ONE: usize = 12;
/// Likeness from which on a second sentence says nothing new.
const SAME: f32 = 0.5;
/// Paragraphs of the explanation at most.
const EXPLANATION_MAX: usize = 10;
/// Examples of the whole at most.
const EXAMPLES_MAX: usize = 3;

/// The texts of a lesson that belong to no single concept.
pub(super) struct Overview {
    /// The summary.
    pub summary: String,
    /// The same in parts.
    pub parts: SummaryParts,
    /// The explanation of the whole.
    pub explanation: String,
    /// Examples of the whole.
    pub examples: Vec<String>,
}

/// Sums the text up.
pub(super) fn make(study: &Study, concepts: &[ConceptContent]) -> Overview {
    let weights = weights(study);
    let parts = study
        .text
        .sentences
        .iter()
        .map(|sentence| sentence.part)
        .max()
        .unwrap_or(0)
        + 1;
    let count = (study.text.sentences.len() / SENTENCES_PER_ONE).max(parts);
    let chosen = choose(
        study,
        &weights,
        count.clamp(*SUMMARY.start(), *SUMMARY.end()),
    );
    let sentences: Vec<_> = chosen.iter().map(|&at| study.sentence(at)).collect();
    Overview {
        summary: passages(&sentences),
        parts: summary_parts(study, concepts, &weights),
        explanation: explanation(study, &weights, &chosen),
        examples: examples(study, &weights, concepts),
    }
}

/// Centrality, with more for what stands first and less for what does not stand alone.
fn weights(study: &Study) -> Vec<f32> {
    let count = study.text.sentences.len().max(1) as f32;
    let sentences = study.text.sentences.iter().enumerate();
    sentences
        .map(|(at, sentence)| {
            let early = 0.15 * (1.0 - at as f32 / count);
            let opens = if sentence.place == 0 { 0.1 } else { 0.0 };
            let lesser = sentence.dependent
                || sentence.plain.ends_with('?')
                || matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
            let weight = study.ranking.weights[at] + early + opens;
            if lesser { weight * 0.3 } else { weight }
        })
        .collect()
}

/// The weightiest sentences that do not repeat each other, of each part in turn.
fn choose(study: &Study, weights: &[f32], count: usize) -> Vec<usize> {
    let mut by_part: Vec<Vec<usize>> = Vec::new();
    for (at, sentence) in study.text.sentences.iter().enumerate() {
        if by_part.len() <= sentence.part {
            by_part.resize(sentence.part + 1, Vec::new());
        }
        by_part[sentence.part].push(at);
    }
    for part in &mut by_part {
        part.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    }
    let longest = by_part.iter().map(Vec::len).max().unwrap_or(0);
    let mut chosen: Vec<usize> = Vec::new();
    for at in (0..longest).flat_map(|rank| by_part.iter().filter_map(move |part| part.get(rank))) {
        let new = chosen
            .iter()
            .all(|&other| study.ranking.similarity(*at, other) < SAME);
        if new && chosen.len() < count {
            chosen.push(*at);
        }
    }
    chosen.sort_unstable();
    chosen
}

fn summary_parts(study: &Study, concepts: &[ConceptContent], weights: &[f32]) -> SummaryParts {
    let names: Vec<_> = concepts
        .iter()
        .map(|concept| escaped(&concept.name))
        .collect();
    let listed = study.phrases.list(&names);
    let by_cue = |turns| {
        let at = best_with(study, weights, turns)?;
        let sentence = study.sentence(at);
        Some(cited(&sentence.quote, sentence.pages))
    };
    SummaryParts {
        why: by_cue(cues::WHY).unwrap_or_else(|| fill(study.phrases.about, &[&listed])),
        outcome: by_cue(cues::OUTCOME).unwrap_or_else(|| fill(study.phrases.outcome, &[&listed])),
        what: names,
    }
}

/// The weightiest sentence with one of the turns that stands alone.
fn best_with(study: &Study, weights: &[f32], turns: &[&str]) -> Option<usize> {
    let stands_alone = |at: &usize| {
        let sentence = study.sentence(*at);
        !sentence.dependent && !sentence.plain.ends_with('?')
    };
    (0..study.text.sentences.len())
        .filter(stands_alone)
        .filter(|&at| cues::has_any(&study.sentence(at).plain, turns))
        .max_by(|&a, &b| weights[a].total_cmp(&weights[b]).then(b.cmp(&a)))
}

/// Heading by heading, the weightiest sentence that the summary does not have.
fn explanation(study: &Study, weights: &[f32], summary: &[usize]) -> String {
    let mut best: Vec<(Option<usize>, usize)> = Vec::new();
    for (at, sentence) in study.text.sentences.iter().enumerate() {
        if summary.contains(&at) || sentence.dependent || sentence.plain.ends_with('?') {
            continue;
        }
        match best
            .iter_mut()
            .find(|(heading, _)| *heading == sentence.heading)
        {
            Some((_, known)) if weights[at] > weights[*known] => *known = at,
            Some(_) => {}
            None => best.push((sentence.heading, at)),
        }
    }
    best.truncate(EXPLANATION_MAX);
    let paragraphs: Vec<_> = best
        .into_iter()
        .map(|(heading, at)| {
            let sentence = study.sentence(at);
            let text = cited(&sentence.quote, sentence.pages);
            match heading.and_then(|at| study.text.headings.get(at)) {
                Some(heading) => format!("### {}\n\n{text}", heading.quote),
                None => text,
            }
        })
        .collect();
    paragraphs.join("\n\n")
}

/// Examples of the text that no concept has.
fn examples(study: &Study, weights: &[f32], concepts: &[ConceptContent]) -> Vec<String> {
    let mut found: Vec<usize> = (0..study.text.sentences.len())
        .filter(|&at| {
            let sentence = study.sentence(at);
            let example = sentence.kind == Some(Kind::Example)
                || cues::has_any(&sentence.plain, cues::EXAMPLE);
            example && !sentence.dependent && !sentence.plain.ends_with('?')
        })
        .filter(|&at| {
            let quote = &study.sentence(at).quote;
            !concepts
                .iter()
                .any(|concept| concept.examples.iter().any(|own| own.contains(quote)))
        })
        .collect();
    found.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    found.truncate(EXAMPLES_MAX);
    found.sort_unstable();
    found
        .into_iter()
        .map(|at| cited(&study.sentence(at).quote, study.sentence(at).pages))
        .collect()
}

//! What the whole text says: its central sentences, in their order.

use ultudy_domain::lesson::{ConceptContent, SummaryParts};

use super::labels::Kind;
use super::phrases::fill;
use super::quotes::{cited, escaped, passages};
use super::study::{Study, Support};
use super::turns;

/// Sentences of a summary.
const SUMMARY: std::ops::RangeInclusive<usize> = 3..=7;
/// Sentences of text that are worth one of the summary.
const SENTENCES_PER_ONE: usize = 10;
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
        .own()
        .iter()
        .map(|sentence| sentence.part)
        .max()
        .unwrap_or(0)
        + 1;
    let count = (study.text.own / SENTENCES_PER_ONE).max(parts);
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
    let count = study.text.own.max(1) as f32;
    let sentences = study.text.own().iter().enumerate();
    sentences
        .map(|(at, sentence)| {
            let early = 0.15 * (1.0 - at as f32 / count);
            let opens = if sentence.place == 0 { 0.1 } else { 0.0 };
            let lesser = !sentence.stands_alone()
                || matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
            let weight = study.ranking.weights[at] + early + opens;
            if lesser { weight * 0.3 } else { weight }
        })
        .collect()
}

/// The weightiest sentences that do not repeat each other, of each part in turn.
fn choose(study: &Study, weights: &[f32], count: usize) -> Vec<usize> {
    let mut by_part: Vec<Vec<usize>> = Vec::new();
    for (at, sentence) in study.text.own().iter().enumerate() {
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
    let own = |at: usize| {
        let sentence = study.sentence(at);
        cited(&sentence.quote, sentence.pages)
    };
    let names_one = |at: usize| {
        let lower = study.sentence(at).plain.to_lowercase();
        concepts
            .iter()
            .any(|concept| lower.contains(&concept.name.to_lowercase()))
    };
    let why = best_with(study, weights, turns::WHY, names_one);
    let outcome = best_with(study, weights, turns::OUTCOME, |_| true);
    let why = why.map(own).or_else(|| central(study, concepts));
    SummaryParts {
        why: why.unwrap_or_else(|| first_said(concepts)),
        outcome: outcome.map_or_else(|| fill(study.phrases.outcome, &[&listed]), own),
        what: names,
    }
}

/// What is first said of the first concept.
fn first_said(concepts: &[ConceptContent]) -> String {
    let first = concepts.first().map(|concept| concept.explanation.as_str());
    let paragraph = first.and_then(|text| text.split("\n\n").next());
    paragraph.unwrap_or_default().to_owned()
}

/// What the text speaks of most, if it is a concept.
fn central(study: &Study, concepts: &[ConceptContent]) -> Option<String> {
    let is_concept = |name: &str| concepts.iter().any(|concept| concept.name == name);
    let own = |support: &[Support]| {
        let own = support
            .iter()
            .filter(|found| found.sentence < study.text.own);
        own.count()
    };
    let terms = study.terms.iter().zip(&study.supports);
    let most = terms
        .filter(|(term, _)| is_concept(&term.name))
        .max_by_key(|(_, support)| own(support));
    let (term, support) = most.filter(|(_, support)| own(support) > 1)?;
    let [some, all] = [own(support), study.text.own].map(|count| count.to_string());
    let name = escaped(&term.name);
    Some(fill(study.phrases.central, &[&name, &some, &all]))
}

/// The weightiest sentence with one of the turns that stands alone.
fn best_with(
    study: &Study,
    weights: &[f32],
    turns: &str,
    fits: impl Fn(usize) -> bool,
) -> Option<usize> {
    (0..study.text.own)
        .filter(|&at| study.sentence(at).stands_alone())
        .filter(|&at| turns::has_any(&study.sentence(at).plain, turns) && fits(at))
        .max_by(|&a, &b| weights[a].total_cmp(&weights[b]).then(b.cmp(&a)))
}

/// Heading by heading, the weightiest sentence that the summary does not have.
fn explanation(study: &Study, weights: &[f32], summary: &[usize]) -> String {
    let mut best: Vec<(Option<usize>, usize)> = Vec::new();
    for (at, sentence) in study.text.own().iter().enumerate() {
        if summary.contains(&at) || !sentence.stands_alone() {
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
    let mut found: Vec<usize> = (0..study.text.own)
        .filter(|&at| {
            let sentence = study.sentence(at);
            let example = sentence.kind == Some(Kind::Example)
                || turns::has_any(&sentence.plain, turns::EXAMPLE);
            example && sentence.stands_alone()
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

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::super::terms;
    use super::*;

    fn overview(markdown: &str) -> Overview {
        let mut text = text(markdown);
        let terms = terms::find(&mut text);
        make(&Study::new(text, terms, 0), &[])
    }

    #[test]
    fn the_summary_keeps_the_order_of_the_text() {
        let overview = overview(
            "Zebras live in the open grassland of the east. The grassland feeds the zebras all \
             the year round. Lions hunt the zebras in the grassland. Aeroplanes bring people who \
             look at lions and zebras.",
        );
        let places =
            ["Zebras live", "The grassland", "Lions hunt"].map(|head| overview.summary.find(head));
        assert!(places.iter().flatten().is_sorted(), "{}", overview.summary);
        assert!(overview.summary.ends_with("(p. 1)"));
    }

    #[test]
    fn examples_of_the_text_are_kept() {
        let overview = overview(
            "A prime number has exactly two divisors among the numbers. For example, the number \
             seven has only the divisors one and seven.",
        );
        assert_eq!(overview.examples.len(), 1);
        assert!(overview.examples[0].starts_with("For example, the number seven"));
    }
}

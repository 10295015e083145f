//! Answers without a model: the sentences of the material that come closest, as they stand.

use std::fmt::Write as _;

use ultudy_domain::search::sentences::{Sentence, closest};
use ultudy_llm::AnswerKind;

use super::material::Material;

/// Most sentences of an answer.
const SENTENCES_MAX: usize = 5;
/// More of them are looked at where some are left out.
const LOOKED_AT: usize = 40;
/// Words by which an example is told.
const OF_EXAMPLES: [&str; 14] = [
    "for example",
    "for instance",
    "e.g.",
    "such as",
    "zum beispiel",
    "z. b.",
    "z.b.",
    "etwa ",
    "par exemple",
    "comme ",
    "por ejemplo",
    "例えば",
    "たとえば",
    "per esempio",
];

/// Why no model has written it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// None is asked here.
    NoModel,
    /// It gave no answer.
    Failed,
    /// A budget does not allow it.
    BudgetSpent,
}

/// The answer as Markdown.
pub(super) fn answer(material: &Material, why: Why) -> String {
    let mut text = match why {
        Why::NoModel => "Answered without a language model.".to_owned(),
        Why::Failed => "The language model gave no answer just now.".to_owned(),
        Why::BudgetSpent => {
            "What the language model may cost leaves no room for this, so it was not asked."
                .to_owned()
        }
    };
    let sentences = sentences(material);
    if sentences.is_empty() {
        text.push_str(" These pages of your material come closest:\n\n");
        for source in &material.sources {
            let _ = writeln!(text, "- {} [{}]", escaped(&source.title), source.number);
        }
        return text;
    }
    text.push_str(" These sentences of your material come closest:\n\n");
    for sentence in sentences {
        let number = sentence.passage + 1;
        let _ = writeln!(text, "- {} [{number}]", escaped(&sentence.text));
    }
    text
}

fn sentences(material: &Material) -> Vec<Sentence> {
    let sources = material.input.sources.iter().zip(&material.languages);
    let texts: Vec<(&str, Option<&str>)> = sources
        .map(|(source, language)| (source.text.as_str(), language.as_deref()))
        .collect();
    if material.input.kind == AnswerKind::Answer {
        return closest(&material.query, &texts, SENTENCES_MAX);
    }
    let mut all = closest(&material.query, &texts, LOOKED_AT);
    // Read already.
    let read = &material.input.explanation;
    all.retain(|sentence| !read.contains(&sentence.text));
    if material.input.kind == AnswerKind::Example {
        let is_one = |sentence: &Sentence| {
            let lower = sentence.text.to_lowercase();
            OF_EXAMPLES.iter().any(|mark| lower.contains(mark))
        };
        if all.iter().any(is_one) {
            all.retain(is_one);
        }
    }
    if material.input.kind == AnswerKind::Simpler {
        // In short sentences.
        all.sort_by_key(|sentence| sentence.text.chars().count());
    }
    all.truncate(SENTENCES_MAX);
    all
}

/// A sentence's own brackets are no citations.
fn escaped(text: &str) -> String {
    text.replace('[', "(").replace(']', ")")
}

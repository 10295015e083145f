//! A text's own matter as its concept, where it explains something but names no term for it:
//! what its title says it is about, explained by the sentences that say most of that.

use std::collections::HashSet;

use ultudy_domain::check_in::TextCheckInContent;
use ultudy_domain::lesson::ConceptContent;

use super::apparatus;
use super::formulas;
use super::frames;
use super::labels::Kind;
use super::language::is_hiragana;
use super::phrases::fill;
use super::questions::Maker;
use super::quotes::{escaped, passages};
use super::study::Study;
use super::telling;
use super::text::{Sentence, fold};
use super::word::{Role, Word, WordId};

/// Sentences that explain, at least and at most.
const SENTENCES: std::ops::RangeInclusive<usize> = 2..=3;
/// Sentences that name what the title does, at least.
const NAMED_MIN: usize = 1;
/// Likeness from which on a second sentence says nothing new.
const SAME: f32 = 0.6;
/// Characters of a title that can be asked about.
const TITLE_MAX: usize = 80;
/// Words that carry meaning in a sentence that explains.
const MEANING_MIN: usize = 5;
/// Centrality of a sentence that explains a text's matter without naming it.
const CENTRAL: f32 = 0.4;
/// What naming it is worth beside centrality.
const NAMES_IT: f32 = 0.5;

/// The concept of the first of these titles of which the text says enough.
pub(super) fn concept(study: &mut Study, titles: &[String]) -> Option<ConceptContent> {
    let titles = titles.iter().flat_map(|title| title.split(" · "));
    // What exercises and summaries have in common is no matter.
    let taught = titles.filter(|title| !apparatus::is_named(title));
    let titles: Vec<_> = taught.map(|title| fold(bare(title))).collect();
    titles.into_iter().find_map(|title| of_title(study, &title))
}

/// A title without numbering and without what says which part of it this is.
fn bare(title: &str) -> &str {
    let title = title.split(" (part ").next().unwrap_or_default();
    title.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '))
}

fn of_title(study: &mut Study, title: &str) -> Option<ConceptContent> {
    let words = study.text.lexicon.words(title);
    let means = |word: &&Word| matches!(word.role, Role::Content | Role::Weak);
    let roots: HashSet<_> = words.iter().filter(means).map(|word| word.root).collect();
    let fits = title.chars().count() <= TITLE_MAX && !title.chars().all(is_hiragana);
    // A title that the text never comes back to says nothing of it.
    let names = |word: &Word| roots.contains(&word.root);
    let own = study.text.own().iter();
    if !fits || !own.flat_map(|sentence| &sentence.words).any(names) {
        return None;
    }
    let chosen = chosen(study, &roots);
    let sentences: Vec<_> = chosen.iter().map(|&at| study.sentence(at)).collect();
    let pages = sentences.iter().map(|sentence| sentence.pages);
    let pages = pages.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])?;
    let key_points = frames::key_points(&study.text, &sentences, &title.to_lowercase());
    let named = |sentence: &&&Sentence| sentence.words.iter().any(names);
    let named = sentences.iter().filter(named).count();
    let enough =
        SENTENCES.contains(&sentences.len()) && named >= NAMED_MIN && frames::is_asked(&key_points);
    let quotes: Vec<_> = sentences.iter().map(|own| own.quote.as_str()).collect();
    let mut concept = enough.then(|| ConceptContent {
        name: title.to_owned(),
        explanation: passages(&sentences),
        examples: Vec::new(),
        analogies: Vec::new(),
        formulas: formulas::of(study, &chosen),
        important_notes: Vec::new(),
        pages,
        check_ins: Vec::new(),
        text_check_ins: vec![TextCheckInContent {
            question: fill(study.phrases.tell, &[&escaped(title)]),
            expected_answer: quotes.join("\n\n"),
            key_points,
            pages,
        }],
    })?;
    let rivals: Vec<_> = (0..study.terms.len()).collect();
    Maker::new(study, &rivals).of_matter(&chosen, &mut concept);
    Some(concept)
}

/// The weightiest sentences on the title's matter that can be understood alone, in their order.
fn chosen(study: &Study, roots: &HashSet<WordId>) -> Vec<usize> {
    let says = |at: usize| {
        let sentence = study.sentence(at);
        let apart = matches!(sentence.kind, Some(Kind::Proof | Kind::Example));
        let enough = telling::meaning(&sentence.words) >= MEANING_MIN;
        study.complete[at] && enough && !apart && !sentence.is_about_the_book()
    };
    let weighed = |at: usize| {
        let words = &study.sentence(at).words;
        let weight = study.ranking.weights[at];
        let named = words.iter().any(|word| roots.contains(&word.root));
        let fits = says(at) && (named || weight >= CENTRAL);
        fits.then_some((weight + if named { NAMES_IT } else { 0.0 }, at))
    };
    let mut found: Vec<_> = (0..study.text.own).filter_map(weighed).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = Vec::new();
    for (_, at) in found {
        let new = chosen
            .iter()
            .all(|&other| study.ranking.similarity(at, other) < SAME);
        if new && chosen.len() < *SENTENCES.end() {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

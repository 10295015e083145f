//! Which terms become concepts, and what a concept says.

use std::collections::HashSet;

use ultudy_domain::lesson::ConceptContent;

use super::alone;
use super::formulas;
use super::labels::Kind;
use super::ladder::{self, Of, Step};
use super::listing;
use super::matter;
use super::questions::Maker;
use super::quotes::{cited, passages};
use super::study::{Study, Support};
use super::terms::{Term, contains, first_place};
use super::text::Sentence;
use super::turns;

/// Concepts of a lesson at most.
pub(super) const CONCEPTS_MAX: usize = 15;
/// Concepts of a lesson, where the text has as many.
const CONCEPTS_MIN: usize = 3;
/// Words of text that are worth a concept.
const WORDS_PER_CONCEPT: usize = 20;
/// How surely a sentence defines that is about its term alone.
const DEFINES: u8 = 3;
/// Sentences that explain a concept at most.
const EXPLANATION_MAX: usize = 3;
/// Examples and notes of a concept at most.
const ASIDES_MAX: usize = 2;

/// The concepts, in the order of the text; where nothing is said of any term, what the titles
/// of its parts name.
pub(super) fn make(study: &mut Study, titles: &[String]) -> Vec<ConceptContent> {
    let told = of_terms(study, ladder::steps);
    if !told.is_empty() {
        return told;
    }
    match matter::concept(study, titles) {
        Some(concept) => vec![concept],
        None => of_terms(study, |study, _| ladder::last_steps(study)),
    }
}

fn of_terms(study: &Study, steps: impl Fn(&Study, usize) -> Vec<Step>) -> Vec<ConceptContent> {
    let (order, foreign) = preference(study);
    let words = study
        .text
        .own()
        .iter()
        .map(|sentence| sentence.words.len())
        .sum::<usize>();
    let wanted = (CONCEPTS_MIN + words / WORDS_PER_CONCEPT).min(CONCEPTS_MAX);
    let rivals = [order.as_slice(), &foreign].concat();
    let mut maker = Maker::new(study, &rivals);
    let mut made: Vec<(usize, ConceptContent)> = Vec::new();
    // Of what other sections define, that of the next one matters most.
    let mut nearest = order.clone();
    nearest.sort_by_key(|&index| maker.distance(index));
    for step in steps(study, wanted) {
        maker.rigor = step.rigor;
        for &index in if step.of == Of::Own { &order } else { &nearest } {
            let known = made.iter().any(|&(known, _)| known == index);
            let open = made.len() < step.enough && !known;
            if open && step.takes(study, &maker, index) && maker.is_general(index) {
                let concept = concept(study, &maker, index, &step);
                made.extend(concept.map(|concept| (index, concept)));
            }
        }
    }
    made.sort_by_key(|&(index, _)| first_place(&study.terms[index]));
    let mut asked = HashSet::new();
    for (index, concept) in &mut made {
        maker.add_further(*index, concept, &mut asked);
    }
    made.into_iter().map(|(_, concept)| concept).collect()
}

/// The terms that may become concepts, best first, of several parts each in turn; and those
/// that only the glossary has.
fn preference(study: &Study) -> (Vec<usize>, Vec<usize>) {
    let mut foreign = Vec::new();
    let mut by_part: Vec<Vec<usize>> = Vec::new();
    let mut names = HashSet::new();
    let mut taken: Vec<&Term> = Vec::new();
    for (index, term) in study.terms.iter().enumerate() {
        let lesser = term.definitions.is_empty() && term.heading.is_none();
        let part_of_other = taken.iter().any(|other| contains(&other.key, &term.key));
        let form_of_other = taken.iter().any(|other| are_forms(&other.name, &term.name));
        if (lesser && part_of_other) || form_of_other || !names.insert(term.name.to_lowercase()) {
            continue;
        }
        if !term.is_used(&study.text) {
            foreign.push(index);
            continue;
        }
        taken.push(term);
        let part = home(study, term);
        if by_part.len() <= part {
            by_part.resize(part + 1, Vec::new());
        }
        by_part[part].push(index);
    }
    let longest = by_part.iter().map(Vec::len).max().unwrap_or(0);
    let used = (0..longest).flat_map(|rank| {
        by_part
            .iter()
            .filter_map(move |part| part.get(rank).copied())
    });
    (used.collect(), foreign)
}

/// Whether two words differ only in their last letters, where the stemmer saw no forms of
/// one word.
fn are_forms(left: &str, right: &str) -> bool {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let (short, long) = if left.len() < right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let rest = long.strip_prefix(&short);
    short.chars().count() >= 5 && rest.is_some_and(|rest| rest.chars().count() <= 2)
}

/// The part that defines a term, or first speaks of it.
fn home(study: &Study, term: &Term) -> usize {
    let defined = term.definitions.iter().map(|&(sentence, _)| sentence);
    let mut own = defined.filter(|&sentence| sentence < study.text.own);
    let sentence = own.next().unwrap_or(first_place(term).0);
    study
        .text
        .sentences
        .get(sentence)
        .map_or(0, |sentence| sentence.part)
}

/// A concept with its questions, as a step asks for them.
fn concept(study: &Study, maker: &Maker<'_>, index: usize, step: &Step) -> Option<ConceptContent> {
    let term = study.terms.get(index)?;
    let framed = matches!(step.of, Of::Framed | Of::Outlined);
    let frame = study.frame(index).filter(|_| framed);
    let check_ins = maker.check_ins(index, frame);
    let text_check_ins = match frame {
        Some(frame) => vec![frame.question(study.phrases, &term.name)],
        None => maker.open_questions(index),
    };
    let asked = !check_ins.is_empty() || (step.open && !text_check_ins.is_empty());
    if !asked {
        return None;
    }
    let support = study.support(index);
    let mut used = match frame {
        Some(frame) => frame.sentences_of(study, support),
        None => explanation(study, support, maker.telling(index)),
    };
    let explained: Vec<_> = used.iter().map(|&at| study.sentence(at)).collect();
    let explanation = frame.map_or_else(|| passages(&explained), |frame| frame.quote.clone());
    let formulas = formulas::of(study, &used);
    let examples = examples(study, term, support, &mut used);
    let important_notes = notes(study, support, &mut used);
    let analogies = asides(study, support, &mut used, |sentence| {
        turns::has_any(&sentence.plain, turns::ANALOGY)
    });
    let quoted = used.iter().map(|&at| study.sentence(at).pages);
    let quoted = quoted.chain(frame.map(|frame| frame.pages));
    let asked = check_ins.iter().map(|check_in| check_in.pages);
    let pages = pages(study, term, quoted.chain(asked));
    Some(ConceptContent {
        name: term.name.clone(),
        explanation,
        examples,
        analogies,
        formulas,
        important_notes,
        pages,
        check_ins,
        text_check_ins,
    })
}

/// The text's own pages on which the quotations stand, else the one that uses the term.
fn pages(study: &Study, term: &Term, quoted: impl Iterator<Item = [u32; 2]>) -> [u32; 2] {
    let own = quoted.filter(|&pages| study.text.has_page_of(pages));
    let all = own.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    let used = study.text.own().get(first_place(term).0);
    let used = used.map(|sentence| sentence.pages);
    all.or(used).unwrap_or(study.text.pages)
}

/// The sentences that explain: the one that says what the concept is, what follows from it,
/// and others that can be understood alone.
fn explanation(study: &Study, support: &[Support], telling: Option<usize>) -> Vec<usize> {
    let complete = |found: &&Support| study.complete[found.sentence];
    let best = support.iter().find(complete).or(support.first());
    let Some(first) = telling.or(best.map(|found| found.sentence)) else {
        return Vec::new();
    };
    let mut chosen = vec![first];
    let follows = study.text.sentences.get(first + 1).is_some_and(|sentence| {
        let follows = study.sentence(first).is_followed_by(sentence);
        let about = support.iter().any(|found| found.sentence == first + 1);
        // What defines something else does not follow from this.
        let same = about
            || !study
                .terms
                .iter()
                .any(|term| term.defined_in(first + 1) >= DEFINES);
        follows
            && same
            && !sentence.is_about_the_book()
            && alone::is_clear_after(&study.text, sentence)
    });
    if follows {
        chosen.push(first + 1);
    }
    let good: Vec<_> = support
        .iter()
        .filter(complete)
        .filter(|found| found.worth > 0.5 && !repeats(study, &chosen, found.sentence))
        .filter(|found| study.ranking.similarity(first, found.sentence) < 0.7)
        .collect();
    let turn = study.variant % good.len().max(1);
    let turned = good.iter().cycle().skip(turn).take(good.len());
    let room = EXPLANATION_MAX - chosen.len();
    let mut others: Vec<_> = turned.take(room).map(|found| found.sentence).collect();
    others.sort_unstable();
    chosen.extend(others);
    chosen
}

/// Sentences about the concept that fit, and are not used yet.
fn asides(
    study: &Study,
    support: &[Support],
    used: &mut Vec<usize>,
    fits: impl Fn(&Sentence) -> bool,
) -> Vec<String> {
    let mut asides = Vec::new();
    for found in support {
        let sentence = study.sentence(found.sentence);
        let room = asides.len() < ASIDES_MAX && !repeats(study, used, found.sentence);
        let clear = || alone::is_clear_after(&study.text, sentence);
        if room && !sentence.plain.ends_with('?') && fits(sentence) && clear() {
            used.push(found.sentence);
            asides.push(cited(&sentence.quote, sentence.pages));
        }
    }
    asides
}

/// Whether a sentence, or what it says behind its opening, is among those used, by itself or
/// joined with others.
fn repeats(study: &Study, used: &[usize], sentence: usize) -> bool {
    let plain = &study.sentence(sentence).plain;
    used.iter().any(|&at| {
        let said = study.sentence(at).plain.trim_start_matches("… ");
        plain.contains(said) || said.contains(plain.as_str())
    })
}

fn examples(study: &Study, term: &Term, support: &[Support], used: &mut Vec<usize>) -> Vec<String> {
    let is_example = |sentence: &Sentence| {
        sentence.kind == Some(Kind::Example) || turns::has_any(&sentence.plain, turns::EXAMPLE)
    };
    let mut examples = asides(study, support, used, is_example);
    let name = term.name.to_lowercase();
    let leads = |at: usize, code: &str| {
        let about = support.iter().any(|found| found.sentence == at);
        // What only follows a sentence about the term may be an example of something else.
        let named = || used.contains(&at) && code.to_lowercase().contains(&name);
        about && (study.sentence(at).open || named())
    };
    let codes = (0..study.text.codes.len()).filter_map(|first| study.text.codes.get(first..));
    let mut codes = codes.filter(|codes| {
        let first = codes.first();
        first.is_some_and(|code| code.at > 0 && leads(code.at - 1, &code.text))
    });
    let code = codes.find_map(listing::whole);
    examples.extend(code.map(|(code, pages)| listing::cited(&code, pages)));
    examples
}

fn notes(study: &Study, support: &[Support], used: &mut Vec<usize>) -> Vec<String> {
    asides(study, support, used, |sentence| {
        matches!(sentence.kind, Some(Kind::Note | Kind::Theorem))
            || turns::has_any(&sentence.plain, turns::NOTE)
    })
}

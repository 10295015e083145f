//! Samples concepts that have questions to choose an answer from, with one of these, evenly over documents, for people to judge
//! by bench/lesson-rubric.md:
//! `cargo run --release -p ultudy-llm --example lessons_sample -- [--sources] [--seed=N]
//! PROGRAM COUNT FILE…`, where `PROGRAM extract` reads a file (the `ultudy` binary). With `--sources` the
//! pages an item comes from stand below it, with `--open` those that have only questions to answer
//! in one's own words are listed on standard error. The same files, seed and generator give the
//! same sample.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod support;

use std::error::Error;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::ConceptContent;
use ultudy_domain::section::split_pages;
use ultudy_llm::extractive::Extractive;
use ultudy_llm::{Bill, GenerateError, Generator, LessonInput, LessonPart};

const SEED: u64 = 20_260_101;
/// Characters of a page shown as source at most.
const SOURCE_MAX: usize = 6_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<_> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let given = args.iter().any(|arg| arg == name);
        args.retain(|arg| arg != name);
        given
    };
    let (sources, list_open) = (flag("--sources"), flag("--open"));
    let mut seed = SEED;
    if let Some(at) = args.iter().position(|arg| arg.starts_with("--seed=")) {
        seed = args.remove(at).trim_start_matches("--seed=").parse()?;
    }
    let [program, count, files @ ..] = args.as_slice() else {
        return Err("PROGRAM COUNT FILE…".into());
    };
    let count: usize = count.parse()?;
    let mut chance = Chance(seed);
    let mut number = 0;
    for (at, file) in files.iter().enumerate() {
        let parts = support::sections(program, file)?;
        let lessons = lessons(&parts).await?;
        // What one document has too few for, those after it make up for.
        let share = count * (at + 1) / files.len() - number;
        let name = file.rsplit('/').next().unwrap_or(file);
        let (asked, open): (Vec<_>, Vec<_>) = lessons
            .iter()
            .partition(|(_, concept)| !concept.check_ins.is_empty());
        eprintln!("{} concepts have only an open question", open.len());
        for (part, concept) in open.iter().filter(|_| list_open) {
            eprintln!(
                "- {} ({}): {}",
                concept.name, part.name, concept.explanation
            );
        }
        for (part, concept) in chance.choose(&asked, share) {
            number += 1;
            let pages = print(number, name, part, concept, &mut chance);
            if let Some(pages) = pages.filter(|_| sources) {
                print_source(part, pages);
            }
        }
    }
    Ok(())
}

/// Each concept of each lesson, and how long the lessons took.
async fn lessons(
    parts: &[LessonPart],
) -> Result<Vec<(&LessonPart, ConceptContent)>, GenerateError> {
    let (mut concepts, mut longest, mut empty) = (Vec::new(), Duration::ZERO, 0);
    let started = Instant::now();
    let cancel = CancellationToken::new();
    let glossary = Extractive.glossary(parts.to_vec(), &cancel).await?;
    eprintln!(
        "{} terms are defined, found in {:?}",
        glossary.len(),
        started.elapsed()
    );
    for part in parts {
        let input = LessonInput {
            generation: None,
            title: part.name.clone(),
            parts: vec![part.clone()],
            glossary: glossary.clone(),
            variant: 0,
            language: None,
        };
        let begun = Instant::now();
        let bill = Bill::default();
        let made = Extractive.lesson(input, &|_| {}, &bill, &cancel).await;
        longest = longest.max(begun.elapsed());
        match made {
            Ok(made) => concepts.extend(made.content.concepts.into_iter().map(|c| (part, c))),
            Err(error) => {
                empty += 1;
                eprintln!("“{}”, page {}: {error}", part.name, part.page_start);
            }
        }
    }
    eprintln!(
        "{} sections, {empty} without a lesson, {} concepts, {:?} in all, the longest {longest:?}",
        parts.len(),
        concepts.len(),
        started.elapsed(),
    );
    Ok(concepts)
}

/// Prints a concept with one of its check-ins and answers the check-in's pages.
fn print(
    number: usize,
    file: &str,
    part: &LessonPart,
    concept: &ConceptContent,
    chance: &mut Chance,
) -> Option<[u32; 2]> {
    println!("## {number}. {} ({file}, “{}”)\n", concept.name, part.name);
    println!("Explanation:\n\n{}\n", concept.explanation);
    for (kind, texts) in [
        ("Example", &concept.examples),
        ("Analogy", &concept.analogies),
        ("Note", &concept.important_notes),
    ] {
        for text in texts {
            println!("{kind}: {text}\n");
        }
    }
    for formula in &concept.formulas {
        println!("Formula: {} {}\n", formula.formula, formula.variables);
    }
    let check_in = chance.choose(&concept.check_ins, 1).first().copied()?;
    println!("**{}**\n", check_in.question);
    for option in &check_in.options {
        let mark = if option.correct { "right" } else { "wrong" };
        println!("- {} ({mark})\n  - {}", option.text, option.explanation);
    }
    println!("\nHint: {}\n", check_in.hint);
    for open in &concept.text_check_ins {
        println!(
            "Open: {}\n\n> {}\n>\n> {:?}\n",
            open.question, open.expected_answer, open.key_points
        );
    }
    Some(check_in.pages)
}

fn print_source(part: &LessonPart, [first, last]: [u32; 2]) {
    println!("<details><summary>Source, pages {first}–{last}</summary>\n");
    for (page, text) in split_pages(&part.markdown, part.page_start) {
        if (first..=last).contains(&page) {
            let end = text.floor_char_boundary(SOURCE_MAX.min(text.len()));
            println!("{}\n", &text[..end]);
        }
    }
    println!("</details>\n");
}

/// Chance that is the same each time (SplitMix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// So many different ones, in their order.
    fn choose<'a, T>(&mut self, all: &'a [T], count: usize) -> Vec<&'a T> {
        let mut keyed: Vec<_> = (0..all.len()).map(|at| (self.next(), at)).collect();
        keyed.sort_unstable();
        keyed.truncate(count);
        keyed.sort_unstable_by_key(|&(_, at)| at);
        keyed.into_iter().map(|(_, at)| &all[at]).collect()
    }
}

//! How well `model::grounding` tells what stands in a text from what does not, on real books:
//! `cargo run --release -p ultudy-llm --example grounding -- PROGRAM FILE…`, where `PROGRAM extract`
//! reads a file (the `ultudy` binary).
//!
//! Honest are the concepts and questions that the extractive generator makes of a section, which are the
//! section's own words, looked up there; and again with a third of their words gone and others in their
//! place, as somebody tells things in words of their own. Invented are those of the book's other
//! sections, which talk of the same matter, and of the other books.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod support;

use std::error::Error;

use tokio_util::sync::CancellationToken;
use ultudy_domain::{lesson::ConceptContent, section::split_pages};
use ultudy_llm::{
    Bill, Generator, LessonInput, LessonPart, extractive::Extractive, model::grounding::Source,
};

/// Sections of a book that are looked at.
const SECTIONS: usize = 40;

/// A section with what its lesson claims.
struct Section {
    source: Source,
    pages: [u32; 2],
    concepts: Vec<ConceptContent>,
}

/// How many there were, and how many were taken for true.
#[derive(Default)]
struct Count {
    all: usize,
    taken: usize,
}

impl Count {
    fn add(&mut self, is_taken: bool) {
        self.all += 1;
        self.taken += usize::from(is_taken);
    }

    fn share(&self) -> String {
        let share = self.taken as f64 / self.all.max(1) as f64;
        format!("{:.1} % of {}", share * 100.0, self.all)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, files @ ..] = args.as_slice() else {
        return Err("PROGRAM FILE…".into());
    };
    let mut books: Vec<(String, Vec<Section>)> = Vec::new();
    for file in files {
        let mut sections = Vec::new();
        let parts = support::sections(program, file)?;
        let step = (parts.len() / SECTIONS).max(1);
        for part in parts.iter().step_by(step) {
            sections.extend(section(part).await?);
        }
        let name = file.rsplit('/').next().unwrap_or(file);
        books.push((name.to_owned(), sections));
    }
    println!(
        "| Book | | its own | told otherwise | of the book's other sections | of other books |"
    );
    println!("|---|---|---|---|---|---|");
    for (place, (name, sections)) in books.iter().enumerate() {
        let others: Vec<&Section> = books
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place)
            .flat_map(|(_, (_, sections))| sections)
            .collect();
        for (kind, holds) in [("concepts", concept as Holds), ("questions", question)] {
            let mut counts: [Count; 4] = Default::default();
            for (at, section) in sections.iter().enumerate() {
                for item in &section.concepts {
                    let Some(own) = holds(section, item, false) else {
                        continue;
                    };
                    counts[0].add(own);
                    counts[1].add(holds(section, item, true).unwrap_or(false));
                    // A neighbour may well say the same.
                    let far = (at + sections.len() / 2) % sections.len();
                    if far.abs_diff(at) > 1 {
                        counts[2].add(holds(&sections[far], item, false).unwrap_or(false));
                    }
                    if let Some(other) = others.get(counts[0].all % others.len().max(1)) {
                        counts[3].add(holds(other, item, false).unwrap_or(false));
                    }
                }
            }
            let shares = counts.map(|count| count.share()).join(" | ");
            println!("| {name} | {kind} | {shares} |");
        }
    }
    Ok(())
}

type Holds = fn(&Section, &ConceptContent, bool) -> Option<bool>;

fn concept(section: &Section, item: &ConceptContent, otherwise: bool) -> Option<bool> {
    let explanation = told(&item.explanation, otherwise);
    let claim = section.source.concept(&item.name, &explanation);
    Some(section.source.place(&claim, section.pages).is_some())
}

fn question(section: &Section, item: &ConceptContent, otherwise: bool) -> Option<bool> {
    let asked = item.check_ins.first()?;
    let (question, answer) = (
        told(&asked.question, otherwise),
        told(&asked.expected_answer, otherwise),
    );
    let claim = section.source.question(&question, &answer);
    Some(section.source.place(&claim, section.pages).is_some())
}

/// Every third word of more than three letters becomes one that no book has.
fn told(text: &str, otherwise: bool) -> String {
    if !otherwise {
        return text.to_owned();
    }
    let mut long = 0;
    let words = text.split_whitespace().map(|word| {
        long += usize::from(word.chars().count() > 3);
        match word.chars().count() > 3 && long % 3 == 0 {
            true => format!("xq{word}"),
            false => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

async fn section(part: &LessonPart) -> Result<Option<Section>, Box<dyn Error>> {
    let input = LessonInput {
        generation: None,
        title: part.name.clone(),
        parts: vec![part.clone()],
        glossary: Vec::new(),
        variant: 0,
        language: None,
    };
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    let Ok(made) = Extractive.lesson(input, &|_| {}, &bill, &cancel).await else {
        // It teaches nothing.
        return Ok(None);
    };
    Ok(Some(Section {
        source: Source::new(split_pages(&part.markdown, part.page_start)),
        pages: [part.page_start, part.page_end],
        concepts: made.content.concepts,
    }))
}

//! Prints what documents say their terms are, one entry a paragraph, and how many of their
//! sections define or use how many:
//! `cargo run --release -p ultudy-llm --example glossary -- PROGRAM FILE…`, where `PROGRAM
//! extract` reads a file (the `ultudy` binary).
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod support;

use std::error::Error;
use std::time::Instant;

use tokio_util::sync::CancellationToken;
use ultudy_llm::Generator as _;
use ultudy_llm::extractive::Extractive;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [program, files @ ..] = args.as_slice() else {
        return Err("PROGRAM FILE…".into());
    };
    for file in files {
        let parts = support::sections(program, file)?;
        let started = Instant::now();
        let entries = Extractive
            .glossary(parts.clone(), &CancellationToken::new())
            .await?;
        eprintln!("{file}: {} entries, {:?}", entries.len(), started.elapsed());
        for entry in &entries {
            let [first, last] = entry.pages;
            println!(
                "{} ({}; {})\n    {} (p. {first}–{last})\n",
                entry.term,
                entry.strength,
                entry.forms.join(", "),
                entry.sentence
            );
        }
        for part in &parts {
            let lower = part.markdown.to_lowercase();
            let pages = part.page_start..=part.page_end;
            let own = entries
                .iter()
                .filter(|entry| pages.contains(&entry.pages[0]));
            let used = entries
                .iter()
                .filter(|entry| lower.contains(&entry.term.to_lowercase()));
            eprintln!("{:>4} {:>4} {}", own.count(), used.count(), part.name);
        }
    }
    Ok(())
}

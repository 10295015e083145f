//! Prints the concepts of whole documents, ranked, as JSON:
//! `cargo run --release -p ultudy-llm --example key_concepts -- PROGRAM LIMIT FILE`, where
//! `PROGRAM extract` reads a file (the `ultudy` binary).
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod support;

use ultudy_llm::extractive::key_concepts;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let [program, limit, file] = args.as_slice() else {
        return Err("PROGRAM LIMIT FILE".into());
    };
    let parts = support::sections(program, file)?;
    let started = std::time::Instant::now();
    let concepts = key_concepts(&parts, limit.parse()?);
    eprintln!("{:?}", started.elapsed());
    println!("{}", serde_json::to_string_pretty(&concepts)?);
    Ok(())
}

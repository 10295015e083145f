//! Makes a lesson from Markdown with page marks on standard input and prints it:
//! `cargo run -p ultudy-llm --example lesson -- [--json] [--variant N] < section.md`
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::Read;

use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::{ConceptContent, LessonContent};
use ultudy_llm::extractive::Extractive;
use ultudy_llm::{Bill, Generator, LessonInput, LessonPart};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let variant = args.iter().skip_while(|arg| *arg != "--variant").nth(1);
    let mut markdown = String::new();
    std::io::stdin().read_to_string(&mut markdown)?;
    let parts = vec![LessonPart {
        name: "Standard input".into(),
        page_start: 1,
        page_end: u32::MAX,
        markdown,
    }];
    let cancel = CancellationToken::new();
    let input = LessonInput {
        generation: None,
        title: "Standard input".into(),
        glossary: Extractive.glossary(parts.clone(), &cancel).await?,
        parts,
        variant: variant.map_or(Ok(0), |text| text.parse())?,
        language: None,
    };
    let started = std::time::Instant::now();
    let bill = Bill::default();
    let made = Extractive.lesson(input, &|_| {}, &bill, &cancel).await?;
    let lesson = made.content;
    eprintln!("{:?}", started.elapsed());
    if args.iter().any(|arg| arg == "--json") {
        println!("{}", serde_json::to_string_pretty(&lesson)?);
    } else {
        print(&lesson);
    }
    Ok(())
}

fn print(lesson: &LessonContent) {
    println!("SUMMARY\n{}\n", lesson.summary);
    println!("WHAT {:?}", lesson.summary_parts.what);
    println!("WHY {}", lesson.summary_parts.why);
    println!("OUTCOME {}\n", lesson.summary_parts.outcome);
    println!("EXPLANATION\n{}\n", lesson.explanation);
    println!("EXAMPLES {:#?}\n", lesson.examples);
    lesson.concepts.iter().for_each(print_concept);
}

fn print_concept(concept: &ConceptContent) {
    println!(
        "=== {} {:?}\n{}",
        concept.name, concept.pages, concept.explanation
    );
    for (kind, texts) in [
        ("example", &concept.examples),
        ("analogy", &concept.analogies),
        ("note", &concept.important_notes),
    ] {
        for text in texts {
            println!("  {kind}: {text}");
        }
    }
    for formula in &concept.formulas {
        println!("  formula: {} {}", formula.formula, formula.variables);
    }
    for check_in in &concept.check_ins {
        println!("  ? {}", check_in.question);
        for option in &check_in.options {
            println!(
                "    {} {}\n        {}",
                option.letter, option.text, option.explanation
            );
        }
        println!("    hint: {}", check_in.hint);
    }
    println!();
}

//! What a student sees of a book: its first sections and one whole lesson, for people to judge.

use std::{fmt::Write as _, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Programs, corpus, study};
use crate::workspace;

/// How many sections are named.
const SECTIONS: usize = 10;

/// Writes bench/results/books/NUMBER.md.
pub fn write(programs: &Programs, number: &str) -> Result<()> {
    let file = corpus::book(number)?;
    let found = study::json(&programs.ultudy, &file)?;
    let markdown = study::text(&programs.ultudy, &file, "md")?;
    let title = found["title"].as_str().unwrap_or_default();
    let mut text = format!("# {number}: {title}\n\nThe first sections:\n\n");
    let sections = study::array(&found, "sections");
    for section in sections.iter().take(SECTIONS) {
        let name = section["name"].as_str().unwrap_or_default();
        let (start, end) = (&section["page_start"], &section["page_end"]);
        writeln!(text, "- {name} (pages {start} to {end})")?;
    }
    // The one in the middle is nobody's choice.
    let lessons = study::array(&found, "lessons");
    let lesson = lessons.get(lessons.len() / 2).context("no lesson")?;
    let (shown, questions) = lesson_of(&markdown, section_number(lesson)?);
    let answers = answers_to(&markdown, &questions);
    write!(
        text,
        "\nThe lesson in the middle, whole, without the section's own text:\n\n{shown}\n\n### Answers\n\n{answers}\n"
    )?;
    let folder = workspace::root().join("bench/results/books");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(number).with_extension("md"), text)?)
}

fn section_number(lesson: &Value) -> Result<usize> {
    let number = lesson["section_number"]
        .as_u64()
        .context("no section_number")?;
    Ok(usize::try_from(number)?)
}

/// The lesson of a section and the marks of its questions. Second-level headings are the
/// contents, the sections and the answers; nothing else has that level.
fn lesson_of(markdown: &str, section: usize) -> (String, Vec<String>) {
    let all = format!("\n{markdown}");
    let whole = all.split("\n## ").nth(section + 1).unwrap_or_default();
    let lesson = whole
        .split("\n### Text\n")
        .next()
        .unwrap_or_default()
        .trim();
    let marks = lesson
        .lines()
        .filter(|line| line.starts_with("**Question "));
    let marks = marks.map(|line| line.trim_end_matches('*').to_owned());
    (format!("## {lesson}"), marks.collect())
}

/// What is right, and why, for these questions.
fn answers_to(markdown: &str, questions: &[String]) -> String {
    let answers = markdown.rsplit("\n## Answers\n").next().unwrap_or_default();
    let blocks = answers
        .split("\n**Question ")
        .map(|block| format!("**Question {}", block.trim()));
    let asked = |block: &String| {
        questions.iter().any(|mark| {
            let rest = block.strip_prefix(mark.as_str());
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    blocks.filter(asked).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = "# T\n\n## Contents\n\n- One\n- Two\n\n## One\n\n**Question 1**\n\nA?\n\n### Text\n\nx\n\n\
                        ## Two\n\n**Question 11**\n\nB?\n\n### Text\n\ny\n\n## Answers\n\n\
                        **Question 1: A** (page 1)\n\n- **A** so\n\n**Question 11: B** (page 2)\n\n- **B** so\n";

    #[test]
    fn a_lesson_is_cut_out_with_its_own_answers() {
        let (lesson, questions) = lesson_of(BOOK, 1);
        assert_eq!(lesson, "## One\n\n**Question 1**\n\nA?");
        assert_eq!(
            answers_to(BOOK, &questions),
            "**Question 1: A** (page 1)\n\n- **A** so"
        );
    }
}

//! A lesson as Markdown.

use ultudy_content::escaped;
use ultudy_domain::{
    check_in::{CheckInContent, TextCheckInContent},
    lesson::{ConceptContent, LessonContent},
};

use super::{deeper, pages, push};

/// The lessons of a document; questions are numbered through.
#[derive(Default)]
pub(super) struct Lessons {
    questions: u32,
    /// What is right, and why.
    pub(super) answers: String,
}

impl Lessons {
    /// Writes a lesson without its answers.
    pub(super) fn write(&mut self, out: &mut String, lesson: &LessonContent) {
        if lesson.summary_parts.what.is_empty() {
            push(out, format_args!("{}\n\n", deeper(&lesson.summary)));
        } else {
            list(out, &lesson.summary_parts.what);
        }
        texts(out, "In short", &[deeper(&lesson.explanation)]);
        texts(out, "Examples", &lesson.examples);
        texts(out, "Think of it like this", &lesson.analogies);
        for concept in &lesson.concepts {
            write_concept(out, concept);
            for check_in in &concept.check_ins {
                self.questions += 1;
                ask(out, check_in, self.questions);
                answer(&mut self.answers, check_in, self.questions);
            }
            for check_in in &concept.text_check_ins {
                self.questions += 1;
                self.ask_in_words(out, check_in);
            }
        }
    }

    /// A question to answer in one's own words.
    fn ask_in_words(&mut self, out: &mut String, check_in: &TextCheckInContent) {
        let number = self.questions;
        let question = check_in.question.trim();
        push(out, format_args!("**Question {number}**\n\n{question}\n\n"));
        let (expected, pages) = (check_in.expected_answer.trim(), pages(check_in.pages));
        push(
            &mut self.answers,
            format_args!("**Question {number}** ({pages})\n\n{expected}\n\n"),
        );
    }
}

fn write_concept(out: &mut String, concept: &ConceptContent) {
    let (name, pages) = (escaped(&concept.name), pages(concept.pages));
    push(out, format_args!("### {name}\n\n*{pages}*\n\n"));
    push(out, format_args!("{}\n\n", deeper(&concept.explanation)));
    for formula in &concept.formulas {
        let (formula, variables) = (formula.formula.trim(), formula.variables.trim());
        push(out, format_args!("{formula}\n\n{variables}\n\n"));
    }
    texts(out, "Examples", &concept.examples);
    texts(out, "Think of it like this", &concept.analogies);
    texts(out, "Remember", &concept.important_notes);
}

fn ask(out: &mut String, check_in: &CheckInContent, number: u32) {
    let question = check_in.question.trim();
    push(out, format_args!("**Question {number}**\n\n{question}\n\n"));
    for option in &check_in.options {
        let text = in_one_line(&option.text);
        push(out, format_args!("- **{}** {text}\n", option.letter));
    }
    if !check_in.hint.trim().is_empty() {
        let hint = in_one_line(&check_in.hint);
        push(out, format_args!("\n*Hint:* {hint}\n"));
    }
    out.push('\n');
}

fn answer(out: &mut String, check_in: &CheckInContent, number: u32) {
    let right = check_in.correct_option();
    let letter = right.map_or("", |option| &option.letter);
    let pages = pages(check_in.pages);
    push(
        out,
        format_args!("**Question {number}: {letter}** ({pages})\n\n"),
    );
    for option in &check_in.options {
        let why = in_one_line(&option.explanation);
        push(out, format_args!("- **{}** {why}\n", option.letter));
    }
    out.push('\n');
}

/// Texts under a heading of their own; nothing if there are none.
fn texts(out: &mut String, heading: &str, texts: &[String]) {
    let mut some = texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty());
    match (some.next(), some.next()) {
        (None, _) => {}
        (Some(one), None) => push(out, format_args!("**{heading}**\n\n{one}\n\n")),
        (Some(_), Some(_)) => {
            push(out, format_args!("**{heading}**\n\n"));
            list(out, texts);
        }
    }
}

/// A list; the lines after an item's first are its own.
fn list(out: &mut String, items: &[String]) {
    for item in items.iter().filter(|item| !item.trim().is_empty()) {
        push(
            out,
            format_args!("- {}\n", item.trim().replace('\n', "\n  ")),
        );
    }
    out.push('\n');
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

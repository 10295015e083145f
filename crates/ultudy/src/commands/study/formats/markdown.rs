//! Lessons and text as Markdown.

mod figures;
mod lesson;

use std::fmt::Write as _;

use ultudy_content::escaped;
use ultudy_domain::section::ExtractedSection;

use self::{figures::Figures, lesson::Lessons};
use super::super::studied::Studied;

/// Levels that the headings of a text go down, below those of the document's own.
const DEEPER: usize = 3;
/// Deepest heading there is.
const LEVEL_MAX: usize = 6;

/// Writes it: contents, each section with its lesson and text, the answers at the end. The
/// figures are in the folder `figures`, or only their captions are told.
pub(super) fn write(studied: &Studied, figures: Option<&str>) -> String {
    let figures = Figures::new(&studied.document.figures, figures);
    let mut out = format!("# {}\n\n", escaped(&studied.title));
    contents(&mut out, &studied.document.sections);
    let mut lessons = Lessons::default();
    for (section, lesson) in studied.chapters() {
        let name = escaped(&section.name);
        let pages = pages([section.page_start, section.page_end]);
        push(&mut out, format_args!("## {name}\n\n*{pages}*\n\n"));
        match lesson {
            Some(content) => lessons.write(&mut out, content),
            None => out.push_str("*Nothing here is explained in whole sentences that a lesson could be made of.*\n\n"),
        }
        push(
            &mut out,
            format_args!(
                "### Text\n\n{}\n\n",
                figures.placed(&deeper(&section.markdown))
            ),
        );
    }
    if !lessons.answers.is_empty() {
        push(&mut out, format_args!("## Answers\n\n{}", lessons.answers));
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn contents(out: &mut String, sections: &[ExtractedSection]) {
    out.push_str("## Contents\n\n");
    for section in sections {
        let name = escaped(&section.name);
        let pages = pages([section.page_start, section.page_end]);
        push(out, format_args!("- {name} ({pages})\n"));
    }
    out.push('\n');
}

/// `page 4`, `pages 4–6`.
fn pages([first, last]: [u32; 2]) -> String {
    if last > first {
        format!("pages {first}–{last}")
    } else {
        format!("page {first}")
    }
}

/// A text whose headings stand below those of this document.
fn deeper(markdown: &str) -> String {
    let mut fence = None;
    let lines = markdown.trim().lines().map(|line| {
        let ticks = line.bytes().take_while(|&byte| byte == b'`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            None => return deeper_line(line),
            Some(_) => {}
        }
        line.to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn deeper_line(line: &str) -> String {
    let level = line.bytes().take_while(|&byte| byte == b'#').count();
    if level == 0 || !line[level..].starts_with(' ') {
        return line.to_owned();
    }
    let below = (level + DEEPER).min(LEVEL_MAX);
    format!("{}{}", "#".repeat(below), &line[level..])
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_go_down_and_code_stays() {
        let text = "# A\n\n```\n# B\n```\n\n##### C\n\n#D";
        assert_eq!(deeper(text), "#### A\n\n```\n# B\n```\n\n###### C\n\n#D");
    }
}

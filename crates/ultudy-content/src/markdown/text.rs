//! Words and formulas within a line of Markdown.

use ultudy_domain::formula::AS_PRINTED_MARK;

use super::escape;
use crate::layout::{Part, Text};

/// Where in a line of Markdown a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At its beginning.
    First,
    /// Behind something else.
    Within,
    /// In a table's cell, which a bar would end anywhere, be it a formula's.
    Cell,
}

/// Appends a text: `$…$` for a formula; for one whose form is lost, its characters as code
/// behind a mark that says so.
pub(super) fn push(markdown: &mut String, text: &Text, place: Place) {
    for (at, part) in text.parts().into_iter().enumerate() {
        match part {
            Part::Words(words) if at == 0 && place == Place::First => {
                escape::push_line(markdown, words);
            }
            Part::Words(words) => escape::push_inline(markdown, words),
            Part::Formula(latex) => {
                if markdown.ends_with('$') {
                    // Two in a row would begin a formula on a line of its own.
                    markdown.push(' ');
                }
                let latex = match place {
                    Place::Cell => latex.replace("\\|", "\\Vert ").replace('|', "\\vert "),
                    _ => latex.to_owned(),
                };
                markdown.push_str(&format!("${latex}$"));
            }
            Part::AsPrinted(printed) => {
                let mut printed = printed.replace('`', "'");
                if place == Place::Cell {
                    printed = printed.replace('|', "\\|");
                }
                markdown.push_str(&format!("`{AS_PRINTED_MARK} {printed}`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{formula::Formula, layout::Line};

    fn markdown(text: &str, formulas: &[(&str, Option<&str>)]) -> String {
        placed(text, formulas, Place::First)
    }

    fn placed(text: &str, formulas: &[(&str, Option<&str>)], place: Place) -> String {
        let formulas = formulas.iter().map(|(plain, latex)| {
            let start = text.find(plain).unwrap();
            let range = start..start + plain.len();
            Formula {
                range,
                latex: latex.map(str::to_owned),
                ..Formula::default()
            }
        });
        let line = Line {
            text: text.to_owned(),
            formulas: formulas.collect(),
            ..Line::default()
        };
        let mut markdown = String::new();
        push(&mut markdown, &Text::of(&[line]), place);
        markdown
    }

    #[test]
    fn formulas_are_written_and_prices_are_none() {
        assert_eq!(
            markdown(
                "$5 and $7 make x2, y?",
                &[("x2", Some("x^{2}")), ("y?", None)]
            ),
            "\\$5 and \\$7 make $x^{2}$, `⚠ y?`"
        );
        assert_eq!(
            markdown("xy", &[("x", Some("x")), ("y", Some("y"))]),
            "$x$ $y$"
        );
    }

    #[test]
    fn no_bar_ends_a_cell() {
        assert_eq!(
            placed(
                "a|b, x1, y1, z",
                &[("x1", Some("|x|")), ("y1", Some(r"\|y\|")), ("z", None)],
                Place::Cell
            ),
            r"a\|b, $\vert x\vert $, $\Vert y\Vert $, `⚠ z`"
        );
    }
}

//! Formulas on lines of their own.

use super::{Block, Line};
use crate::formula::{Formula, is_sound, relations};

/// Most lines of one formula.
const LINES_MAX: usize = 16;

/// Distance between the lines of one formula, in multiples of their size.
const BELOW_MAX: f32 = 3.5;

/// How far relations may stand from one another to be aligned, in sizes.
const ALIGNED: f32 = 0.3;

/// Longest number of a formula, in characters.
const NUMBER_MAX: usize = 8;

/// Whether the line is one formula, and more than a letter, all but the end of a sentence
/// and the formula's number.
pub(super) fn is_display(line: &Line) -> bool {
    let [formula] = line.formulas.as_slice() else {
        return false;
    };
    let after = line.text.get(formula.range.end..).unwrap_or_default();
    let (end, number) = ending(after);
    let visible = line.text.chars().filter(|c| !c.is_whitespace()).count();
    formula.range.start == 0
        && end.chars().all(|c| matches!(c, '.' | ',' | ';'))
        && (number.is_none() || formula.latex.is_some())
        && visible > 3
}

/// Whether the next line is another of a formula that has these.
pub(super) fn goes_on(lines: &[Line], next: &Line) -> bool {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return false;
    };
    let below = last.baseline - next.baseline;
    let numbers = lines.iter().chain([next]).filter_map(number).count();
    (0.0..BELOW_MAX * first.size).contains(&below)
        && numbers <= 1
        && lines.len() < LINES_MAX
        && aligned(&[lines, std::slice::from_ref(next)].concat()).is_some()
}

/// The lines as one formula.
pub(super) fn block(lines: &[Line]) -> Block {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let latex = match lines {
        [line] => set(line),
        lines => aligned(lines),
    };
    let number = lines.iter().find_map(number);
    let tag = number.map_or(String::new(), |number| format!(" \\tag{{{number}}}"));
    Block::Formula {
        latex: latex.map(|latex| latex + &tag),
        text: texts.join("\n"),
    }
}

/// The formulas aligned where the second one's first relation stands below one of the
/// first's.
fn aligned(lines: &[Line]) -> Option<String> {
    let formula = |line: &Line| line.formulas.first().cloned();
    let place = *formula(lines.get(1)?)?.relations.first()?;
    let row = |line: &Line| {
        let latex = set(line)?;
        let (at, places) = (relations(&latex), formula(line)?.relations);
        let here = places
            .iter()
            .position(|other| (other - place).abs() < ALIGNED * line.size)?;
        let at = *at.get(here).filter(|_| at.len() == places.len())?;
        let (before, behind) = latex.split_at(at);
        Some(format!("{before}&{behind}"))
    };
    let rows: Option<Vec<String>> = lines.iter().map(row).collect();
    let latex = format!(
        "\\begin{{aligned}} {} \\end{{aligned}}",
        rows?.join(" \\\\ ")
    );
    is_sound(&latex).then_some(latex)
}

/// The line's formula with what ends the sentence.
fn set(line: &Line) -> Option<String> {
    let Formula { range, latex, .. } = line.formulas.first()?;
    let (end, _) = ending(line.text.get(range.end..)?);
    Some(format!("{}{end}", latex.as_deref()?))
}

/// The line's number: `3.1` for "(3.1)".
fn number(line: &Line) -> Option<&str> {
    let formula = line.formulas.first()?;
    ending(line.text.get(formula.range.end..)?).1
}

/// What ends the sentence behind a formula, and the formula's number.
fn ending(after: &str) -> (&str, Option<&str>) {
    let after = after.trim_end();
    let number = after.rsplit_once('(').and_then(|(end, rest)| {
        let number = rest.strip_suffix(')')?;
        let begins = number.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-–′'*".contains(c);
        let digits = number.contains(|c: char| c.is_ascii_digit());
        let sign = number == "*" || number == "∗";
        let is_one = sign || begins && digits && number.chars().all(plain);
        (is_one && number.chars().count() <= NUMBER_MAX).then_some((end.trim_end(), number))
    });
    number.map_or((after, None), |(end, number)| (end, Some(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(baseline: f32, latex: &str, relation: &[f32], after: &str) -> Line {
        Line {
            text: format!("{latex}{after}"),
            baseline,
            size: 10.0,
            formulas: vec![Formula {
                range: 0..latex.len(),
                latex: Some(latex.to_owned()),
                relations: relation.to_vec(),
            }],
            ..Line::default()
        }
    }

    #[test]
    fn a_number_at_the_margin_is_the_formula_s_tag() {
        let line = line(100.0, "a + b = c", &[90.0], ", (3.1)");
        assert!(is_display(&line));
        let Block::Formula { latex, .. } = block(&[line]) else {
            panic!("no formula");
        };
        assert_eq!(latex.as_deref(), Some(r"a + b = c, \tag{3.1}"));
        for after in [" (see above)", " (a)", " and (3.1)", ", (3.1) x"] {
            let other = self::line(100.0, "a + b = c", &[90.0], after);
            assert!(!is_display(&other), "{after}");
        }
    }

    #[test]
    fn formulas_aligned_at_their_relations_are_one() {
        let lines = [
            line(100.0, "f(x) = a = b", &[80.0, 90.0], ""),
            line(84.0, r"\leq b", &[90.2], ". (2)"),
        ];
        assert!(goes_on(&lines[..1], &lines[1]));
        let Block::Formula { latex, .. } = block(&lines) else {
            panic!("no formula");
        };
        let expected = r"\begin{aligned} f(x) = a &= b \\ &\leq b. \end{aligned} \tag{2}";
        assert_eq!(latex.as_deref(), Some(expected));
        for (baseline, relation) in [(84.0, 96.0), (40.0, 90.0), (110.0, 90.0)] {
            let other = line(baseline, "= c", &[relation], "");
            assert!(!goes_on(&lines[..1], &other), "{baseline} {relation}");
        }
    }
}

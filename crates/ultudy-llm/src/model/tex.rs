//! Formulas that a lesson may hold: none that defines, loads, links or never ends.

/// Longest formula, in bytes, and deepest nesting: what pages set.
const LENGTH_MAX: usize = 4 << 10;
const DEPTH_MAX: usize = 24;

/// Commands that define others, reach out of the formula or carry markup, whatever program sets it.
const COMMANDS: [&str; 43] = [
    "def",
    "edef",
    "gdef",
    "xdef",
    "let",
    "futurelet",
    "newcommand",
    "renewcommand",
    "providecommand",
    "newenvironment",
    "DeclareMathOperator",
    "global",
    "long",
    "csname",
    "expandafter",
    "catcode",
    "input",
    "include",
    "includegraphics",
    "openin",
    "openout",
    "read",
    "write",
    "immediate",
    "special",
    "href",
    "url",
    "html",
    "htmlClass",
    "htmlData",
    "htmlId",
    "htmlStyle",
    "class",
    "cssId",
    "style",
    "require",
    "unicode",
    "data",
    "loop",
    "repeat",
    "shipout",
    "message",
    "errmessage",
];

/// Whether it is a formula and nothing else.
pub(super) fn is_harmless(formula: &str) -> bool {
    formula.len() <= LENGTH_MAX && depth(formula) <= DEPTH_MAX && !has_command(formula)
}

fn depth(formula: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for place in 0..formula.len() {
        let rest = formula.get(place..).unwrap_or_default();
        let begins = rest.starts_with('{') || is_command(rest, "\\left");
        let ends = rest.starts_with('}') || is_command(rest, "\\right");
        depth = match (begins, ends) {
            (true, _) => depth + 1,
            (_, true) => depth.saturating_sub(1),
            _ => depth,
        };
        deepest = deepest.max(depth);
    }
    deepest
}

fn is_command(text: &str, command: &str) -> bool {
    let rest = text.strip_prefix(command);
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether one of those commands is in it.
pub(super) fn has_command(formula: &str) -> bool {
    formula.split('\\').skip(1).any(|rest| {
        let length = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let name = &rest[..length];
        COMMANDS.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_harmless_and_programs_are_not() {
        for formula in [
            r"\frac{a}{b} \le \sqrt{x^2}",
            r"\left( \sum_{i=1}^{n} x_i \right)",
            r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
            r"\text{data} \delta \define",
        ] {
            assert!(is_harmless(formula), "{formula}");
        }
        for formula in [
            r"\def\x{\x\x}\x",
            r"\newcommand{\x}{y}",
            r"\href{https://evil.example}{x}",
            r"\htmlData{a=b}{x}",
            &"{".repeat(25),
            &"x".repeat(4_097),
        ] {
            assert!(!is_harmless(formula), "{formula}");
        }
    }
}

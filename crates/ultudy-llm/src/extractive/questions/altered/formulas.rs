//! Sites in formulas: relations and operations with a counterpart.

use std::ops::Range;

use super::contrasts::Class;
use super::site::Site;

/// LaTeX of relations and operations that have a counterpart.
const COUNTERPARTS: [(&str, &str, Class); 26] = [
    (r"\leq", r"\geq", Class::Order),
    (r"\geq", r"\leq", Class::Order),
    (r"\le", r"\ge", Class::Order),
    (r"\ge", r"\le", Class::Order),
    ("<", ">", Class::Order),
    (">", "<", Class::Order),
    (r"\subset", r"\supset", Class::Order),
    (r"\supset", r"\subset", Class::Order),
    (r"\subseteq", r"\supseteq", Class::Order),
    (r"\supseteq", r"\subseteq", Class::Order),
    (r"\min", r"\max", Class::Order),
    (r"\max", r"\min", Class::Order),
    (r"\sup", r"\inf", Class::Order),
    (r"\inf", r"\sup", Class::Order),
    (r"\cap", r"\cup", Class::Kind),
    (r"\cup", r"\cap", Class::Kind),
    (r"\sum", r"\prod", Class::Kind),
    (r"\prod", r"\sum", Class::Kind),
    (r"\wedge", r"\vee", Class::Kind),
    (r"\vee", r"\wedge", Class::Kind),
    (r"\land", r"\lor", Class::Kind),
    (r"\lor", r"\land", Class::Kind),
    (r"\forall", r"\exists", Class::Quantity),
    ("=", r"\neq", Class::Truth),
    (r"\neq", "=", Class::Truth),
    (r"\ne", "=", Class::Truth),
];
/// What a student must know to notice.
const WORTH: u32 = 4;

/// The sites of a statement's formulas: one for each relation or operation that stands once.
pub(super) fn sites(text: &str, formulas: &[Range<usize>]) -> Vec<Site> {
    let mut sites = Vec::new();
    for formula in formulas {
        let Some(latex) = text.get(formula.clone()) else {
            continue;
        };
        for (from, to, class) in COUNTERPARTS {
            let mut found = latex.match_indices(from).filter(|(at, _)| {
                let rest = latex.get(at + from.len()..).unwrap_or_default();
                let before = latex.get(..*at).unwrap_or_default();
                is_whole(from, before, rest) && !is_sign(from, rest)
            });
            let (Some((at, _)), None) = (found.next(), found.next()) else {
                continue;
            };
            let start = formula.start + at;
            sites.push(Site {
                places: std::iter::once(start..start + from.len()).collect(),
                ways: vec![vec![spaced(to, latex.get(at + from.len()..))]],
                class,
                weak: false,
                worth: WORTH,
            });
        }
    }
    sites
}

/// Whether a command is not the beginning of a longer one, nor a sign a part of another.
fn is_whole(from: &str, before: &str, rest: &str) -> bool {
    if from.starts_with('\\') {
        !rest.starts_with(|c: char| c.is_ascii_alphabetic())
    } else {
        // “:=” names something.
        !before.ends_with([':', '<', '>', '\\', '!']) && !rest.starts_with('=')
    }
}

/// “ε > 0” only says that a number is positive.
fn is_sign(from: &str, rest: &str) -> bool {
    let order = matches!(from, "<" | ">" | r"\leq" | r"\geq" | r"\le" | r"\ge");
    order && rest.trim_start().starts_with(['0', '1'])
}

/// A command ends where no letter follows.
fn spaced(to: &str, rest: Option<&str>) -> String {
    let letter = rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    match to.starts_with('\\') && letter {
        true => format!("{to} "),
        false => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::site::{applied, changes};
    use super::*;

    fn altered(latex: &str) -> Vec<String> {
        let whole = std::iter::once(0..latex.len()).collect::<Vec<_>>();
        let sites = sites(latex, &whole);
        let sites = sites.iter();
        sites
            .map(|site| applied(latex, &changes(site, 0)))
            .collect()
    }

    #[test]
    fn relations_and_operations_get_their_counterparts() {
        assert_eq!(
            altered(r"U \cap V = \emptyset"),
            [r"U \cup V = \emptyset", r"U \cap V \neq \emptyset"]
        );
        assert_eq!(altered("a<b"), ["a>b"]);
        assert_eq!(altered("f(x)=y"), [r"f(x)\neq y"]);
    }

    #[test]
    fn names_signs_and_longer_commands_are_left_alone() {
        assert!(altered(r"X := Y").is_empty());
        assert!(altered(r"\varepsilon > 0").is_empty());
        assert!(altered(r"\left( a \right)").is_empty());
    }
}

//! The formulas of a concept that are worth learning.

use ultudy_domain::lesson::Formula;

use super::quotes::cited;
use super::study::Study;
use super::text::Sentence;
use super::turns;

/// Signs, also in LaTeX, by which a formula says something: a name such as `x` or `f : A \to B`
/// says nothing that could be learnt.
const STATEMENTS: [&str; 14] = [
    "=", "<", ">", "≤", "≥", "≈", "≡", "∝", "\\leq", "\\geq", "\\approx", "\\equiv", "\\propto",
    "\\sim",
];
/// Characters without which a formula is not worth a line of its own: `x = 1`.
const LENGTH_MIN: usize = 6;

/// The formulas in sentences, with what these say of their letters.
pub(super) fn of(study: &Study, sentences: &[usize]) -> Vec<Formula> {
    let mut formulas: Vec<Formula> = Vec::new();
    for &at in sentences {
        let sentence = study.sentence(at);
        for place in study.text.formulas(sentence) {
            let formula = sentence.plain.get(place.clone()).unwrap_or_default();
            let known = formulas.iter().any(|known| known.formula.contains(formula));
            if says_something(formula) && !known {
                formulas.push(Formula {
                    formula: format!("${formula}$"),
                    variables: letters(sentence, place.end),
                });
            }
        }
    }
    formulas
}

fn says_something(formula: &str) -> bool {
    let length = formula.chars().filter(|c| !c.is_whitespace()).count();
    length >= LENGTH_MIN && STATEMENTS.iter().any(|sign| formula.contains(sign))
}

fn letters(sentence: &Sentence, after: usize) -> String {
    let rest = sentence.plain.get(after..).unwrap_or_default();
    if turns::has_any(rest, turns::WHERE) {
        cited(&sentence.quote, sentence.pages)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::says_something;

    #[test]
    fn names_are_no_formulas_to_learn() {
        for (formula, wanted) in [
            (r"x", false),
            (r"x = 1", false),
            (r"f : A \to B", false),
            (r"x, y \in X", false),
            (r"\left(a, b\right)", false),
            (r"E = mc^{2}", true),
            (r"|x + y| \leq |x| + |y|", true),
        ] {
            assert_eq!(says_something(formula), wanted, "{formula}");
        }
    }
}

//! Whether a formula is one that a renderer sets.

use pulldown_latex::{Parser, Storage};

/// Longest formula kept, in bytes of LaTeX: half of what the renderer takes.
const LATEX_MAX: usize = 2 << 10;

/// Most steps of a formula.
const EVENTS_MAX: usize = 4_000;

/// Whether the LaTeX is well-formed and of bearable length.
pub(crate) fn is_sound(latex: &str) -> bool {
    if latex.is_empty() || latex.len() > LATEX_MAX || latex.contains('$') {
        return false;
    }
    let storage = Storage::new();
    let mut events = Parser::new(latex, &storage);
    let sound = events.by_ref().take(EVENTS_MAX).all(|event| event.is_ok());
    sound && events.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_renderer_cannot_set_is_not_sound() {
        assert!(is_sound(r"x_{n} \notin \mathbb{R}^{2}"));
        let long = "x".repeat(LATEX_MAX + 1);
        for latex in ["", "x_{", "}", r"\frac{1}", r"\nosuchcommand", "a$b", &long] {
            assert!(!is_sound(latex), "{latex}");
        }
    }
}

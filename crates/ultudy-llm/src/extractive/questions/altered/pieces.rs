//! What of a statement's Markdown is prose, what a formula, and what is left as it is.

use std::ops::Range;

/// A statement's Markdown taken apart.
pub(super) struct Pieces {
    /// Its prose, in bytes.
    pub prose: Vec<Range<usize>>,
    /// Its formulas, without the dollar signs.
    pub formulas: Vec<Range<usize>>,
}

/// Takes a statement apart; code belongs to neither.
pub(super) fn of(markdown: &str) -> Pieces {
    let mut pieces = Pieces {
        prose: Vec::new(),
        formulas: Vec::new(),
    };
    let mut prose = 0;
    let mut at = 0;
    while let Some(rest) = markdown.get(at..).filter(|rest| !rest.is_empty()) {
        let mark = match rest.chars().next() {
            Some('\\') => {
                let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
                at += 1 + escaped;
                continue;
            }
            Some('$') if rest.starts_with("$$") => "$$",
            Some('$') => "$",
            Some('`') => "`",
            Some(other) => {
                at += other.len_utf8();
                continue;
            }
            None => break,
        };
        let from = at + mark.len();
        let Some(end) = markdown.get(from..).and_then(|rest| rest.find(mark)) else {
            at = from;
            continue;
        };
        pieces.prose.push(prose..at);
        if mark != "`" {
            pieces.formulas.push(from..from + end);
        }
        at = from + end + mark.len();
        prose = at;
    }
    pieces.prose.push(prose..markdown.len());
    pieces.prose.retain(|range| !range.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_formulas_and_code_are_told_apart() {
        let text = "If $x = 1$ then `a` costs \\$2 or $$y$$.";
        let pieces = of(text);
        let [prose, formulas] = [&pieces.prose, &pieces.formulas].map(|ranges| {
            let ranges = ranges.iter();
            ranges.map(|range| &text[range.clone()]).collect::<Vec<_>>()
        });
        assert_eq!(prose, ["If ", " then ", " costs \\$2 or ", "."]);
        assert_eq!(formulas, ["x = 1", "y"]);
    }
}

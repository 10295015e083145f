//! Code as an example: whole, or not at all.

use super::quotes;
use super::text::Code;

/// Lines of code that still are an example.
const LINES_MAX: usize = 24;
/// Pages over which a piece of code may go on.
const PAGES_MAX: usize = 2;

/// The first of these pieces of code, with the one that follows where the end of its page cut
/// it; none if it is not whole even so, or long.
pub(super) fn whole(codes: &[Code]) -> Option<(String, [u32; 2])> {
    let first = codes.first()?;
    let mut text = String::new();
    for (code, page) in codes.iter().zip(first.page..).take(PAGES_MAX) {
        if code.at != first.at || code.page != page {
            break;
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&code.text);
        if text.lines().count() <= LINES_MAX && is_whole(&text) {
            return Some((text, [first.page, page]));
        }
    }
    None
}

/// Whether code came out of the page whole: from its head, with nothing to follow at its end,
/// and without the signs that stand for a broken line or a lost index.
fn is_whole(code: &str) -> bool {
    const REMAINS: [&str; 8] = ["␣", "∈/", "¹", "²", "³", "\u{fffd}", "←-", "↩"];
    let goes_on = code.trim_end().ends_with([',', '=', '(', '[', '+', '\\']);
    begins_at_head(code)
        && is_closed(code)
        && !goes_on
        && !REMAINS.iter().any(|sign| code.contains(sign))
}

/// Whether the first line is set in no deeper than those below: a page's end cuts code
/// anywhere.
fn begins_at_head(code: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = code.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().map_or(0, indent);
    lines.all(|line| indent(line) >= first)
}

/// Whether all brackets that open close, none before it opens.
fn is_closed(code: &str) -> bool {
    [('(', ')'), ('[', ']'), ('{', '}')]
        .into_iter()
        .all(|(open, close)| {
            let mut depth = 0_usize;
            let fits = code.chars().all(|c| {
                if c == open {
                    depth += 1;
                } else if c == close {
                    let Some(less) = depth.checked_sub(1) else {
                        return false;
                    };
                    depth = less;
                }
                true
            });
            fits && depth == 0
        })
}

/// Code in a fence longer than any in it, with its pages.
pub(super) fn cited(code: &str, pages: [u32; 2]) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let fenced = format!("{fence}\n{}\n{fence}\n\n", code.trim_end());
    quotes::cited(&fenced, pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_a_page_cut_is_no_example() {
        assert!(is_whole("(define (square x)\n  (* x x))"));
        for cut in [
            "(define (square x)",
            "  (* x x))",
            "  (map square items)\n(define ones 1)",
            "x) + (y",
            "total =",
            "if x ∈/ s then",
        ] {
            assert!(!is_whole(cut), "{cut}");
        }
    }

    #[test]
    fn code_goes_on_over_the_end_of_its_page() {
        let code = |text: &str, page| Code {
            text: text.to_owned(),
            page,
            at: 3,
        };
        let codes = [code("(define (f x)\n", 4), code("  (g x))\n", 5)];
        let joined = ("(define (f x)\n  (g x))\n".to_owned(), [4, 5]);
        assert_eq!(whole(&codes), Some(joined));
        assert_eq!(whole(&codes[1..]), None);
        let apart = [code("(define (f x)\n", 4), code("  (g x))\n", 7)];
        assert_eq!(whole(&apart), None);
    }
}

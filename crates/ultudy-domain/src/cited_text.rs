//! A text that cites sources by their numbers, `[2]`, taken as it is written: of its citations only
//! those of sources that were given stay.

use std::collections::BTreeSet;

use crate::hidden::is_hidden;

/// Longest that something in brackets can be and yet be a citation, in characters.
const CITATION_MAX: usize = 40;

/// The pages of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    /// First page.
    pub start: i32,
    /// Last page.
    pub end: i32,
}

/// Takes a text piece by piece. What may become a citation is held back until it is known to be one.
#[derive(Debug, Clone)]
pub struct CitedText {
    /// Of the sources, from number 1.
    pages: Vec<Pages>,
    held: String,
    is_formula: bool,
    code: Code,
    cited: BTreeSet<usize>,
}

/// Whether the text is code just now, in which brackets are no citations.
#[derive(Debug, Clone, Default)]
struct Code {
    /// Backticks in a row up to here.
    ticks: usize,
    is_fenced: bool,
    is_inline: bool,
}

impl Code {
    fn read(&mut self, c: char) {
        if c == '`' {
            self.ticks += 1;
            return;
        }
        match std::mem::take(&mut self.ticks) {
            0 => {}
            1 | 2 => self.is_inline = !self.is_fenced && !self.is_inline,
            _ => self.is_fenced = !self.is_fenced,
        }
        // A line's code ends before the next line, or is none.
        self.is_inline &= c != '\n';
    }

    fn is_open(&self) -> bool {
        self.is_fenced || self.is_inline
    }
}

/// What stands in brackets.
enum Bracketed {
    /// These sources.
    Cited(Vec<usize>),
    /// Sources that there are not.
    False,
    /// Something else.
    Text,
}

impl CitedText {
    /// One that may cite sources with these pages.
    #[must_use]
    pub fn new(pages: Vec<Pages>) -> Self {
        Self {
            pages,
            held: String::new(),
            is_formula: false,
            code: Code::default(),
            cited: BTreeSet::new(),
        }
    }

    /// The sources cited so far.
    #[must_use]
    pub fn cited(&self) -> &BTreeSet<usize> {
        &self.cited
    }

    /// What can be shown of this piece and those before it, without what is [hidden](crate::hidden).
    pub fn push(&mut self, piece: &str) -> String {
        let mut shown = String::with_capacity(piece.len());
        for c in piece.chars().filter(|&c| !is_hidden(c)) {
            self.take(c, &mut shown);
        }
        shown
    }

    /// What was still held back.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    fn take(&mut self, c: char, shown: &mut String) {
        let is_open = self.held.contains('[');
        self.code.read(c);
        match c {
            ']' if is_open => {
                self.held.push(c);
                let held = std::mem::take(&mut self.held);
                self.close(&held, shown);
            }
            '[' if !self.is_formula && !self.code.is_open() => {
                // The space before a citation goes with it.
                if is_open {
                    shown.push_str(&std::mem::take(&mut self.held));
                }
                self.held.push(c);
            }
            ' ' if !is_open => {
                shown.push_str(&std::mem::take(&mut self.held));
                self.held.push(c);
            }
            _ if is_open && c != '\n' && self.held.chars().count() < CITATION_MAX => {
                self.held.push(c);
            }
            _ => {
                if c == '$' {
                    self.is_formula = !self.is_formula;
                }
                // A formula is closed before the next paragraph, or is none.
                if c == '\n' {
                    self.is_formula = false;
                }
                shown.push_str(&std::mem::take(&mut self.held));
                shown.push(c);
            }
        }
    }

    fn close(&mut self, held: &str, shown: &mut String) {
        let inner = held
            .trim_start()
            .trim_start_matches('[')
            .trim_end_matches(']');
        match self.read(inner) {
            Bracketed::Text => shown.push_str(held),
            Bracketed::False => {}
            Bracketed::Cited(numbers) => {
                for number in numbers {
                    shown.push_str(&format!(" [{number}]"));
                    self.cited.insert(number);
                }
            }
        }
    }

    fn read(&self, inner: &str) -> Bracketed {
        let lower = inner.trim().to_lowercase();
        let of_pages = ["pages", "page", "pp.", "p.", "seiten", "seite", "s."];
        if let Some(page) = of_pages.iter().find_map(|mark| lower.strip_prefix(mark)) {
            return self.of_page(page);
        }
        let of_sources = ["sources", "source"];
        let list = of_sources.iter().find_map(|mark| lower.strip_prefix(mark));
        let list = list.unwrap_or(&lower);
        let numbers: Option<Vec<usize>> = list
            .split([',', ';'])
            .map(|number| number.trim().parse().ok())
            .collect();
        match numbers {
            None => Bracketed::Text,
            // An interval, such as [0, 1].
            Some(numbers) if numbers.len() > 1 && numbers.contains(&0) => Bracketed::Text,
            Some(mut numbers) => {
                numbers.retain(|number| (1..=self.pages.len()).contains(number));
                match numbers.is_empty() {
                    true => Bracketed::False,
                    false => Bracketed::Cited(numbers),
                }
            }
        }
    }

    /// A page is not a source's number, yet tells which it is if only one has it.
    fn of_page(&self, page: &str) -> Bracketed {
        let page = page.trim();
        let digits = page
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(page.len());
        let Ok(page) = page[..digits].parse::<i32>() else {
            return Bracketed::Text;
        };
        let sources = self.pages.iter().enumerate();
        let mut with_it = sources.filter(|(_, pages)| (pages.start..=pages.end).contains(&page));
        match (with_it.next(), with_it.next()) {
            (Some((place, _)), None) => Bracketed::Cited(vec![place + 1]),
            _ => Bracketed::False,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(pages: &[(i32, i32)]) -> CitedText {
        let pages = pages.iter().map(|&(start, end)| Pages { start, end });
        CitedText::new(pages.collect())
    }

    fn whole(text: &str) -> (String, Vec<usize>) {
        let mut cited = of(&[(3, 3), (4, 5), (5, 5)]);
        let shown = cited.push(text) + &cited.finish();
        (shown, cited.cited().iter().copied().collect())
    }

    #[test]
    fn only_what_was_given_is_cited() {
        for (written, shown, cited) in [
            ("A cell [1] is alive.", "A cell [1] is alive.", vec![1]),
            (
                "A cell is alive[2][3].",
                "A cell is alive [2] [3].",
                vec![2, 3],
            ),
            ("A cell [1, 3].", "A cell [1] [3].", vec![1, 3]),
            ("A cell [source 2].", "A cell [2].", vec![2]),
            ("A cell [4].", "A cell.", vec![]),
            (
                "A cell [0] [99999999999999999999].",
                "A cell [99999999999999999999].",
                vec![],
            ),
            ("A cell [2, 9].", "A cell [2].", vec![2]),
            ("Page [p. 3] says so.", "Page [1] says so.", vec![1]),
            ("Page [p. 5] may be two.", "Page may be two.", vec![]),
            ("Page [Seite 44].", "Page.", vec![]),
        ] {
            assert_eq!(whole(written), (shown.to_owned(), cited), "{written}");
        }
    }

    #[test]
    fn other_brackets_stay() {
        for text in [
            "The interval [0, 1] is closed.",
            "$x \\in [1]$ and $a[2]$",
            "[a link](javascript:alert(1))",
            "an array a[i] and [",
            "[ ] a task",
            "`a[1]`, and\n```c\nint b = a[1];\nint c = a[1];\n```\n",
            "[a very long text in brackets, longer than any citation would be]",
        ] {
            assert_eq!(whole(text), (text.to_owned(), vec![]));
        }
    }

    #[test]
    fn what_is_not_seen_goes() {
        let text = "a\u{0}\u{202e}b\u{7}\u{200b}\u{2060}\u{feff}\u{e0041}\tc";
        assert_eq!(whole(text).0, "ab\tc");
    }

    proptest! {
        /// However the text comes.
        #[test]
        fn pieces_make_the_same_text(text in "[\\[\\] 0-9a-z$\\n,.p]{0,60}", at in 0_usize..60) {
            let mut cited = of(&[(3, 3), (4, 5)]);
            let whole = cited.push(&text) + &cited.finish();
            let mut cited = of(&[(3, 3), (4, 5)]);
            let (one, two) = text.split_at(at.min(text.len()));
            let pieces = cited.push(one) + &cited.push(two) + &cited.finish();
            prop_assert_eq!(whole, pieces);
        }
    }
}

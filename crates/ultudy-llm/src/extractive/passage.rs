//! A run of text twice: as a reader sees it and as the Markdown it is written in.

use std::ops::Range;

use super::language::is_cjk;
use super::marks::Marks;

/// A paragraph, list item or heading. Words and sentences are found in `plain`; what is
/// quoted is cut out of `markup`, so that a quotation is the source's own Markdown.
#[derive(Debug, Clone, Default)]
pub(super) struct Passage {
    /// What a reader sees, in one line.
    pub plain: String,
    /// The Markdown, in one line.
    pub markup: String,
    /// Emphasised ranges of `plain`.
    pub emphasised: Marks,
    /// Ranges of `plain` set as code.
    pub code: Marks,
    /// Formulas' ranges of `plain`.
    pub formulas: Marks,
    /// Whether it is an item of a list.
    pub item: bool,
    /// Whether it is one of a numbered list.
    pub numbered: bool,
    /// Ranges of `plain` that must not be quoted: links, images, HTML.
    pub active: Marks,
    spans: Vec<Span>,
    pages: Vec<(usize, u32)>,
}

#[derive(Debug, Clone)]
struct Span {
    plain: Range<usize>,
    markup: Range<usize>,
}

impl Passage {
    pub(super) fn on_page(page: u32) -> Self {
        Self {
            pages: vec![(0, page)],
            ..Self::default()
        }
    }

    /// Adds text: `plain` as seen, `markup` as written.
    pub(super) fn push(&mut self, plain: &str, markup: &str) {
        let starts = (self.plain.len(), self.markup.len());
        self.plain.push_str(plain);
        self.markup.push_str(markup);
        self.spans.push(Span {
            plain: starts.0..self.plain.len(),
            markup: starts.1..self.markup.len(),
        });
    }

    /// Adds a white space unless there is one already or nothing before it.
    pub(super) fn push_space(&mut self) {
        if !self.plain.is_empty() && !self.plain.ends_with(char::is_whitespace) {
            self.push(" ", " ");
        }
    }

    /// Adds markup that is not seen: emphasis marks, backslashes.
    pub(super) fn push_unseen(&mut self, markup: &str) {
        self.markup.push_str(markup);
    }

    /// Continues this passage with one from a later page.
    pub(super) fn append(&mut self, other: &Self) {
        let spaced = |text: Option<char>| !text.is_some_and(is_cjk);
        if spaced(self.plain.chars().next_back()) || spaced(other.plain.chars().next()) {
            self.push_space();
        }
        let (plain, markup) = (self.plain.len(), self.markup.len());
        self.plain.push_str(&other.plain);
        self.markup.push_str(&other.markup);
        self.emphasised.append(&other.emphasised, plain);
        self.code.append(&other.code, plain);
        self.formulas.append(&other.formulas, plain);
        self.active.append(&other.active, plain);
        self.spans.extend(other.spans.iter().map(|span| Span {
            plain: span.plain.start + plain..span.plain.end + plain,
            markup: span.markup.start + markup..span.markup.end + markup,
        }));
        self.pages
            .extend(other.pages.iter().map(|&(at, page)| (at + plain, page)));
    }

    /// First and last page of a range of `plain`.
    pub(super) fn pages_of(&self, range: &Range<usize>) -> [u32; 2] {
        let page_at = |place: usize| {
            let started = self.pages.iter().rev().find(|&&(at, _)| at <= place);
            started.or(self.pages.first()).map_or(1, |&(_, page)| page)
        };
        let first = page_at(range.start);
        [first, page_at(range.end.saturating_sub(1)).max(first)]
    }

    /// A sentence's range of `markup`, with the marks that open and close in it.
    pub(super) fn markup_around(&self, range: &Range<usize>) -> Range<usize> {
        let before = self.plain.get(..range.start).unwrap_or_default();
        let start = match before.chars().next_back() {
            None => 0,
            Some(space) if space.is_whitespace() => self.markup_end(range.start),
            Some(_) => self.markup_start(range.start),
        };
        let after = self.plain.get(range.end..).unwrap_or_default();
        let end = match after.chars().next() {
            None => self.markup.len(),
            Some(space) if space.is_whitespace() => self.markup_start(range.end),
            Some(_) => self.markup_end(range.end),
        };
        start..end.max(start)
    }

    /// A term's range of `markup` such that it can be replaced and what stays is balanced;
    /// none where emphasis crosses the term's edge or it is a part of code.
    pub(super) fn markup_within(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let marks = self.emphasised.overlapping(range);
        let inside = |mark: &Range<usize>| range.start <= mark.start && mark.end <= range.end;
        let around = |mark: &Range<usize>| mark.start <= range.start && range.end <= mark.end;
        // Code and formulas are written otherwise than seen, and only as a whole.
        let whole = [&self.code, &self.formulas].map(|marks| marks.overlapping(range));
        if marks.iter().any(|mark| !inside(mark) && !around(mark))
            || whole.iter().any(|marks| !marks.iter().all(inside))
        {
            return None;
        }
        let mut within = self.markup_start(range.start)..self.markup_end(range.end);
        for mark in marks.iter().filter(|mark| !around(mark)) {
            if mark.start == range.start {
                within.start = self.markup_end(range.start).min(within.start);
            }
            if mark.end == range.end {
                within.end = self.markup_start(range.end).max(within.end);
            }
        }
        Some(within)
    }

    /// Where the character at `place` begins in `markup`, its backslash included.
    fn markup_start(&self, place: usize) -> usize {
        let index = self.spans.partition_point(|span| span.plain.end <= place);
        let Some(span) = self.spans.get(index) else {
            return self.markup.len();
        };
        let start = if span.is_verbatim() {
            span.markup.start + place.saturating_sub(span.plain.start)
        } else {
            span.markup.start
        };
        let escaped = start == span.markup.start && self.markup[..start].ends_with('\\');
        let unseen_from = index
            .checked_sub(1)
            .and_then(|before| self.spans.get(before));
        if escaped && unseen_from.is_none_or(|before| before.markup.end < start) {
            start - 1
        } else {
            start
        }
    }

    /// Where the character before `place` ends in `markup`.
    fn markup_end(&self, place: usize) -> usize {
        let index = self.spans.partition_point(|span| span.plain.end < place);
        let Some(span) = self.spans.get(index) else {
            return self.markup.len();
        };
        if place == 0 {
            0
        } else if span.is_verbatim() {
            span.markup.start + place.saturating_sub(span.plain.start)
        } else {
            span.markup.end
        }
    }
}

impl Span {
    /// Whether each byte of the one stands for the same byte of the other.
    fn is_verbatim(&self) -> bool {
        self.plain.len() == self.markup.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage() -> Passage {
        let mut passage = Passage::on_page(4);
        passage.push_unseen("**");
        passage.push("Bold.", "Bold.");
        passage.push_unseen("**");
        passage.push(" A ", " A ");
        passage.push_unseen("\\");
        passage.push("*star.", "*star.");
        passage.emphasised.push(0..5);
        passage
    }

    #[test]
    fn a_quotation_keeps_its_marks() {
        let passage = passage();
        assert_eq!(&passage.markup[passage.markup_around(&(0..5))], "**Bold.**");
        let rest = 6..passage.plain.len();
        assert_eq!(&passage.markup[passage.markup_around(&rest)], "A \\*star.");
    }

    #[test]
    fn a_term_is_cut_out_with_its_backslash() {
        let passage = passage();
        let term = passage.markup_within(&(8..13)).expect("no emphasis there");
        assert_eq!(&passage.markup[term], "\\*star");
    }

    #[test]
    fn a_term_across_the_edge_of_emphasis_is_refused() {
        assert_eq!(passage().markup_within(&(2..8)), None);
    }

    #[test]
    fn a_passage_continued_knows_both_pages() {
        let mut first = passage();
        let mut second = Passage::on_page(5);
        second.push("more.", "more.");
        first.append(&second);
        assert_eq!(first.plain, "Bold. A *star. more.");
        assert_eq!(first.pages_of(&(6..20)), [4, 5]);
        assert_eq!(&first.markup[first.markup_around(&(15..20))], "more.");
    }
}

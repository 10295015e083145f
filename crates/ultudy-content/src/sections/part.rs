//! A part of the document: from one place to another.

use crate::layout::{Line, Page};

/// Longest name, in characters.
const NAME_MAX: usize = 200;

/// A line of a page; the first line of a page stands for its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Page index, from 0.
    pub(crate) page: usize,
    /// Line index, from 0.
    pub(crate) line: usize,
}

impl Place {
    pub(super) const START: Self = Self { page: 0, line: 0 };

    pub(super) fn top_of(page: usize) -> Self {
        Self { page, line: 0 }
    }

    /// Behind the last page.
    pub(super) fn end(pages: &[Page]) -> Self {
        Self::top_of(pages.len())
    }

    /// The same place, written as the next page's top if it is behind a page's last line.
    pub(super) fn normal(self, pages: &[Page]) -> Self {
        match pages.get(self.page) {
            Some(page) if self.line > 0 && self.line >= page.lines.len() => {
                Self::top_of(self.page + 1)
            }
            _ => self,
        }
    }
}

/// A section to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// The headings it was made of, in order.
    names: Vec<String>,
    /// Depth in the outline, from 1.
    pub(crate) level: u8,
    pub(super) start: Place,
    /// The first place that is no longer part of it.
    pub(super) end: Place,
    /// What stands before the first heading, of the document or of a long chapter.
    pub(super) opening: bool,
    /// Where the chapter begins that it is a part of, if it is.
    pub(super) chapter: Option<Place>,
}

impl Part {
    pub(super) fn new(name: String, level: u8, start: Place, end: Place) -> Self {
        Self {
            names: vec![name],
            level,
            start,
            end,
            opening: false,
            chapter: None,
        }
    }

    /// Its name: a heading as the document prints it, or the first and last of those it
    /// was put together from.
    pub(crate) fn name(&self) -> String {
        let name = match self.names.as_slice() {
            [] => String::new(),
            [only] => only.clone(),
            [first, second] => format!("{first} · {second}"),
            [first, .., last] => format!("{first} – {last}"),
        };
        name.chars().take(NAME_MAX).collect()
    }

    /// Index of its first page, and behind its last.
    pub(crate) fn page_range(&self) -> std::ops::Range<usize> {
        let behind = self.end.page + usize::from(self.end.line > 0);
        self.start.page..behind.max(self.start.page + 1)
    }

    pub(super) fn page_count(&self) -> usize {
        self.page_range().len()
    }

    /// Its lines of the page with this index.
    pub(crate) fn lines_of<'a>(&self, pages: &'a [Page], at: usize) -> &'a [Line] {
        let Some(page) = pages.get(at) else {
            return &[];
        };
        let all = page.lines.len();
        let from = if at == self.start.page {
            self.start.line
        } else {
            0
        };
        let to = match at.cmp(&self.end.page) {
            std::cmp::Ordering::Less => all,
            std::cmp::Ordering::Equal => self.end.line.min(all),
            std::cmp::Ordering::Greater => 0,
        };
        page.lines.get(from..to).unwrap_or_default()
    }

    pub(super) fn lines<'a>(&'a self, pages: &'a [Page]) -> impl Iterator<Item = &'a Line> {
        self.page_range().flat_map(|at| self.lines_of(pages, at))
    }

    /// Bytes of text in it.
    pub(super) fn bytes(&self, pages: &[Page]) -> usize {
        self.lines(pages).map(|line| line.text.len()).sum()
    }

    /// The part page by page.
    pub(super) fn split_at_pages(&self) -> Vec<Self> {
        self.page_range()
            .map(|page| self.between(Place::top_of(page), Place::top_of(page + 1)))
            .collect()
    }

    /// What of it lies between two places.
    pub(super) fn between(&self, start: Place, end: Place) -> Self {
        Self {
            start: self.start.max(start),
            end: self.end.min(end),
            ..self.clone()
        }
    }

    pub(super) fn named(self, name: String) -> Self {
        Self {
            names: vec![name],
            ..self
        }
    }

    pub(super) fn into_opening(self) -> Self {
        Self {
            opening: true,
            ..self
        }
    }

    /// Puts the part that follows it into it. An opening takes the name of what it opens.
    pub(super) fn absorb(&mut self, mut next: Self) {
        if self.opening {
            self.names = next.names;
        } else {
            self.names.append(&mut next.names);
        }
        self.end = next.end;
        self.level = self.level.min(next.level);
        self.opening = self.opening && next.opening;
    }
}

//! Finding, block by block, what a text sets apart.

use std::ops::Range;

use super::{Apart, Shape};
use crate::extractive::labels::Kind;
use crate::extractive::passage::Passage;

/// Share of a part's passages, as a fraction, that are items where it is one of slides.
const ITEMS_SHARE: (usize, usize) = (1, 2);

/// Items of a list, at least.
const LIST_MIN: usize = 2;

/// Watches a text go by.
#[derive(Default)]
pub(in crate::extractive) struct Collector {
    found: Vec<Apart>,
    open: Option<Apart>,
    items: usize,
    passages: usize,
    /// Lists with the passage that leads to them, as numbers of passages.
    lists: Vec<Range<usize>>,
    /// The same of one that may go on, with its part.
    list: Option<(Range<usize>, usize)>,
    /// Whether the last passage was an item.
    after_item: bool,
}

impl Collector {
    /// A heading; `definition` if it labels one.
    pub(in crate::extractive) fn heading(
        &mut self,
        heading: &Passage,
        definition: bool,
        part: usize,
        next: usize,
    ) {
        self.close();
        self.close_list();
        self.open = Some(Apart {
            shape: if definition {
                Shape::Definition
            } else {
                Shape::Outline
            },
            passages: next..next,
            heading: (!definition).then(|| heading.clone()),
            part,
        });
    }

    /// A passage of a text that is kept under the number `at`.
    pub(in crate::extractive) fn passage(
        &mut self,
        passage: &Passage,
        kind: Option<Kind>,
        part: usize,
        at: usize,
    ) {
        let item = passage.item;
        self.take_list(passage, part, at);
        self.items += usize::from(item);
        self.passages += 1;
        // A list that goes on under the next heading, where the page has it elsewhere.
        let begins = self
            .open
            .as_ref()
            .is_some_and(|open| open.passages.is_empty());
        let defined = self.found.last().map(|found| found.shape);
        let goes_on = item && self.after_item && goes_on(&passage.plain);
        if goes_on && begins && defined == Some(Shape::Definition) {
            self.found.pop();
        }
        self.after_item = item;
        let goes_on = self.open.as_ref().is_some_and(|open| match open.shape {
            Shape::Definition => kind == Some(Kind::Definition) && open.part == part,
            _ => item && open.part == part,
        });
        match self.open.as_mut().filter(|_| goes_on) {
            Some(open) => open.passages.end = at + 1,
            None => self.close(),
        }
        if item {
            self.found.push(Apart {
                shape: Shape::Entry,
                passages: at..at + 1,
                heading: None,
                part,
            });
        }
    }

    /// Something that is not kept: what stands around it is not whole.
    pub(in crate::extractive) fn lost(&mut self) {
        self.list = None;
        match self.open.as_ref().map(|open| open.shape) {
            Some(Shape::Definition) => self.open = None,
            _ => self.close(),
        }
    }

    /// Goes on with a list, or begins one where a passage leads to it.
    fn take_list(&mut self, passage: &Passage, part: usize, at: usize) {
        match &mut self.list {
            Some((list, own)) if passage.item && *own == part => list.end = at + 1,
            _ => {
                self.close_list();
                let leads = !passage.item && passage.plain.trim_end().ends_with([':', '：']);
                self.list = leads.then_some((at..at + 1, part));
            }
        }
    }

    fn close_list(&mut self) {
        let list = self.list.take().map(|(list, _)| list);
        self.lists.extend(list.filter(|list| list.len() > LIST_MIN));
    }

    /// The lists so far, each with the passage that leads to it.
    pub(in crate::extractive) fn lists(&mut self) -> Vec<Range<usize>> {
        self.close_list();
        std::mem::take(&mut self.lists)
    }

    fn close(&mut self) {
        let open = self.open.take();
        self.found
            .extend(open.filter(|open| !open.passages.is_empty()));
    }

    /// All that is set apart; the points under headings only where the text is one of slides.
    pub(in crate::extractive) fn finish(mut self) -> Vec<Apart> {
        self.close();
        let slides = self.items * ITEMS_SHARE.1 >= self.passages * ITEMS_SHARE.0;
        self.found
            .into_iter()
            .filter(|found| slides || found.shape != Shape::Outline)
            .collect()
    }
}

/// Whether an item's label is not the first of a list: “(iii)”, “c)”.
fn goes_on(plain: &str) -> bool {
    const FIRST: [&str; 4] = ["a", "i", "1", "α"];
    let text = plain.trim_start_matches('(');
    let label = text.split_once(')').map_or("", |(label, _)| label);
    let labelled = (1..=4).contains(&label.chars().count());
    labelled && label.chars().all(char::is_alphanumeric) && !FIRST.contains(&label)
}

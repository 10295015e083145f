//! Which candidates are headings, and how deep.

use std::collections::{HashMap, HashSet};

use super::{
    LEVEL_MAX, Printed,
    candidate::{self, Candidate},
    contents::{self, Contents, Entry},
    series,
    style::{self, Style},
};
use crate::layout::{Page, Typography, ends_sentence};
use crate::sections::is_apparatus;

/// Listed titles from which a contents page decides.
const LISTED_MIN: usize = 3;

/// Share of a contents page's titles, in percent, that are found in the text where nothing
/// went wrong.
const COMPLETE_MIN: usize = 85;

/// Numbered titles from which a document counts as numbered.
const NUMBERED_MIN: usize = 3;

/// Headings of one style on a page, on average, above which they divide no text.
const DENSITY_MAX: usize = 3;

/// What a document goes by.
struct Evidence<'a> {
    candidates: &'a [Candidate],
    entries: Vec<Option<&'a Entry>>,
    styles: Vec<Style>,
    own: Vec<usize>,
    labels: Vec<bool>,
    is_listed: bool,
    /// The contents page's titles are nearly all found: what it does not list, its author
    /// left out.
    is_complete: bool,
    is_numbered: bool,
    has_parts: bool,
    body: f32,
    pages: usize,
}

/// The headings, in the order of the text.
pub(super) fn headings(
    pages: &[Page],
    typography: &Typography,
    contents: &Contents,
    offset: Option<i64>,
) -> Vec<Printed> {
    let is_text = |at: &usize| !contents.pages.contains(at);
    let numbered = pages.iter().enumerate().filter(|(at, _)| is_text(at));
    let candidates: Vec<Candidate> = numbered
        .flat_map(|(at, page)| candidate::of_page(at, page, typography))
        .collect();
    let entries = matches(&candidates, contents, offset);
    let evidence = Evidence::weigh(
        &candidates,
        entries,
        contents.entries.len(),
        typography,
        pages.len(),
    );
    let accepted: Vec<usize> = (0..candidates.len())
        .filter(|at| evidence.accepts(*at))
        .collect();
    let mut headings = evidence.levelled(&accepted);
    without_repeats(&mut headings);
    headings
}

/// For each candidate the contents page's entry for it: the same title, within a page of
/// where the entry leads.
fn matches<'a>(
    candidates: &[Candidate],
    contents: &'a Contents,
    offset: Option<i64>,
) -> Vec<Option<&'a Entry>> {
    let mut by_key: HashMap<String, Vec<(&Entry, bool)>> = HashMap::new();
    for entry in &contents.entries {
        by_key
            .entry(contents::key(&entry.title))
            .or_default()
            .push((entry, false));
    }
    let mut found = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let same = by_key.get_mut(&contents::key(&candidate.title));
        let entry = same.and_then(|entries| {
            let (entry, taken) = entries
                .iter_mut()
                .find(|(entry, taken)| !taken && is_near(entry, candidate, offset))?;
            *taken = true;
            Some(*entry)
        });
        found.push(entry);
    }
    found
}

fn is_near(entry: &Entry, candidate: &Candidate, offset: Option<i64>) -> bool {
    let (Some(label), Some(offset)) = (entry.label, offset) else {
        return true;
    };
    let page = i64::try_from(candidate.page).unwrap_or(i64::MAX - 1) + 1;
    (page - i64::from(label) - offset).abs() <= 1
}

impl<'a> Evidence<'a> {
    fn weigh(
        candidates: &'a [Candidate],
        entries: Vec<Option<&'a Entry>>,
        entry_count: usize,
        typography: &Typography,
        pages: usize,
    ) -> Self {
        let listed: Vec<bool> = entries.iter().map(Option::is_some).collect();
        let (styles, own) = style::styles(candidates, &listed);
        let deep = |c: &&Candidate| c.number.is_some_and(|n| n.depth > 1 || n.named);
        let in_style =
            |style: &&Style| style.numbered >= NUMBERED_MIN && style.share(style.numbered) >= 0.5;
        let listed_count = listed.iter().filter(|listed| **listed).count();
        Self {
            is_listed: listed_count >= LISTED_MIN,
            is_complete: listed_count >= LISTED_MIN
                && listed_count * 100 >= COMPLETE_MIN * entry_count,
            is_numbered: candidates.iter().filter(deep).count() >= NUMBERED_MIN
                || styles.iter().any(|s| in_style(&s)),
            has_parts: candidates
                .iter()
                .filter(|c| c.number.is_some_and(|n| n.depth == 0))
                .count()
                >= 2,
            labels: series::labels(candidates),
            body: typography.body,
            candidates,
            entries,
            styles,
            own,
            pages,
        }
    }

    fn style(&self, at: usize) -> Option<&Style> {
        self.styles.get(*self.own.get(at)?)
    }

    fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at).copied().flatten()
    }

    fn accepts(&self, at: usize) -> bool {
        let (Some(candidate), Some(style)) = (self.candidates.get(at), self.style(at)) else {
            return false;
        };
        if self.entry(at).is_some() {
            return true;
        }
        if self.labels.get(at) == Some(&true) {
            return false;
        }
        if let Some(number) = candidate.number {
            let deep = number.depth > 1 || number.named;
            let level = number.depth + u8::from(self.has_parts);
            let fits = level <= LEVEL_MAX && !self.is_below_deeper(at, number.depth);
            return fits && (deep || style.share(style.numbered) >= 0.5);
        }
        let larger = style.size >= self.body * candidate::LARGER;
        let stands_alone = larger || candidate.apart;
        let matter = is_apparatus(&candidate.title) && stands_alone;
        if self.is_listed {
            return matter || !self.is_complete && larger && style.share(style.listed) >= 0.5;
        }
        if self.is_numbered {
            let numbered = style.numbered >= 2 && style.share(style.numbered) >= 0.5;
            return matter || numbered && stands_alone;
        }
        stands_alone && self.by_type_alone(at)
    }

    /// Whether a more prominent style is that of deeper headings: then a number such as that
    /// of a line of an algorithm or of a list is no chapter's.
    fn is_below_deeper(&self, at: usize, depth: u8) -> bool {
        let own = self.own.get(at).copied().unwrap_or_default();
        let above = self.styles.iter().take(own);
        above
            .filter(|style| style.numbered >= NUMBERED_MIN && style.share(style.numbered) >= 0.5)
            .any(|style| style.depth.is_some_and(|shallowest| shallowest > depth))
    }

    /// Where nothing is numbered or listed, the most prominent styles that are used often
    /// enough; weight alone counts where hardly anything is larger.
    fn by_type_alone(&self, at: usize) -> bool {
        let usable = |style: &&Style| {
            let larger = style.size >= self.body * candidate::LARGER;
            style.uses <= DENSITY_MAX * self.pages && (larger || style.uses >= 2)
        };
        let single_title = self.styles.iter().filter(usable).count() > 1;
        let counts = |style: &&Style| usable(style) && (style.uses >= 2 || !single_title);
        let Some(own) = self.style(at).filter(counts) else {
            return false;
        };
        let above = self
            .styles
            .iter()
            .filter(counts)
            .take_while(|style| *style != own)
            .count();
        let larger = own.size >= self.body * candidate::LARGER;
        let sentence = self
            .candidates
            .get(at)
            .is_some_and(|c| ends_sentence(&c.title) && !c.title.ends_with(['?', '!', '？']));
        !sentence && above < if larger { usize::from(LEVEL_MAX) } else { 2 }
    }

    /// Numbers say how deep a heading is; else the contents page, else what is set alike,
    /// else how many styles are more prominent.
    fn levelled(&self, accepted: &[usize]) -> Vec<Printed> {
        let mut of_style: HashMap<usize, HashMap<u8, usize>> = HashMap::new();
        let mut used = HashSet::new();
        for at in accepted {
            let own = self.own.get(*at).copied().unwrap_or_default();
            used.insert(own);
            if let Some(level) = self.told(*at) {
                *of_style.entry(own).or_default().entry(level).or_default() += 1;
            }
        }
        let usual = |style: usize| {
            let levels = of_style.get(&style)?;
            levels
                .iter()
                .max_by_key(|(level, count)| (**count, u8::MAX - **level))
                .map(|(level, _)| *level)
        };
        let by_rank = |style: usize| {
            let above: Vec<usize> = used
                .iter()
                .copied()
                .filter(|other| *other < style)
                .collect();
            let told = above
                .iter()
                .filter_map(|other| usual(*other))
                .max()
                .unwrap_or(0);
            let untold = above
                .iter()
                .filter(|other| usual(**other).is_none())
                .count();
            told.saturating_add(u8::try_from(untold).unwrap_or(u8::MAX))
                .saturating_add(1)
        };
        let printed = |at: &usize| {
            let candidate = self.candidates.get(*at)?;
            let own = *self.own.get(*at)?;
            let level = self
                .told(*at)
                .or_else(|| usual(own))
                .unwrap_or_else(|| by_rank(own));
            Some(Printed {
                title: candidate.title.clone(),
                level: level.clamp(1, 6),
                page: candidate.page,
                line: candidate.line,
                lines: candidate.lines,
            })
        };
        accepted.iter().filter_map(printed).collect()
    }

    /// The level that a number or the contents page gives.
    fn told(&self, at: usize) -> Option<u8> {
        let number = self
            .candidates
            .get(at)?
            .number
            .map(|number| number.depth + u8::from(self.has_parts));
        number.or_else(|| {
            self.entry(at)
                .map(|entry| entry.level + u8::from(self.has_parts && entry.level > 1))
        })
    }
}

/// Running heads that are left: a title that was just a heading, at the top of the next
/// pages again.
fn without_repeats(headings: &mut Vec<Printed>) {
    let mut last: HashMap<String, usize> = HashMap::new();
    headings.retain(|heading| {
        let before = last.insert(heading.title.to_lowercase(), heading.page);
        let repeated = before.is_some_and(|page| heading.page > page && heading.page - page <= 2);
        !(repeated && heading.line == 0)
    });
}

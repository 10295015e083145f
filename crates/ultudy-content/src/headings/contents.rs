//! The printed contents page: titles with the pages they stand on.

use std::collections::HashMap;

use super::number;
use crate::{
    layout::{Line, Page, join},
    sections::is_contents_page,
};

/// A contents page begins on one of the first pages of a document …
const PAGES_FIRST: usize = 12;

/// … or, of a long one, in its first so many hundredths.
const FIRST_SHARE: usize = 6;

/// Lines an entry may be broken into.
const LINES_MAX: usize = 3;

/// Distance in points within which entries are equally indented.
const INDENT: f32 = 4.0;

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// As printed, with its number.
    pub(crate) title: String,
    /// Depth, from 1.
    pub(crate) level: u8,
    /// The printed number of the page, where it is not Roman.
    pub(crate) label: Option<u32>,
}

/// What the contents pages say.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Contents {
    pub(crate) entries: Vec<Entry>,
    /// Indices of the pages.
    pub(crate) pages: std::ops::Range<usize>,
}

/// Reads the first run of contents pages.
pub(super) fn read(pages: &[Page]) -> Contents {
    let near = PAGES_FIRST.max(pages.len() * FIRST_SHARE / 100);
    let is_contents = |page: &Page, after| is_contents_page(page.lines.iter(), after);
    let Some(first) = pages
        .iter()
        .take(near)
        .position(|page| is_contents(page, false))
    else {
        return Contents::default();
    };
    let run = pages
        .iter()
        .skip(first)
        .take_while(|page| is_contents(page, true));
    let end = first + run.count();
    let entries = pages
        .iter()
        .take(end)
        .skip(first)
        .flat_map(entries_of)
        .collect();
    Contents {
        entries,
        pages: first..end,
    }
}

/// A title as it is compared: letters and digits of its words, in lower case.
pub(super) fn key(title: &str) -> String {
    let bare = number::parse(title).map_or(title, |number| &title[number.length..]);
    let bare = if bare.is_empty() { title } else { bare };
    let letters = bare.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The entries of one page, levelled by their numbers and, without, by the numbers of
/// those indented alike.
fn entries_of(page: &Page) -> Vec<Entry> {
    let mut found: Vec<(f32, Option<u8>, Entry)> = Vec::new();
    let mut begun: Vec<&Line> = Vec::new();
    for line in &page.lines {
        let alike = |above: &&Line| (above.size - line.size).abs() < 0.2 * line.size;
        let begins = number::parse(&line.text).is_some() || !begun.last().is_none_or(alike);
        if begins || begun.len() >= LINES_MAX {
            begun.clear();
        }
        begun.push(line);
        let Some((end, label)) = ending(&line.text) else {
            continue;
        };
        let mut title = String::new();
        let (last, above) = begun.split_last().unwrap_or((&line, &[]));
        above
            .iter()
            .for_each(|line| join::append(&mut title, &line.text));
        join::append(&mut title, &last.text[..end]);
        let left = begun.first().map_or(line.left, |line| line.left);
        begun.clear();
        if title.chars().any(char::is_alphabetic) {
            let depth = number::parse(&title).map(|number| number.depth);
            found.push((
                left,
                depth,
                Entry {
                    title,
                    level: 1,
                    label,
                },
            ));
        }
    }
    level(&mut found);
    found.into_iter().map(|(.., entry)| entry).collect()
}

fn level(found: &mut [(f32, Option<u8>, Entry)]) {
    let numbered: Vec<(f32, u8)> = found
        .iter()
        .filter_map(|(left, depth, _)| Some((*left, (*depth)?)))
        .collect();
    let mut lefts: Vec<f32> = found.iter().map(|(left, ..)| *left).collect();
    lefts.sort_by(f32::total_cmp);
    lefts.dedup_by(|a, b| (*a - *b).abs() < INDENT);
    for (left, depth, entry) in found {
        let alike = || {
            numbered
                .iter()
                .find(|(other, _)| (other - *left).abs() < INDENT)
        };
        let rank = || {
            lefts
                .iter()
                .take_while(|other| **other < *left - INDENT / 2.0)
                .count()
        };
        let depth = depth.or_else(|| alike().map(|(_, depth)| *depth));
        entry.level = depth
            .unwrap_or_else(|| u8::try_from(rank() + 1).unwrap_or(u8::MAX))
            .max(1);
    }
}

/// Where an entry's title ends in its last line, and the page's number behind it.
fn ending(text: &str) -> Option<(usize, Option<u32>)> {
    let start = text.rfind([' ', '.', '…']).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let last = &text[start..];
    let arabic = last.parse::<u32>().ok().filter(|_| last.len() <= 4);
    let roman = !last.is_empty() && last.chars().all(|c| "ivxlc".contains(c));
    let filler = |c: char| c == ' ' || c == '.' || c == '…' || c == '·';
    let end = text[..start].trim_end_matches(filler).len();
    ((arabic.is_some() || roman) && end > 0).then_some((end, arabic))
}

/// How far a page's place in the file is from its printed number: what most of the titles
/// say that are printed on a line of their own, else the page numbers at the edges.
pub(super) fn offset(contents: &Contents, pages: &[Page], folios: Option<i64>) -> Option<i64> {
    let mut wanted: HashMap<String, Vec<i64>> = HashMap::new();
    for entry in &contents.entries {
        if let Some(label) = entry.label {
            wanted
                .entry(key(&entry.title))
                .or_default()
                .push(i64::from(label));
        }
    }
    let mut votes: HashMap<i64, usize> = HashMap::new();
    for page in pages.iter().skip(contents.pages.end) {
        for line in &page.lines {
            for label in wanted.get(&key(&line.text)).into_iter().flatten() {
                *votes.entry(i64::from(page.number) - label).or_default() += 1;
            }
        }
    }
    let most = votes
        .into_iter()
        .max_by_key(|(offset, count)| (*count, -offset.abs(), *offset));
    most.filter(|(_, count)| *count >= 2)
        .map(|(offset, _)| offset)
        .or(folios)
}

/// The same from the numbers printed at the pages' edges, before those are dropped.
pub(crate) fn folios(pages: &[Page]) -> Option<i64> {
    let mut votes: HashMap<i64, usize> = HashMap::new();
    for page in pages {
        let mut seen: Vec<i64> = edges(page)
            .filter_map(|line| line.text.trim().parse().ok())
            .collect();
        seen.dedup();
        for value in seen.into_iter().filter(|value| (1..10_000).contains(value)) {
            *votes.entry(i64::from(page.number) - value).or_default() += 1;
        }
    }
    let most = votes
        .into_iter()
        .max_by_key(|(offset, count)| (*count, -offset.abs(), *offset))?;
    (most.1 >= 3 && most.1 * 3 >= pages.len()).then_some(most.0)
}

fn edges(page: &Page) -> impl Iterator<Item = &Line> {
    let (first, last) = (page.lines.first(), page.lines.last());
    first
        .into_iter()
        .chain(last.filter(|_| page.lines.len() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_ends_before_its_dots() {
        let text = "1.1 Sets . . . . 6";
        assert_eq!(ending(text), Some(("1.1 Sets".len(), Some(6))));
        assert_eq!(ending("Preface…xiv"), Some(("Preface".len(), None)));
        for text in ["1.3 Formulating Abstractions", "", "7", "…"] {
            assert_eq!(ending(text), None, "{text}");
        }
    }

    #[test]
    fn titles_are_compared_without_numbers_and_case() {
        assert_eq!(key("Chapter 3: The Sets"), key("THE SETS"));
        assert_eq!(key("12"), "12");
    }
}

//! Arbitrary pages through blocks, sections and Markdown: what must hold of any book. A
//! test run takes a hundred books; `FUZZ_MINUTES` makes it as many as fit.

mod chance;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use ultudy_domain::section::{ExtractedSection, PAGES_MAX, split_pages};

pub(crate) use self::chance::Chance;
use crate::{
    child::read::section,
    formula, headings,
    layout::{self, Line, Page, Picture, Typography},
    markdown, pdf, sections,
};

/// Books of an ordinary test run.
const BOOKS: u64 = 100;
/// Books that once broke a rule.
const FOUND: [u64; 1] = [600_361];

/// Makes a book and checks what must hold of it.
fn book(seed: u64) {
    let mut chance = Chance(seed);
    let count = chance.below(1..60);
    let mut pages: Vec<Page> = (1..=count)
        .map(|number| page(&mut chance, number))
        .collect();
    let outline = chance.outline(count);
    let folios = headings::folios(&pages);
    layout::drop_running_lines(&mut pages);
    let before = letters_of(&pages);
    layout::mark_tables(&mut pages);
    layout::set_footnotes_apart(&mut pages);
    let typography = Typography::measure(&pages);
    layout::settle_asides(&mut pages, &typography);
    assert_eq!(letters_of(&pages), before);
    layout::join_tables(&mut pages);
    let found = headings::find(&pages, &typography, folios);
    for page in &pages {
        nothing_visible_is_lost(page, &typography);
    }
    let division = sections::divide(&pages, &outline, &found, typography.body);
    let parts = division.parts.iter();
    let sections: Vec<_> = parts
        .map(|part| section(&pages, part, &typography))
        .collect();
    in_order_and_bearable(&sections, count);
}

/// Lines of any kind, or what is made of any print and drawings.
fn page(chance: &mut Chance, number: u32) -> Page {
    if !chance.one_in(8) {
        return chance.page(number);
    }
    let mut page = pdf::fuzz::page(chance, number);
    let drawings = std::mem::take(&mut page.drawings);
    let labels = drawings.iter().flat_map(|drawing| &drawing.labels);
    page.lines.iter().chain(labels).for_each(is_well_made);
    let pictures: Vec<Picture> = drawings.iter().map(|drawing| drawing.picture(1)).collect();
    layout::place_figures(&mut page, &pictures);
    page
}

/// Its formulas stand in its text, one after the other, and can be set.
fn is_well_made(line: &Line) {
    let sides = [
        line.left,
        line.right,
        line.baseline,
        line.size,
        line.advance,
    ];
    assert!(sides.iter().all(|side| side.is_finite()), "{line:?}");
    let mut last = 0;
    for formula in &line.formulas {
        assert!(formula.range.start >= last, "{line:?}");
        assert!(
            line.text
                .get(formula.range.clone())
                .is_some_and(|own| !own.is_empty()),
            "{line:?}"
        );
        last = formula.range.end;
        let sound = formula.latex.as_deref().is_none_or(formula::is_sound);
        assert!(sound, "{line:?}");
    }
}

fn nothing_visible_is_lost(page: &Page, typography: &Typography) {
    let text = markdown::plain(&layout::blocks(&page.lines, typography));
    let printed: String = page.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(letters(&text), letters(&printed), "page {}", page.number);
}

/// The letters of each page.
fn letters_of(pages: &[Page]) -> Vec<HashMap<char, usize>> {
    let text = |page: &Page| {
        page.lines
            .iter()
            .map(|line| line.text.as_str())
            .collect::<String>()
    };
    pages.iter().map(|page| letters(&text(page))).collect()
}

/// How often each letter and digit comes. Accents on their own are none, though Unicode counts
/// two of them: what stands over a sign is in its formula, not in its text.
fn letters(text: &str) -> HashMap<char, usize> {
    const ACCENTS: [char; 2] = ['ˆ', 'ˇ'];
    let mut counts = HashMap::new();
    let is_letter = |c: &char| c.is_alphanumeric() && !ACCENTS.contains(c);
    for c in text.chars().filter(is_letter) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

fn in_order_and_bearable(sections: &[ExtractedSection], count: u32) {
    assert!(!sections.is_empty(), "no section");
    let mut last = 1;
    for section in sections {
        let (start, end) = (section.page_start, section.page_end);
        assert!(
            last <= start && start <= end && end <= count,
            "{start}–{end} after {last}"
        );
        assert!(end - start < PAGES_MAX, "{start}–{end} is too long");
        assert!(!section.name.trim().is_empty(), "no name");
        let marked = split_pages(&section.markdown, start);
        let numbers: Vec<u32> = marked.iter().map(|(page, _)| *page).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert!(
            numbers.iter().all(|page| (start..=end).contains(page)),
            "{numbers:?}"
        );
        last = start;
    }
}

#[test]
fn what_was_found_once_holds() {
    FOUND.into_iter().for_each(book);
}

#[test]
fn what_must_hold_of_a_book_holds_of_any() {
    let minutes: Option<u64> = std::env::var("FUZZ_MINUTES")
        .ok()
        .map(|n| n.parse().unwrap());
    let begun = Instant::now();
    let first = std::env::var("FUZZ_SEED").map_or(0, |seed| seed.parse().unwrap());
    let mut seed = first;
    let more = |seed: u64| match minutes {
        Some(minutes) => begun.elapsed() < Duration::from_secs(60 * minutes),
        None => seed < first + BOOKS,
    };
    while more(seed) {
        let ended = std::panic::catch_unwind(|| book(seed));
        assert!(ended.is_ok(), "the book of FUZZ_SEED={seed}");
        seed += 1;
    }
    eprintln!("{} books, seeds from {first}", seed - first);
}

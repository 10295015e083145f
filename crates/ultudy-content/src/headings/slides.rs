//! Slides: every page has a title, and a topic runs over several.

use super::{
    Printed,
    candidate::{self, Candidate},
    contents,
};
use crate::layout::{Page, Typography};

/// Fewest slides of a deck.
const SLIDES_MIN: usize = 5;

/// Most lines of a slide, on average.
const LINES_MAX: usize = 20;

/// Share of the pages, in percent, that begin with a large title.
const TITLED_MIN: usize = 60;

/// How much larger than the deck's text a slide's title is.
const TITLE_RATIO: f32 = 1.2;

/// Share of a slide's height above which the titles of slides stand.
const MIDDLE: f32 = 0.75;

/// Whether the document is a deck of slides: few lines on a page, a title at the top of
/// most.
pub(super) fn is_deck(pages: &[Page], typography: &Typography) -> bool {
    let filled = || pages.iter().filter(|page| !page.lines.is_empty());
    let count = filled().count();
    let lines: usize = pages.iter().map(|page| page.lines.len()).sum();
    let titled = filled().filter(|page| {
        page.lines
            .first()
            .is_some_and(|line| line.size >= typography.body * TITLE_RATIO)
    });
    count >= SLIDES_MIN && lines <= LINES_MAX * count && titled.count() * 100 >= TITLED_MIN * count
}

/// The titles, without those that repeat the title of the slide before. Where some slides
/// hold nothing but a title, those begin the deck's parts.
pub(super) fn topics(pages: &[Page], typography: &Typography) -> Vec<Printed> {
    let mut found: Vec<(bool, Printed)> = Vec::new();
    let mut before = String::new();
    for (at, page) in pages.iter().enumerate() {
        let titles = candidate::of_page(at, page, typography);
        let Some(title) = titles
            .into_iter()
            .find(|title| title.size >= typography.body * TITLE_RATIO)
        else {
            continue;
        };
        let key = key(&title.title);
        if key == before {
            continue;
        }
        before = key;
        let divides = at > 0 && stands_alone(page, &title);
        let Candidate {
            title,
            page,
            line,
            lines,
            ..
        } = title;
        found.push((
            divides,
            Printed {
                title,
                level: 1,
                page,
                line,
                lines,
            },
        ));
    }
    let dividers = found.iter().filter(|(divides, _)| *divides).count();
    let has_parts = dividers >= 2 && dividers * 3 <= found.len();
    let level = |divides: bool| if has_parts && !divides { 2 } else { 1 };
    found
        .into_iter()
        .map(|(divides, topic)| Printed {
            level: level(divides),
            ..topic
        })
        .collect()
}

/// Whether a slide holds nothing but its title, away from where titles of slides with a
/// picture stand.
fn stands_alone(page: &Page, title: &Candidate) -> bool {
    let highest = page.bottom + MIDDLE * (page.top - page.bottom);
    let low = page
        .lines
        .get(title.line)
        .is_some_and(|line| line.baseline < highest);
    low && page.lines.len() == title.lines
}

/// "Sets (2/3)" and "Sets (cont.)" go on with "Sets".
fn key(title: &str) -> String {
    let bare = title.split_once('(').map_or(title, |(bare, _)| bare);
    let key = contents::key(bare);
    let counted = key.trim_end_matches(|c: char| c.is_numeric());
    if counted.is_empty() {
        contents::key(title)
    } else {
        counted.to_owned()
    }
}

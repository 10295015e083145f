//! Running heads and page numbers: what repeats at the edge of page after page.

use std::collections::HashMap;

use super::{Line, Page, Typography};
use crate::headings::is_label;

/// Share of the page's height, at either end, where running lines stand.
const EDGE: f32 = 0.2;

/// Lines looked at from either end.
const DEPTH: usize = 2;

/// Pages on which a line stands before it counts as running.
const REPEATS: usize = 3;

/// Fewest lines of a page that may show which lines run: on an emptier page the line at
/// the edge is the text.
const LINES_MIN: usize = 4;

/// Share of the pages that have a running line at one height, for every outermost line
/// there to count as one.
const BAND_SHARE: f32 = 0.3;

/// A place on the page, to the point.
type Height = i64;

/// Drops running lines from all pages. A heading set larger than the text stays, however
/// often it repeats: on slides it is one.
pub(crate) fn drop_running_lines(pages: &mut [Page]) {
    let body = Typography::measure(pages).body;
    let mut repeats: HashMap<(Height, String), usize> = HashMap::new();
    for page in pages.iter().filter(|page| page.lines.len() >= LINES_MIN) {
        for line in edge_lines(page, body, DEPTH) {
            *repeats.entry(key(line)).or_default() += 1;
        }
    }
    repeats.retain(|_, count| *count >= REPEATS);
    let mut bands: HashMap<Height, usize> = HashMap::new();
    for ((height, _), count) in &repeats {
        *bands.entry(*height).or_default() += count;
    }
    bands.retain(|_, count| share(*count, pages.len()) >= BAND_SHARE);
    for page in pages {
        let repeated =
            edge_lines(page, body, DEPTH).filter(|line| repeats.contains_key(&key(line)));
        // A line that was given is a whole paragraph, and all begin at the same height.
        let in_band = edge_lines(page, body, 1)
            .filter(|line| line.given.is_none() && bands.contains_key(&height(line)));
        let running: Vec<Line> = repeated.chain(in_band).cloned().collect();
        page.lines.retain(|line| !running.contains(line));
    }
}

/// The outermost lines at the edges, so many from either end, that are no larger than the
/// text.
fn edge_lines(page: &Page, body: f32, depth: usize) -> impl Iterator<Item = &Line> {
    let edge = (page.top - page.bottom) * EDGE;
    let (upper, lower) = (page.top - edge, page.bottom + edge);
    let mut heights: Vec<Height> = page.lines.iter().map(height).collect();
    heights.sort_unstable();
    heights.dedup();
    let highest: Vec<Height> = heights.iter().rev().take(depth).copied().collect();
    let lowest: Vec<Height> = heights.iter().take(depth).copied().collect();
    let titles = page.lines.iter().skip(1).map(Some).chain([None]);
    let lines = page.lines.iter().zip(titles);
    // "Chapter 3" above a large title belongs to it, on however many pages it stands so.
    let own = lines.filter(move |(line, next)| {
        let titled = next.is_some_and(|next| next.size > body * 1.1);
        !(titled && is_label(&line.text))
    });
    own.map(|(line, _)| line).filter(move |line| {
        let outside = (line.baseline > upper && highest.contains(&height(line)))
            || (line.baseline < lower && lowest.contains(&height(line)));
        outside && line.size <= body * 1.1
    })
}

/// The same line on another page: same height, same words, any number.
fn key(line: &Line) -> (Height, String) {
    let mut words = String::new();
    for c in line.text.chars() {
        match c {
            c if c.is_alphabetic() => words.push(c),
            c if c.is_numeric() && !words.ends_with('#') => words.push('#'),
            _ => {}
        }
    }
    let numeral = words.chars().all(|c| "ivxlcdm".contains(c));
    (height(line), if numeral { "#".to_owned() } else { words })
}

fn height(line: &Line) -> Height {
    line.baseline.round() as Height
}

fn share(some: usize, all: usize) -> f32 {
    some as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use ultudy_domain::page_text::{PageBlock, PageText, Span};

    use super::*;
    use crate::layout::given;

    /// A page of paragraphs that were given.
    fn page(number: u32, paragraphs: Vec<String>) -> Page {
        let mut page = Page {
            top: 792.0,
            width: 612.0,
            ..Page::empty(number)
        };
        let blocks = paragraphs.into_iter().map(|words| PageBlock::Paragraph {
            text: vec![Span::Words(words)],
        });
        let blocks = blocks.collect();
        given(&mut page, &PageText { blocks }, 10.0);
        page
    }

    /// A model leaves a running head out on some pages and copies it on others.
    #[test]
    fn of_what_was_given_goes_what_repeats_and_no_paragraph_beside_it() {
        const HEAD: &str = "Cell biology";
        let letters = |number: u32| char::from_u32(96 + number).into_iter().collect::<String>();
        let mut pages: Vec<Page> = (1..=8)
            .map(|number| {
                let own = |place: u32| format!("{} {}", letters(number), letters(place));
                let head = (number % 2 == 0).then(|| HEAD.to_owned());
                page(number, head.into_iter().chain((1..=5).map(own)).collect())
            })
            .collect();
        drop_running_lines(&mut pages);
        for page in &pages {
            let texts: Vec<&str> = page.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(texts.len(), 5, "page {}: {texts:?}", page.number);
            assert!(!texts.contains(&HEAD), "page {}", page.number);
        }
    }
}

//! What holds for any arrangement of lines.

use proptest::prelude::*;

use super::{divide, equal::PAGES_MAX};
use crate::{
    headings,
    layout::{Line, Page, Typography},
    pdf::OutlineEntry,
};

fn line() -> impl Strategy<Value = Line> {
    let words = prop::sample::select(vec![
        "Chapter 3",
        "1.2 Sets",
        "SEVEN",
        "Sets",
        "Index",
        "🙂🙂",
        "4",
        "Maps . . . . 7",
        "第1章 序論",
        "A set is a collection of things.",
        "Exercise 4",
        "x",
        "",
        "é.",
        "II. Maps",
        "Contents",
    ]);
    let size = prop::sample::select(vec![1.0_f32, 9.0, 10.0, 10.5, 14.0, 30.0]);
    (words, size, any::<bool>(), any::<bool>(), -50.0_f32..900.0).prop_map(
        |(text, size, bold, monospace, baseline)| Line {
            text: text.to_owned(),
            left: 72.0,
            right: 300.0,
            baseline,
            size,
            advance: 5.0,
            bold,
            monospace,
            ..Line::default()
        },
    )
}

fn document() -> impl Strategy<Value = Vec<Page>> {
    let page = prop::collection::vec(line(), 0..12);
    prop::collection::vec(page, 1..40).prop_map(|pages| {
        let pages = (1..).zip(pages);
        let page = |(number, lines)| Page {
            top: 792.0,
            width: 612.0,
            lines,
            ..Page::empty(number)
        };
        pages.map(page).collect()
    })
}

fn outline() -> impl Strategy<Value = Vec<OutlineEntry>> {
    let entry = (
        prop::sample::select(vec!["Sets", "Maps", "1.2 Sets", "?"]),
        1..5_u8,
        0..60_u32,
    );
    let entry = entry.prop_map(|(title, level, page)| OutlineEntry {
        title: title.to_owned(),
        level,
        page,
        top: None,
    });
    prop::collection::vec(entry, 0..8)
}

proptest! {
    #[test]
    fn sections_run_in_order_and_are_short_and_named(mut pages in document(), outline in outline()) {
        let typography = Typography::measure(&pages);
        let folios = headings::folios(&pages);
        let found = headings::find(&pages, &typography, folios);
        headings::mark(&mut pages, &found.headings);
        let division = divide(&pages, &outline, &found, typography.body);
        prop_assert!(!division.parts.is_empty());
        let mut last = (0, 0);
        for part in &division.parts {
            let range = part.page_range();
            prop_assert!((1..=PAGES_MAX).contains(&range.len()), "{part:?}");
            prop_assert!(range.end <= pages.len() && last <= (part.start.page, part.start.line), "{part:?}");
            prop_assert!(!part.name().trim().is_empty(), "{part:?}");
            last = (part.end.page, part.end.line);
        }
        for heading in &found.headings {
            prop_assert!((1..=6).contains(&heading.level) && !heading.title.trim().is_empty());
            prop_assert!(heading.line + heading.lines <= pages[heading.page].lines.len());
        }
    }
}

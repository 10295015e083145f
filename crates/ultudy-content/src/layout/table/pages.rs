//! Tables that go on over a page's end.

use super::{
    super::{Line, Page, Text},
    columns, rows,
};

/// Puts the rows of a table that goes on at the top of the next page, in the same columns,
/// behind those it has, without the head that is printed again.
pub(crate) fn join_tables(pages: &mut [Page]) {
    // The page of the table that may go on.
    let mut open: Option<usize> = None;
    for at in 0..pages.len() {
        let (before, [page, ..]) = pages.split_at_mut(at) else {
            return;
        };
        let upper = open.and_then(|open| before.get_mut(open));
        let moved = upper.is_some_and(|upper| join(upper, page));
        let text = || page.lines.iter().filter(|line| line.note.is_none());
        let goes_on = text().next_back().is_some_and(|last| last.table.is_some());
        let none_left = moved && text().next().is_none();
        if !none_left {
            open = goes_on.then_some(at);
        }
    }
}

/// Moves the table that the lower page begins with, if it goes on with the one that the
/// upper page ends with.
fn join(upper: &mut Page, lower: &mut Page) -> bool {
    let Some((end, start)) = last_table(&upper.lines) else {
        return false;
    };
    let next = table(&lower.lines);
    let Some(skipped) = goes_on(&upper.lines[start..=end], next) else {
        return false;
    };
    let length = next.len();
    let Some(baseline) = upper.lines.get(end).map(|line| line.baseline) else {
        return false;
    };
    let moved = lower.lines.drain(..length).skip(skipped).map(|mut line| {
        // Below all that stands on the page before.
        line.baseline = baseline;
        if let Some(table) = &mut line.table {
            table.first = false;
        }
        line
    });
    let moved: Vec<Line> = moved.collect();
    upper.lines.splice(end + 1..end + 1, moved);
    true
}

/// Where the table that the lines end with, but for notes, ends and begins.
fn last_table(lines: &[Line]) -> Option<(usize, usize)> {
    let end = lines.iter().rposition(|line| line.note.is_none())?;
    lines.get(end)?.table.as_ref()?;
    let is_first = |line: &Line| line.table.as_ref().is_some_and(|table| table.first);
    let start = lines.get(..=end)?.iter().rposition(is_first)?;
    Some((end, start))
}

/// The lines of the table that the lines begin with; none if they do not.
fn table(lines: &[Line]) -> &[Line] {
    let goes_on = |(at, line): &(usize, &Line)| {
        let table = line.table.as_ref();
        table.is_some_and(|table| table.first == (*at == 0))
    };
    let length = lines.iter().enumerate().take_while(goes_on).count();
    &lines[..length]
}

/// Whether the second table goes on with the first, and how many of its lines say its head
/// again.
fn goes_on(first: &[Line], second: &[Line]) -> Option<usize> {
    let table = |lines: &[Line]| lines.first()?.table.clone();
    let (one, other) = (table(first)?, table(second)?);
    if !columns::stand_alike(&one.places, &other.places) {
        return None;
    }
    let head_of = |lines: &[Line]| {
        let begins = |line: &&Line| line.table.as_ref().is_some_and(|table| table.begins_row);
        let more = lines
            .iter()
            .skip(1)
            .take_while(|line| !begins(line))
            .count();
        lines.get(..=more).map(<[Line]>::to_vec)
    };
    let (head, again) = (head_of(first)?, head_of(second)?);
    let texts = |lines: &[Line]| -> Vec<String> {
        let cells = rows(lines).into_iter().flatten();
        cells.map(|cell: Text| cell.to_string()).collect()
    };
    let bold = |lines: &[Line]| lines.iter().all(|line| line.bold);
    if texts(&head) == texts(&again) {
        Some(again.len())
    } else {
        // A head of its own begins a table of its own.
        let own = bold(&again) && !bold(second);
        (!own).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::TableLine, *};

    /// A page of lines, those with bars between cells of one table; `*` before bold ones.
    fn page(number: u32, texts: &[&str]) -> Page {
        let mut first = true;
        let lines = texts.iter().enumerate().map(|(at, text)| {
            let bare = text.trim_start_matches('*');
            let cells: Vec<&str> = bare.split('|').collect();
            let table = (cells.len() > 1).then(|| TableLine {
                columns: cells.len(),
                first: std::mem::take(&mut first),
                begins_row: true,
                cells: cells
                    .iter()
                    .map(|cell| (*cell).into())
                    .enumerate()
                    .collect(),
                places: (0..cells.len())
                    .map(|at| (100.0 * at as f32, 100.0 * at as f32 + 40.0))
                    .collect(),
            });
            Line {
                text: bare.replace('|', " "),
                bold: text.starts_with('*'),
                baseline: 700.0 - 12.0 * at as f32,
                table,
                ..Line::default()
            }
        });
        Page {
            lines: lines.collect(),
            ..Page::empty(number)
        }
    }

    fn joined(pages: &[&[&str]]) -> Vec<Vec<String>> {
        let mut pages: Vec<Page> = (1..).zip(pages).map(|(n, texts)| page(n, texts)).collect();
        join_tables(&mut pages);
        let texts = |page: Page| page.lines.into_iter().map(|line| line.text).collect();
        pages.into_iter().map(texts).collect()
    }

    #[test]
    fn a_table_goes_on_over_pages_and_says_its_head_once() {
        assert_eq!(
            joined(&[
                &["Text.", "*a|b", "1|2", "3|4"],
                &["*a|b", "5|6"],
                &["7|8", "Text."]
            ]),
            [
                vec!["Text.", "a b", "1 2", "3 4", "5 6", "7 8"],
                vec![],
                vec!["Text."]
            ]
        );
    }

    #[test]
    fn another_head_text_between_or_other_columns_begin_another_table() {
        for next in [
            &["*c|d", "5|6"] as &[&str],
            &["Table 2: More", "5|6"],
            &["5|6|7", "8|9|0"],
        ] {
            let pages = joined(&[&["*a|b", "1|2", "3|4"], next]);
            assert_eq!(pages[0].len(), 3, "{next:?}");
        }
        let pages = joined(&[&["*a|b", "1|2", "Text."], &["5|6", "7|8"]]);
        assert_eq!(pages[0].len(), 3);
    }
}

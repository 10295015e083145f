//! Notes in the margin of the running text.

use super::{Row, edges};

/// Fewest rows of text that reach from edge to edge, but for a tenth, and rows of notes.
const TEXT_MIN: usize = 8;
const NOTES_MIN: usize = 2;

/// Share of the text's rows that go on with the sentence of the row before.
const RUN_ON_MIN: f32 = 0.3;

/// Widest margin, and most rows that cross it, in shares of the text's.
const WIDTH_MAX: f32 = 0.45;
const CROSSING_MAX: f32 = 0.2;

/// Least space, in ems, between text and margin.
const SPACE: f32 = 0.7;

/// How much smaller the print of notes before the text is: else they are labels.
const SMALLER: f32 = 0.95;

/// Distance, in ems, between the last row of a note and the next note.
const NOTES_APART: f32 = 1.7;

/// Places looked at for a margin behind the text.
const PLACES_MAX: usize = 3;

/// Parts notes from the text; each comes behind the row it begins beside.
pub(super) fn apart(rows: Vec<Row>) -> Vec<Row> {
    if rows.len() < TEXT_MIN {
        return rows;
    }
    let edges = edges::common(&rows, NOTES_MIN);
    let behind = edges
        .iter()
        .rev()
        .take(PLACES_MAX)
        .map(|(edge, _)| (edge - 1.0, false));
    let text = edges.iter().max_by_key(|(_, count)| *count);
    let before = text.into_iter().map(|(edge, _)| (edge - 1.0, true));
    let margin = behind
        .chain(before)
        .find(|(x, before)| is_margin(&rows, *x, *before));
    match margin {
        Some((x, before)) => parted(rows, x, before),
        None => rows,
    }
}

fn is_margin(rows: &[Row], x: f32, before: bool) -> bool {
    let (mut text, mut notes, mut crossing) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        for stretch in row.stretches() {
            match (stretch.0 >= x, stretch.1 <= x) {
                (false, false) => crossing += 1,
                (is_behind, _) if is_behind == before => text.push(stretch),
                _ => notes.push(stretch),
            }
        }
    }
    if text.len() < TEXT_MIN || notes.len() < NOTES_MIN || notes.len() > text.len() {
        return false;
    }
    let em = rows.first().map_or(10.0, |row| row.size);
    let (own, other) = (edges::extent(&text), edges::extent(&notes));
    let space = if before {
        own.0 - other.1
    } else {
        other.0 - own.1
    };
    space >= SPACE * em
        && other.1 - other.0 <= WIDTH_MAX * (own.1 - own.0)
        && crossing as f32 <= CROSSING_MAX * text.len() as f32
        && edges::full(&text, 0.1) * text.len() as f32 >= TEXT_MIN as f32
        && reads_as_notes(rows, x, before)
}

/// By their words: the text runs on, the notes are words and, before the text, small.
fn reads_as_notes(rows: &[Row], x: f32, before: bool) -> bool {
    let (mut text, mut notes) = (Vec::new(), Vec::new());
    for row in rows {
        let (left, right) = row.clone().split(x);
        let (note, own) = if before { (left, right) } else { (right, left) };
        text.extend(own.and_then(Row::into_line));
        notes.extend(note.and_then(Row::into_line));
    }
    let words = |text: &str| {
        text.split(|c: char| !c.is_alphabetic())
            .any(|word| word.chars().count() > 2)
    };
    let wordy = notes.iter().filter(|line| words(&line.text)).count();
    let size = |lines: &[crate::layout::Line]| {
        let sizes = lines.iter().map(|line| line.size);
        sizes.fold(0.0, f32::max)
    };
    let small = size(&notes) <= SMALLER * size(&text);
    let texts: Vec<String> = text.into_iter().map(|line| line.text).collect();
    wordy * 5 >= notes.len() * 3 && (small || !before) && edges::runs_on(&texts) >= RUN_ON_MIN
}

fn parted(rows: Vec<Row>, x: f32, before: bool) -> Vec<Row> {
    let mut text = Vec::with_capacity(rows.len());
    let mut notes: Vec<Row> = Vec::new();
    for row in rows {
        if row
            .stretches()
            .iter()
            .any(|(left, right)| *left < x && *right > x)
        {
            text.push((row, Vec::new()));
            continue;
        }
        let (left, right) = row.split(x);
        let (note, own) = if before { (left, right) } else { (right, left) };
        text.extend(own.map(|own| (own, Vec::new())));
        notes.extend(note);
    }
    notes.sort_by(|a, b| b.baseline.total_cmp(&a.baseline));
    let mut last: Option<(f32, usize)> = None;
    for note in notes {
        let near = last.filter(|(above, _)| above - note.baseline <= NOTES_APART * note.size);
        let place = near.map_or_else(|| nearest(&text, note.baseline), |(_, place)| place);
        last = Some((note.baseline, place));
        if let Some((_, beside)) = text.get_mut(place) {
            beside.push(note.into_note(near.is_none()));
        }
    }
    text.into_iter()
        .flat_map(|(row, beside)| std::iter::once(row).chain(beside))
        .collect()
}

/// The row of the text at this height.
fn nearest(text: &[(Row, Vec<Row>)], baseline: f32) -> usize {
    let distance = |(row, _): &(Row, Vec<Row>)| (row.baseline - baseline).abs();
    let nearest = text
        .iter()
        .map(distance)
        .enumerate()
        .min_by(|(_, a), (_, b)| a.total_cmp(b));
    nearest.map_or(0, |(at, _)| at)
}

//! Notes in the margin behind the paragraphs they stand beside.

use super::{Line, Page, Typography, blocks};

/// Moves notes that stand between the lines of a paragraph behind it.
pub(crate) fn settle_notes(pages: &mut [Page], typography: &Typography) {
    for page in pages {
        if page.lines.iter().any(|line| line.note.is_some()) {
            page.lines = settled(std::mem::take(&mut page.lines), typography);
        }
    }
}

fn settled(lines: Vec<Line>, typography: &Typography) -> Vec<Line> {
    let mut text = Vec::with_capacity(lines.len());
    // With how many lines of text stand before each.
    let mut notes: Vec<(usize, Line)> = Vec::new();
    for line in lines {
        if line.note.is_some() {
            notes.push((text.len(), line));
        } else {
            text.push(line);
        }
    }
    let mut notes = notes.into_iter().peekable();
    let mut end = 0;
    let mut settled = Vec::new();
    for run in blocks::runs(&text, typography) {
        end += run.len();
        settled.extend_from_slice(run);
        while let Some((_, note)) = notes.next_if(|(before, _)| *before <= end) {
            settled.push(note);
        }
    }
    settled.extend(notes.map(|(_, note)| note));
    settled
}

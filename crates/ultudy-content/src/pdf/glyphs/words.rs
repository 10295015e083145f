//! Printed characters as words, numbers and single signs.

use super::{Sign, strokes};
use crate::{
    formula::{Face, Glyph, segments},
    pdf::{is_spaceless, text},
};

/// Gap between words, in ems, from which there is a space between them; the same beside a
/// character of a script without spaces.
const WORD_GAP: f32 = 0.15;
const WIDE_WORD_GAP: f32 = 0.6;

/// Most glyphs whose spaces are looked at again.
const GLYPHS_MAX: usize = 400;

/// Characters of lines one above the other, from left to right: each line's words are its
/// own, whatever stands between their letters above and below.
pub(super) fn of_lines(signs: &[Sign]) -> Vec<Glyph> {
    let mut order: Vec<&Sign> = signs.iter().collect();
    order.sort_by(|a, b| {
        let down = b.baseline.total_cmp(&a.baseline);
        down.then_with(|| a.left.total_cmp(&b.left))
    });
    let lines = order.chunk_by(|a, b| (a.baseline - b.baseline).abs() < 0.1);
    let mut found = Vec::new();
    for line in lines {
        let mut line: Vec<Sign> = line.iter().map(|sign| (*sign).clone()).collect();
        line.sort_by(|a, b| a.left.total_cmp(&b.left));
        found.extend(of(&line));
    }
    found.sort_by(|a, b| a.left.total_cmp(&b.left));
    if found.len() <= GLYPHS_MAX {
        let spaced: Vec<bool> = found
            .iter()
            .map(|glyph| is_spaced_in(glyph, &found))
            .collect();
        for (glyph, spaced) in found.iter_mut().zip(spaced) {
            glyph.spaced = spaced;
        }
    }
    strokes::joined(found)
}

/// Whether there is a space before a glyph among others: something stands before it, and
/// nothing at its height reaches up to it.
fn is_spaced_in(glyph: &Glyph, all: &[Glyph]) -> bool {
    let least = WORD_GAP * glyph.size;
    let mut before = all.iter().filter(|other| {
        // A tall sign hangs from somewhere else.
        let hung = [glyph, other].iter().any(|one| one.face == Face::Extension);
        let reach = if hung { 2.2 } else { 0.62 };
        let near = (other.baseline - glyph.baseline).abs() < reach * glyph.size.max(other.size);
        near && other.left < glyph.left
    });
    let mut some = false;
    let met = before.any(|other| {
        some = true;
        glyph.left - other.right < least
    });
    some && !met
}

/// Characters from left to right as words, numbers and single signs.
pub(super) fn of(signs: &[Sign]) -> Vec<Glyph> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < signs.len() {
        let length = 1 + signs[start..]
            .windows(2)
            .take_while(|pair| are_together(&pair[0], &pair[1]))
            .count();
        let gap = start
            .checked_sub(1)
            .map(|before| (&signs[before], &signs[start]));
        let spaced = gap.is_some_and(|(before, after)| is_spaced(before, after));
        push_run(&mut found, &signs[start..start + length], spaced);
        start += length;
    }
    strokes::joined(found)
}

fn are_together(before: &Sign, after: &Sign) -> bool {
    before.face == after.face
        && (before.size - after.size).abs() < 0.1
        && (before.baseline - after.baseline).abs() < 0.1
        && !is_spaced(before, after)
}

fn is_spaced(before: &Sign, after: &Sign) -> bool {
    let wide = [before, after]
        .iter()
        .any(|sign| is_spaceless(sign.character));
    let least = if wide { WIDE_WORD_GAP } else { WORD_GAP };
    after.left - before.right > least * before.size.min(1.5 * after.size)
}

pub(super) fn cleaned(sign: &Sign) -> String {
    text::clean(sign.character.encode_utf8(&mut [0; 4]))
}

/// Cuts a run of one face without gaps.
fn push_run(found: &mut Vec<Glyph>, run: &[Sign], spaced: bool) {
    let mut characters = Vec::with_capacity(run.len());
    let mut owners = Vec::with_capacity(run.len());
    for (at, sign) in run.iter().enumerate() {
        for character in cleaned(sign).chars() {
            characters.push(if sign.face == Face::Extension {
                large(character)
            } else {
                character
            });
            owners.push(at);
        }
    }
    let Some(first) = run.first() else { return };
    for segment in segments(&characters, first.face.is_mathematical()) {
        let (left, right) = (&run[owners[segment.start]], &run[owners[segment.end - 1]]);
        found.push(Glyph {
            spaced: spaced && segment.start == 0,
            text: characters[segment].iter().collect(),
            latex: None,
            left: left.left,
            right: right.right,
            baseline: first.baseline,
            size: first.size,
            face: first.face,
        });
    }
}

/// The sign for many things where fonts name that for two.
fn large(sign: char) -> char {
    match sign {
        '∪' => '⋃',
        '∩' => '⋂',
        '∧' => '⋀',
        '∨' => '⋁',
        '⊔' => '⨆',
        '⊕' => '⨁',
        '⊗' => '⨂',
        '⊙' => '⨀',
        '⊎' => '⨄',
        other => other,
    }
}

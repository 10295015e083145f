//! Where the stretches of rows begin.

use super::Row;

/// Distance, in points, within which stretches begin alike.
const ALIKE: f32 = 2.0;

/// Where several stretches begin, as the least of them, with how many do, from the left.
pub(super) fn common(rows: &[Row], least: usize) -> Vec<(f32, usize)> {
    let stretches = rows.iter().flat_map(Row::stretches);
    let mut lefts: Vec<f32> = stretches.map(|(left, _)| left).collect();
    lefts.sort_by(f32::total_cmp);
    let mut edges: Vec<(f32, usize)> = Vec::new();
    for left in lefts {
        match edges.last_mut() {
            Some((edge, count)) if left - *edge <= ALIKE => *count += 1,
            _ => edges.push((left, 1)),
        }
    }
    edges.retain(|(_, count)| *count >= least);
    edges
}

/// Where rows begin and end.
pub(super) fn extent(extents: &[(f32, f32)]) -> (f32, f32) {
    let left = extents
        .iter()
        .map(|(left, _)| *left)
        .fold(f32::MAX, f32::min);
    let right = extents
        .iter()
        .map(|(_, right)| *right)
        .fold(f32::MIN, f32::max);
    (left, right)
}

/// The share of lines that reach from edge to edge, but for so large a part of it.
pub(super) fn full(extents: &[(f32, f32)], short: f32) -> f32 {
    let (left, right) = extent(extents);
    let is_full = |(a, b): &&(f32, f32)| b - a >= (1.0 - short) * (right - left);
    share(extents.iter().filter(is_full).count(), extents.len())
}

/// The share of lines that go on with the sentence of the line before.
pub(super) fn runs_on(texts: &[String]) -> f32 {
    let goes_on = |(upper, lower): &(&String, &String)| {
        let begins = lower.chars().next();
        let small = begins.is_some_and(|c| c.is_alphabetic() && !c.is_uppercase());
        small && !crate::layout::ends_sentence(upper)
    };
    let pairs = || texts.iter().zip(texts.iter().skip(1));
    share(pairs().filter(goes_on).count(), pairs().count())
}

fn share(some: usize, all: usize) -> f32 {
    some as f32 / all.max(1) as f32
}

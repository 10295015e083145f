//! Vectors as a model of sentences makes them: of several hundred dimensions, but what they tell apart is
//! far less, and passages crowd around topics.

use std::sync::OnceLock;

/// Dimensions.
pub const DIMENSIONS: usize = 384;
/// What they tell apart, and how far passages of a topic are from its middle and the rest is chance.
const TOLD: usize = 48;
const TOPICS: u64 = 5_000;
const SPREAD: f32 = 0.8;
const CHANCE: f32 = 0.3;

/// The vector of the `n`-th passage, not normalised.
pub fn passage(n: u64) -> Vec<f32> {
    vector(n)
}

/// The vector of the `n`-th query: as one of a passage that nobody has.
pub fn query(n: u64) -> Vec<f32> {
    vector(n | 1 << 60)
}

fn vector(n: u64) -> Vec<f32> {
    let topic = hashed(n, 1 << 32) % TOPICS;
    let mut told = [0.0; TOLD];
    for (place, value) in (0..).zip(&mut told) {
        let middle = gauss(topic | 1 << 61, place);
        *value = middle + SPREAD * gauss(n, place);
    }
    let by_place = (TOLD as u64..).zip(directions());
    by_place
        .map(|(place, direction)| {
            let product: f32 = direction.iter().zip(&told).map(|(a, b)| a * b).sum();
            product + CHANCE * gauss(n, place)
        })
        .collect()
}

/// Of each dimension, how much of what is told it holds.
fn directions() -> &'static [[f32; TOLD]] {
    static DIRECTIONS: OnceLock<Vec<[f32; TOLD]>> = OnceLock::new();
    DIRECTIONS.get_or_init(|| {
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        let scale = 1.0 / (TOLD as f32).sqrt();
        let direction = |dimension: usize| {
            let at = dimension as u64 | 1 << 62;
            std::array::from_fn(|place| scale * gauss(at, place as u64))
        };
        (0..DIMENSIONS).map(direction).collect()
    })
}

/// About normally distributed, with a deviation of one: the sum of four even chances.
#[allow(clippy::cast_precision_loss, reason = "eighteen bits")]
fn gauss(n: u64, place: u64) -> f32 {
    let bits = hashed(n, place);
    let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
    (sum as f32 / 65_536.0 - 2.0) * 1.732
}

/// The same chances each time (`SplitMix64`).
fn hashed(n: u64, place: u64) -> u64 {
    let mut bits = n
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(place.wrapping_mul(0xd1b5_4a32_d192_ed03));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

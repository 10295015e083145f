//! Vectors that stand for texts: how they are kept, and how alike two of them are.
//!
//! A vector is kept twice. Its *code*, a bit a dimension, is small enough for all of an owner's
//! passages to be looked through; its *bytes*, one a dimension, say how alike the few are that the
//! codes let through.

/// Bits of a word of a code.
const WORD: usize = 64;
/// The largest byte of a vector.
const BYTE_MAX: f32 = 127.0;

/// Dimensions of a vector at most, whoever makes it.
pub const DIMENSIONS_MAX: usize = 4_096;

/// A vector's code: a bit a dimension, set where it is above zero.
#[must_use]
pub fn code(vector: &[f32]) -> Vec<u64> {
    bits(vector, |value| value > 0.0)
}

/// Words of the code of so many dimensions.
#[must_use]
pub fn code_words(dimensions: usize) -> usize {
    dimensions.div_ceil(WORD)
}

/// A query, as codes are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedQuery {
    code: Vec<u64>,
    /// Dimensions that say something, and those that say much: a query of two words leaves most of
    /// them at zero, where a bit would be chance.
    told: Vec<u64>,
    large: Vec<u64>,
}

impl CodedQuery {
    /// Of a query's vector.
    #[must_use]
    pub fn new(vector: &[f32]) -> Self {
        let mut sizes: Vec<f32> = vector.iter().map(|value| value.abs()).collect();
        sizes.retain(|size| *size > 0.0);
        let middle = sizes.len() / 2;
        let median = match sizes.is_empty() {
            true => 0.0,
            false => *sizes.select_nth_unstable_by(middle, f32::total_cmp).1,
        };
        Self {
            code: code(vector),
            told: bits(vector, |value| value != 0.0),
            large: bits(vector, |value| value.abs() > median),
        }
    }

    /// How far a code is from it: bits that differ, those of large dimensions counted twice.
    #[must_use]
    pub fn distance(&self, code: &[u64]) -> u32 {
        let query = self.code.iter().zip(&self.told).zip(&self.large);
        query
            .zip(code)
            .map(|(((own, told), large), other)| {
                let differs = (own ^ other) & told;
                differs.count_ones() + (differs & large).count_ones()
            })
            .sum()
    }
}

/// A vector in a byte a dimension, as long as [`similarity`] needs it. None of one that has no
/// direction: all zero, or not finite.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    reason = "within ±127 by the division"
)]
pub fn bytes(vector: &[f32]) -> Option<Vec<u8>> {
    if !vector.iter().all(|value| value.is_finite()) {
        return None;
    }
    let largest = vector
        .iter()
        .fold(0.0, |most: f32, value| most.max(value.abs()));
    if largest < f32::MIN_POSITIVE {
        return None;
    }
    let byte = |value: &f32| ((value / largest * BYTE_MAX).round() as i8).cast_unsigned();
    Some(vector.iter().map(byte).collect())
}

/// The cosine of a vector and of one that is kept as [`bytes`]; 0 if their dimensions differ.
#[must_use]
pub fn similarity(query: &[f32], bytes: &[u8]) -> f32 {
    if query.len() != bytes.len() {
        return 0.0;
    }
    let (mut product, mut own, mut other) = (0.0, 0.0, 0.0);
    for (value, byte) in query.iter().zip(bytes) {
        let kept = f32::from(byte.cast_signed());
        product += value * kept;
        own += value * value;
        other += kept * kept;
    }
    let lengths = (own * other).sqrt();
    match lengths > 0.0 {
        true => product / lengths,
        false => 0.0,
    }
}

fn bits(vector: &[f32], is_set: impl Fn(f32) -> bool) -> Vec<u64> {
    let word = |values: &[f32]| {
        let set = values
            .iter()
            .enumerate()
            .filter(|(_, value)| is_set(**value));
        set.fold(0, |word, (place, _)| word | 1 << place)
    };
    vector.chunks(WORD).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_as_like_its_bytes_as_itself() {
        let vector: Vec<f32> = (0_u8..100).map(|n| (f32::from(n) * 0.7).sin()).collect();
        let kept = bytes(&vector).unwrap();
        assert!(similarity(&vector, &kept) > 0.999);
        let opposite: Vec<f32> = vector.iter().map(|value| -value).collect();
        assert!(similarity(&opposite, &kept) < -0.999);
        assert!(similarity(&[1.0], &kept).abs() < f32::EPSILON);
    }

    #[test]
    fn what_has_no_direction_is_no_vector() {
        for none in [&[0.0, 0.0][..], &[], &[f32::NAN, 1.0], &[f32::INFINITY]] {
            assert_eq!(bytes(none), None);
        }
    }

    #[test]
    fn codes_that_differ_in_large_dimensions_are_further() {
        let query = CodedQuery::new(&[0.9, -0.1, 0.1, 0.0]);
        assert_eq!(query.distance(&code(&[1.0, -1.0, 1.0, 1.0])), 0);
        assert_eq!(
            query.distance(&code(&[1.0, -1.0, 1.0, -1.0])),
            0,
            "nothing was asked there"
        );
        assert_eq!(query.distance(&code(&[1.0, 1.0, 1.0, 1.0])), 1);
        assert_eq!(query.distance(&code(&[-1.0, -1.0, 1.0, 1.0])), 2);
        assert_eq!(code(&[1.0; 65]), [u64::MAX, 1]);
        assert_eq!(code_words(65), 2);
    }
}

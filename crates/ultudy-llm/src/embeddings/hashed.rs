//! Vectors without a model: each word, and each run of characters in it, adds to a dimension that its
//! hash names (Weinberger et al., “Feature Hashing for Large Scale Multitask Learning”, 2009). So texts
//! are alike that share words, or parts of words: other forms of them, compounds, and misspellings, which
//! search by words does not find.

use std::time::Duration;

use async_trait::async_trait;
use ultudy_domain::search::{
    function_words,
    words::{Analyser, is_unspaced},
};

use super::{EmbedError, Embedder, EmbedderTraits, Purpose};
use crate::Bill;

/// Dimensions.
const DIMENSIONS: usize = 512;
/// Characters of a run within a word, whose ends count as characters.
const RUNS: [usize; 2] = [3, 4];
/// How much all runs of a word count beside the word itself.
const RUNS_WEIGHT: f32 = 1.5;

/// The embedder without a model.
#[derive(Debug)]
pub struct Hashed(EmbedderTraits);

impl Default for Hashed {
    fn default() -> Self {
        Self(EmbedderTraits {
            // Another number with every change of what it makes.
            model: "hashed:1".into(),
            least_similarity: 0.18,
            weight: 0.3,
            batch: 256,
            documents_at_once: 1,
        })
    }
}

#[async_trait]
impl Embedder for Hashed {
    fn traits(&self) -> &EmbedderTraits {
        &self.0
    }

    async fn embed(
        &self,
        texts: Vec<String>,
        purpose: Purpose,
        _patience: Duration,
        _bill: &Bill,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        if purpose == Purpose::Query {
            return Ok(texts.iter().map(|text| embed(text)).collect());
        }
        // A page takes a while, and there are hundreds.
        let embedded = move || texts.iter().map(|text| embed(text)).collect();
        let done = tokio::task::spawn_blocking(embedded).await;
        done.map_err(|_| EmbedError {
            reason: "crashed",
            wait: None,
            is_of_the_texts: true,
        })
    }
}

fn embed(text: &str) -> Vec<f32> {
    let words = Analyser::new(None).words(text);
    let folded: Vec<&str> = words.iter().map(|word| word.term.as_str()).collect();
    let language = function_words::guess(&folded);
    let mut vector = vec![0.0; DIMENSIONS];
    let meaning = words
        .iter()
        .filter(|word| !word.is_single && !function_words::is_function_word(&word.term, language));
    for word in meaning {
        add(&mut vector, &word.term);
    }
    // Who says something ten times does not say ten times as much.
    for value in &mut vector {
        *value = value.signum() * value.abs().sqrt() * f32::from(u8::from(*value != 0.0));
    }
    vector
}

fn add(vector: &mut [f32], word: &str) {
    add_feature(vector, word.bytes(), 1.0);
    if word.chars().all(is_unspaced) {
        return;
    }
    let characters: Vec<char> = format!("<{word}>").chars().collect();
    let count: usize = RUNS
        .iter()
        .map(|run| characters.len().saturating_sub(run - 1))
        .sum();
    #[allow(clippy::cast_precision_loss, reason = "some tens at most")]
    let weight = RUNS_WEIGHT / (count.max(1) as f32).sqrt();
    for run in RUNS {
        for run in characters.windows(run) {
            let bytes = run.iter().flat_map(|c| u32::from(*c).to_le_bytes());
            add_feature(vector, bytes, weight);
        }
    }
}

fn add_feature(vector: &mut [f32], bytes: impl Iterator<Item = u8>, weight: f32) {
    let hash = hash(bytes);
    // The place by the lower bits, the sign by one that they do not hold: what meets by chance
    // cancels out as often as it adds up.
    let place = usize::try_from(hash % DIMENSIONS as u64).unwrap_or_default();
    let sign = if hash >> 63 == 0 { weight } else { -weight };
    if let Some(value) = vector.get_mut(place) {
        *value += sign;
    }
}

/// FNV-1a, and a last mixing of all bits: the same on every machine and in every version.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let mixed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use ultudy_domain::search::vector;

    use super::*;

    fn alike(one: &str, other: &str) -> f32 {
        vector::bytes(&embed(other)).map_or(0.0, |bytes| vector::similarity(&embed(one), &bytes))
    }

    #[test]
    fn other_forms_and_misspellings_are_alike_and_other_words_are_not() {
        let least = Hashed::default().0.least_similarity;
        for (one, other) in [
            ("fermentation", "fermenting"),
            ("photosynthesis", "photosyntesis"),
            ("Differentialrechnung", "die Differenzialrechnung"),
            ("dérivée", "la derivee"),
            ("細胞", "細胞の核"),
        ] {
            assert!(
                alike(one, other) > least,
                "{one} {other} {}",
                alike(one, other)
            );
        }
        for (one, other) in [
            ("quaternions", "A cell is the smallest unit of life."),
            ("limit", "Enzymes speed up reactions in the cell."),
        ] {
            assert!(
                alike(one, other) < least,
                "{one} {other} {}",
                alike(one, other)
            );
        }
    }

    #[test]
    fn grammar_says_nothing() {
        assert!(alike("the cell", "the limit of the sum") < 0.2);
        assert_eq!(vector::bytes(&embed("… !")), None);
    }

    /// Vectors are kept: what makes them may not change under the same name.
    #[test]
    fn hashes_are_the_same_for_ever() {
        let sum: f32 = embed("A cell divides.")
            .iter()
            .zip(1_u16..)
            .map(|(value, n)| value * f32::from(n))
            .sum();
        assert!((sum - HASHED_SUM).abs() < 0.01, "{sum}");
        const HASHED_SUM: f32 = -841.765;
    }
}

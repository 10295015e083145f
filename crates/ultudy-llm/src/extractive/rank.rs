//! How central each sentence is (LexRank: a sentence counts as much as the sentences that
//! say similar things, weighted by how much they count).

use std::collections::HashMap;

use super::text::{Sentence, Text};
use super::word::{Role, WordId};

/// Sentences that enter the comparison of each with each.
const COMPARED_MAX: usize = 400;
/// Share of a sentence's weight that comes from similar sentences.
const DAMPING: f32 = 0.85;
/// Rounds; the order settles long before.
const ROUNDS: usize = 30;
/// Similarity below which sentences have nothing to do with each other.
const SIMILAR_MIN: f32 = 0.08;

/// The roots of a sentence with their weights, by root, of length 1.
type Vector = Vec<(WordId, f32)>;

/// The sentences' centrality.
pub(super) struct Ranking {
    /// From 0 to 1, one a sentence; 0 for those that were not compared, as the glossary's.
    pub weights: Vec<f32>,
    vectors: HashMap<usize, Vector>,
}

impl Ranking {
    /// Ranks all sentences.
    pub(super) fn of(text: &Text) -> Self {
        let rarity = Rarity::of(text);
        let compared = compared(text, &rarity);
        let vector = |&index: &usize| rarity.vector(&text.sentences[index]);
        let vectors: Vec<Vector> = compared.iter().map(vector).collect();
        let edges = edges(&vectors);
        let central = spread(&edges);
        let mut weights = vec![0.0; text.sentences.len()];
        let highest = central.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        for (&index, weight) in compared.iter().zip(central) {
            weights[index] = weight / highest;
        }
        let glossary = (text.own..text.sentences.len()).map(|index| (index, vector(&index)));
        Self {
            weights,
            vectors: compared.into_iter().zip(vectors).chain(glossary).collect(),
        }
    }

    /// How alike two sentences are, from 0 to 1; 0 if either was not compared.
    pub(super) fn similarity(&self, left: usize, right: usize) -> f32 {
        match (self.vectors.get(&left), self.vectors.get(&right)) {
            (Some(left), Some(right)) => cosine(left, right),
            _ => 0.0,
        }
    }
}

/// How rare each root is among the sentences.
struct Rarity {
    sentences: f32,
    with: HashMap<WordId, f32>,
}

impl Rarity {
    fn of(text: &Text) -> Self {
        let mut with: HashMap<WordId, f32> = HashMap::new();
        for sentence in &text.sentences {
            for root in roots(sentence) {
                *with.entry(root).or_default() += 1.0;
            }
        }
        Self {
            sentences: text.sentences.len() as f32,
            with,
        }
    }

    fn of_root(&self, root: WordId) -> f32 {
        let with = self.with.get(&root).copied().unwrap_or(1.0);
        (1.0 + self.sentences / with).ln()
    }

    fn vector(&self, sentence: &Sentence) -> Vector {
        let mut vector: Vector = Vec::new();
        for root in roots(sentence) {
            vector.push((root, self.of_root(root)));
        }
        let length = vector
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f32>()
            .sqrt();
        for (_, weight) in &mut vector {
            *weight /= length.max(f32::MIN_POSITIVE);
        }
        vector
    }
}

/// The different roots of a sentence, in order of their numbers.
fn roots(sentence: &Sentence) -> Vec<WordId> {
    let meaning = |role| matches!(role, Role::Content | Role::Weak);
    let mut roots: Vec<_> = sentence
        .words
        .iter()
        .filter(|word| meaning(word.role))
        .map(|word| word.root)
        .collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

/// The sentences worth comparing: all, or those of a long text that use its words most.
fn compared(text: &Text, rarity: &Rarity) -> Vec<usize> {
    let mut indices: Vec<_> = (0..text.own).collect();
    if indices.len() <= COMPARED_MAX {
        return indices;
    }
    let worth = |&index: &usize| {
        let roots = roots(&text.sentences[index]);
        let common: f32 = roots
            .iter()
            .map(|root| rarity.with.get(root).copied().unwrap_or(0.0).ln())
            .sum();
        common / (roots.len().max(1) as f32).sqrt()
    };
    let worths: Vec<f32> = indices.iter().map(worth).collect();
    indices.sort_by(|&a, &b| worths[b].total_cmp(&worths[a]).then(a.cmp(&b)));
    indices.truncate(COMPARED_MAX);
    indices.sort_unstable();
    indices
}

fn edges(vectors: &[Vector]) -> Vec<Vec<(usize, f32)>> {
    let mut edges = vec![Vec::new(); vectors.len()];
    for left in 0..vectors.len() {
        for right in left + 1..vectors.len() {
            let similar = cosine(&vectors[left], &vectors[right]);
            if similar >= SIMILAR_MIN {
                edges[left].push((right, similar));
                edges[right].push((left, similar));
            }
        }
    }
    edges
}

fn spread(edges: &[Vec<(usize, f32)>]) -> Vec<f32> {
    let count = edges.len() as f32;
    let degrees: Vec<f32> = edges
        .iter()
        .map(|edges| edges.iter().map(|(_, weight)| weight).sum())
        .collect();
    let mut weights = vec![1.0 / count.max(1.0); edges.len()];
    for _ in 0..ROUNDS {
        weights = edges
            .iter()
            .map(|edges| {
                let given = edges
                    .iter()
                    .map(|&(from, similar)| weights[from] * similar / degrees[from]);
                (1.0 - DAMPING) / count + DAMPING * given.sum::<f32>()
            })
            .collect();
    }
    weights
}

fn cosine(left: &Vector, right: &Vector) -> f32 {
    let (mut a, mut b, mut sum) = (0, 0, 0.0);
    while let (Some(&(root_a, weight_a)), Some(&(root_b, weight_b))) = (left.get(a), right.get(b)) {
        match root_a.cmp(&root_b) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                sum += weight_a * weight_b;
                a += 1;
                b += 1;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::sample::text;
    use super::*;

    #[test]
    fn what_many_sentences_speak_of_is_central() {
        let text = text(
            "Gradient descent lowers the loss of a model step by step. The loss of a model says \
             how wrong the model is. Every step of gradient descent needs the gradient of the \
             loss. My neighbour owns a very old and noisy red tractor.",
        );
        let ranking = Ranking::of(&text);
        let least = (0..4).min_by(|&a, &b| ranking.weights[a].total_cmp(&ranking.weights[b]));
        assert_eq!(least, Some(3));
        assert!(ranking.similarity(0, 1) > ranking.similarity(0, 3));
    }

    #[test]
    fn a_long_text_is_ranked_by_its_commonest_words() {
        let many: String = (0..COMPARED_MAX + 50)
            .map(|at| format!("The model number {at} has a loss and a gradient of its own. "))
            .collect();
        let ranking = Ranking::of(&text(&many));
        let compared = ranking.weights.iter().filter(|&&weight| weight > 0.0);
        assert_eq!(compared.count(), COMPARED_MAX);
    }
}

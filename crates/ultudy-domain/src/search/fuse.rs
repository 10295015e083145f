//! Two rankings made one, by reciprocal rank (Cormack, Clarke and Büttcher, “Reciprocal Rank Fusion
//! outperforms Condorcet and individual Rank Learning Methods”, 2009): their scores are on scales
//! that nobody can compare, their places are not.

use std::collections::HashMap;

/// How little the first places count more than those after them.
const K: f64 = 60.0;

/// A ranking, best first, and how much it counts.
#[derive(Debug, Clone, Copy)]
pub struct Ranking<'a> {
    /// Passages by their numbers.
    pub numbers: &'a [i64],
    /// How much a place in it counts.
    pub weight: f64,
}

/// The passages of all rankings with their scores, best first; of equals the earlier.
#[must_use]
pub fn fuse(rankings: &[Ranking<'_>]) -> Vec<(i64, f64)> {
    let mut scores: HashMap<i64, f64> = HashMap::new();
    for ranking in rankings {
        let mut place = K;
        for number in ranking.numbers {
            place += 1.0;
            *scores.entry(*number).or_default() += ranking.weight / place;
        }
    }
    let mut fused: Vec<(i64, f64)> = scores.into_iter().collect();
    fused.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(words: &[i64], vectors: &[i64], weight: f64) -> Vec<i64> {
        let fused = fuse(&[
            Ranking {
                numbers: words,
                weight: 1.0,
            },
            Ranking {
                numbers: vectors,
                weight,
            },
        ]);
        fused.into_iter().map(|(number, _)| number).collect()
    }

    #[test]
    fn what_both_find_comes_before_what_one_finds() {
        assert_eq!(order(&[1, 2, 3], &[4, 3, 5], 1.0), [3, 1, 4, 2, 5]);
    }

    #[test]
    fn one_alone_keeps_its_order_and_weight_tips_the_balance() {
        assert_eq!(order(&[7, 5, 6], &[], 1.0), [7, 5, 6]);
        assert_eq!(order(&[1], &[2], 0.5), [1, 2]);
        assert_eq!(order(&[2], &[1], 2.0), [1, 2]);
    }
}

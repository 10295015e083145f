//! Ranking by Okapi BM25 (Robertson and Zaragoza, “The Probabilistic Relevance Framework:
//! BM25 and Beyond”, 2009), with the inverse document frequency that is never negative,
//! ln(1 + (N − n + ½)/(n + ½)).

use memchr::memmem::Finder;

use super::query::{Alternatives, Query};

/// How soon using a term once more says nothing more.
const K1: f64 = 1.2;
/// How much a long passage must use it more often.
const B: f64 = 0.75;
/// How often a term counts that names the section.
const NAME_WEIGHT: usize = 3;

/// What is searched, as counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Collection {
    /// How many passages.
    pub passages: i64,
    /// How many terms they have together.
    pub length: i64,
}

/// How well a passage answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    /// Whether it holds all terms.
    pub is_complete: bool,
    /// BM25.
    pub score: f64,
}

/// Ranks passages for one query.
#[derive(Debug)]
pub struct Ranker<'q> {
    phrases: &'q [Vec<Alternatives>],
    terms: Vec<Term<'q>>,
    collection: Collection,
}

/// A term of the query.
#[derive(Debug)]
struct Term<'q> {
    forms: Vec<Finder<'q>>,
    weight: f64,
}

impl<'q> Ranker<'q> {
    /// For this query; `frequencies` are the numbers of passages that hold each of its terms.
    #[must_use]
    pub fn new(query: &'q Query, frequencies: &[i64], collection: Collection) -> Self {
        let terms = query.terms.iter().zip(frequencies);
        let terms = terms.map(|(forms, &frequency)| Term {
            forms: forms.iter().map(Finder::new).collect(),
            weight: weight(frequency, collection),
        });
        Self {
            phrases: &query.phrases,
            terms: terms.collect(),
            collection,
        }
    }

    /// Ranks a passage by its tokens (see [`super::Indexed::tokens`]) and its length; none if
    /// it holds no term, or not all phrases.
    #[must_use]
    pub fn rank(&self, tokens: &str, length: i64) -> Option<Rank> {
        let mut lines = tokens.split('\n');
        let [name, own, singles] = std::array::from_fn(|_| lines.next().unwrap_or_default());
        let holds = |phrase: &Vec<Alternatives>| has_run(own, phrase) || has_run(name, phrase);
        if !self.phrases.iter().all(holds) {
            return None;
        }
        let mut found = 0;
        let mut score = 0.0;
        for term in &self.terms {
            let uses = term.uses(own) + term.uses(singles) + NAME_WEIGHT * term.uses(name);
            if uses > 0 {
                found += 1;
                score += term.weight * saturated(uses, length, self.collection);
            }
        }
        (found > 0).then_some(Rank {
            is_complete: found == self.terms.len(),
            score,
        })
    }
}

impl Term<'_> {
    /// How often one of its forms stands in a line, as a whole word between spaces.
    fn uses(&self, line: &str) -> usize {
        let line = line.as_bytes();
        let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
        let uses = self.forms.iter().map(|form| {
            let length = form.needle().len();
            form.find_iter(line)
                .filter(|&at| {
                    let before = at.checked_sub(1).and_then(|before| line.get(before));
                    is_end(before) && is_end(line.get(at + length))
                })
                .count()
        });
        uses.sum()
    }
}

fn has_run(line: &str, phrase: &[Alternatives]) -> bool {
    let terms: Vec<&str> = line.split(' ').filter(|term| !term.is_empty()).collect();
    terms.windows(phrase.len()).any(|run| {
        let mut links = run.iter().zip(phrase);
        links.all(|(term, forms)| forms.contains(*term))
    })
}

/// How rare a term is.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn weight(frequency: i64, collection: Collection) -> f64 {
    let (n, all) = (frequency as f64, collection.passages.max(frequency) as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn saturated(uses: usize, length: i64, collection: Collection) -> f64 {
    let mean = (collection.length.max(1) as f64) / (collection.passages.max(1) as f64);
    let uses = uses as f64;
    uses * (K1 + 1.0) / (uses + K1 * (1.0 - B + B * length as f64 / mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLLECTION: Collection = Collection {
        passages: 100,
        length: 400,
    };

    fn of(query: &str, frequencies: &[i64], tokens: &str) -> Option<Rank> {
        let query = Query::parse(query, &[None]);
        Ranker::new(&query, frequencies, COLLECTION).rank(tokens, 4)
    }

    fn score(query: &str, frequencies: &[i64], tokens: &str) -> f64 {
        of(query, frequencies, tokens).map_or(0.0, |rank| rank.score)
    }

    /// By hand: idf = ln(1 + 90.5/10.5), tf = 2·2.2/(2 + 1.2).
    #[test]
    fn the_formula_is_bm25() {
        let expected = (1.0_f64 + 90.5 / 10.5).ln() * 4.4 / 3.2;
        let got = score("cell", &[10], "\ncell wall cell x\n");
        assert!((got - expected).abs() < 1e-12, "{got} {expected}");
    }

    #[test]
    fn rarer_more_often_and_in_the_name_is_better() {
        assert!(score("cell", &[2], "\ncell a b c\n") > score("cell", &[50], "\ncell a b c\n"));
        assert!(score("cell", &[9], "\ncell cell b c\n") > score("cell", &[9], "\ncell a b c\n"));
        assert!(score("cell", &[9], "cell\na b c d\n") > score("cell", &[9], "\ncell a b c\n"));
    }

    #[test]
    fn only_whole_words_count() {
        let once = score("cell", &[9], "\ncell b c d\n");
        for tokens in [
            "\ncell cells xcell d\n",
            "\ncellcell b c cell\n",
            "\nb c d\ncell",
        ] {
            assert!(
                (score("cell", &[9], tokens) - once).abs() < 1e-12,
                "{tokens:?}"
            );
        }
        assert!(of("cell", &[9], "\ncells excell\n").is_none());
    }

    #[test]
    fn a_phrase_must_stand_there_in_order() {
        assert!(of("\"cell wall\"", &[1, 1], "\na cell wall\n").is_some());
        assert!(of("\"cell wall\"", &[1, 1], "\nwall a cell\n").is_none());
        assert_eq!(
            of("cell wall", &[1, 1], "\nwall a\n").map(|rank| rank.is_complete),
            Some(false)
        );
    }
}

//! Finding: candidates from the index, the most promising kinds first and a bounded number
//! of them, then ranked.
//!
//! A word that stands on every other page is no reason to read every other page: of each
//! kind the latest passages are looked at, and those strong in a word (it names the section,
//! or comes again and again) before the others.

use std::{cmp::Ordering, collections::HashMap};

use ultudy_domain::search::{
    Query,
    query::Alternatives,
    rank::{Rank, Ranker},
};
use uuid::Uuid;

use crate::{
    Result, TenantTx,
    chunks::{self, Candidate, Chunk, Key, Match, Within},
    documents,
};

/// Most passages that are ranked for one query.
const CANDIDATES_MAX: usize = 400;
/// Where counting a term's passages ends: what is as common as this is common.
const FREQUENCY_MAX: i64 = 4_096;
/// Most documents of a course that the index is asked for by name.
const DOCUMENTS_MAX: usize = 64;

/// What was found, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// What was looked for.
    pub query: Query,
    /// The passages and their scores (BM25).
    pub chunks: Vec<(Chunk, f64)>,
    /// Documents that wait for the index.
    pub pending: i64,
}

/// What words find, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct ByWords {
    /// What was looked for.
    pub query: Query,
    /// The passages' numbers and their scores (BM25).
    pub ranking: Vec<(i64, f64)>,
    /// Documents that wait for the index.
    pub pending: i64,
}

/// The passages of visible documents that answer `text` best, at most `wanted` of them:
/// those that hold all its words, then those that hold some.
pub async fn find(tx: &mut TenantTx, text: &str, within: Within, wanted: usize) -> Result<Ranked> {
    let found = by_words(tx, text, within, wanted).await?;
    Ok(Ranked {
        chunks: read(tx, &found.ranking).await?,
        query: found.query,
        pending: found.pending,
    })
}

/// The same without their texts.
pub async fn by_words(
    tx: &mut TenantTx,
    text: &str,
    within: Within,
    wanted: usize,
) -> Result<ByWords> {
    let all = chunks::searchable(tx).await?;
    let languages: Vec<Option<&str>> = all.languages.iter().map(Option::as_deref).collect();
    let query = Query::parse(text, &languages);
    let mut ranked = ByWords {
        query,
        ranking: Vec::new(),
        pending: all.pending,
    };
    if ranked.query.is_empty() || all.collection.passages == 0 {
        return Ok(ranked);
    }
    let Some(place) = Place::of(tx, within).await? else {
        return Ok(ranked);
    };
    let frequencies = frequencies(tx, &ranked.query).await?;
    let ranker = Ranker::new(&ranked.query, &frequencies, all.collection);
    let mut found: HashMap<i64, Rank> = HashMap::new();
    for kind in kinds(&ranked.query, &frequencies) {
        let complete = found.values().filter(|rank| rank.is_complete).count();
        let left = CANDIDATES_MAX.saturating_sub(found.len());
        if left == 0 || (kind.is_partial && complete >= wanted) {
            break;
        }
        for candidate in place.candidates(tx, &kind, left).await? {
            let judged = ranker.rank(&candidate.tokens, candidate.words);
            found.extend(judged.map(|rank| (candidate.number, rank)));
        }
    }
    ranked.ranking = best(found, wanted);
    Ok(ranked)
}

/// Where it is looked for.
enum Place {
    Everywhere,
    /// In these documents, which the index is asked for by name.
    Documents(Vec<Key>),
    /// In a course that has too many for that; the latest of them first.
    Course {
        id: Uuid,
        documents: Vec<Key>,
    },
}

impl Place {
    /// None if there is nothing in it.
    async fn of(tx: &mut TenantTx, within: Within) -> Result<Option<Self>> {
        let Within {
            course_id,
            document_id,
        } = within;
        let of_course = match course_id {
            Some(id) => Some(documents::ids_of_course(tx, id).await?),
            None => None,
        };
        let documents = match (document_id, of_course) {
            (None, None) => return Ok(Some(Self::Everywhere)),
            (Some(id), Some(documents)) if !documents.contains(&id) => Vec::new(),
            (Some(id), _) => vec![id],
            (None, Some(documents)) => documents,
        };
        let documents: Vec<Key> = documents.into_iter().rev().map(Key::Document).collect();
        Ok(match (documents.len(), course_id) {
            (0, _) => None,
            (count, Some(id)) if count > DOCUMENTS_MAX => Some(Self::Course { id, documents }),
            _ => Some(Self::Documents(documents)),
        })
    }

    /// The latest passages of a kind.
    async fn candidates(
        &self,
        tx: &mut TenantTx,
        kind: &Kind,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        let within = |documents: &[Key]| Match([&kind.clauses[..], &[documents.to_vec()]].concat());
        let all = || Match(kind.clauses.clone());
        match self {
            Self::Everywhere => chunks::candidates(tx, &all(), number(limit)).await,
            Self::Documents(documents) => {
                chunks::candidates(tx, &within(documents), number(limit)).await
            }
            Self::Course { id, .. } if kind.frequency < FREQUENCY_MAX => {
                let most = (FREQUENCY_MAX, number(limit));
                chunks::candidates_of_course(tx, &all(), *id, most).await
            }
            // Some documents at a time: of what is common the first have enough.
            Self::Course { documents, .. } => {
                let mut found = Vec::new();
                for some in documents.chunks(DOCUMENTS_MAX) {
                    let left = limit.saturating_sub(found.len());
                    if left == 0 {
                        break;
                    }
                    found.extend(chunks::candidates(tx, &within(some), number(left)).await?);
                }
                Ok(found)
            }
        }
    }
}

fn number(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

async fn frequencies(tx: &mut TenantTx, query: &Query) -> Result<Vec<i64>> {
    let mut frequencies = Vec::with_capacity(query.terms.len());
    for forms in &query.terms {
        let condition = Match(vec![terms(forms)]);
        frequencies.push(chunks::count(tx, &condition, FREQUENCY_MAX).await?);
    }
    Ok(frequencies)
}

/// A kind of passage.
struct Kind {
    clauses: Vec<Vec<Key>>,
    /// Whether it may hold only some of the words.
    is_partial: bool,
    /// How many there are at most, as far as is counted.
    frequency: i64,
}

/// The kinds of passages that may answer, the most promising first.
fn kinds(query: &Query, frequencies: &[i64]) -> Vec<Kind> {
    let every: Vec<Vec<Key>> = query.terms.iter().map(terms).collect();
    let strong_in_one: Vec<Key> = query.terms.iter().flat_map(strong).collect();
    let first = [every.clone(), vec![strong_in_one]].concat();
    let least = frequencies.iter().copied().min().unwrap_or_default();
    let whole = |clauses| Kind {
        clauses,
        is_partial: false,
        frequency: least,
    };
    let mut kinds = vec![whole(first), whole(every)];
    if query.terms.len() > 1 && query.phrases.is_empty() {
        let mut single: Vec<(i64, &Alternatives)> =
            frequencies.iter().copied().zip(&query.terms).collect();
        single.sort_by_key(|(frequency, _)| *frequency);
        for (frequency, forms) in single {
            kinds.extend([strong(forms), terms(forms)].map(|keys| Kind {
                clauses: vec![keys],
                is_partial: true,
                frequency,
            }));
        }
    }
    kinds
}

fn terms(forms: &Alternatives) -> Vec<Key> {
    forms.iter().cloned().map(Key::Term).collect()
}

fn strong(forms: &Alternatives) -> Vec<Key> {
    forms.iter().cloned().map(Key::Strong).collect()
}

/// The best, those with all words first; of equals the earlier.
fn best(found: HashMap<i64, Rank>, wanted: usize) -> Vec<(i64, f64)> {
    let mut ranked: Vec<(i64, Rank)> = found.into_iter().collect();
    ranked.sort_by(|(left_number, left), (right_number, right)| {
        let complete = right.is_complete.cmp(&left.is_complete);
        let score = right.score.total_cmp(&left.score);
        let number: Ordering = left_number.cmp(right_number);
        complete.then(score).then(number)
    });
    let best = ranked.into_iter().take(wanted);
    best.map(|(number, rank)| (number, rank.score)).collect()
}

/// Reads the passages of a ranking, which keep its order and scores.
pub async fn read(tx: &mut TenantTx, best: &[(i64, f64)]) -> Result<Vec<(Chunk, f64)>> {
    if best.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = best.iter().map(|(number, _)| *number).collect();
    let read = chunks::find_many(tx, &numbers).await?;
    let mut read: HashMap<i64, Chunk> = read
        .into_iter()
        .map(|chunk| (chunk.number, chunk))
        .collect();
    let found = best.iter();
    Ok(found
        .filter_map(|(number, score)| Some((read.remove(number)?, *score)))
        .collect())
}

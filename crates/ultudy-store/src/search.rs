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

use crate::{
    Result, TenantTx,
    chunks::{self, Chunk, Key, Match, Within},
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
    let Some(place) = place(tx, within).await? else {
        return Ok(ranked);
    };
    let frequencies = frequencies(tx, &ranked.query).await?;
    let ranker = Ranker::new(&ranked.query, &frequencies, all.collection);
    let mut found: HashMap<i64, Rank> = HashMap::new();
    for condition in kinds(&ranked.query, &frequencies) {
        let complete = found.values().filter(|rank| rank.is_complete).count();
        let left = CANDIDATES_MAX.saturating_sub(found.len());
        if left == 0 || (condition.is_partial && complete >= wanted) {
            break;
        }
        let asked = Match([condition.clauses, place.clone()].concat());
        let limit = i64::try_from(left).unwrap_or(i64::MAX);
        for candidate in chunks::candidates(tx, &asked, within, limit).await? {
            let judged = ranker.rank(&candidate.tokens, candidate.words);
            found.extend(judged.map(|rank| (candidate.number, rank)));
        }
    }
    ranked.ranking = best(found, wanted);
    Ok(ranked)
}

/// Clauses that keep to the place; none if there is nothing in it.
async fn place(tx: &mut TenantTx, within: Within) -> Result<Option<Vec<Vec<Key>>>> {
    let documents = match within {
        Within {
            document_id: Some(id),
            ..
        } => vec![id],
        Within {
            course_id: Some(id),
            ..
        } => documents::ids_of_course(tx, id).await?,
        _ => return Ok(Some(Vec::new())),
    };
    if documents.is_empty() {
        return Ok(None);
    }
    // Beyond that the statement's own condition on the course has to do.
    let is_few = documents.len() <= DOCUMENTS_MAX;
    let keys = documents.into_iter().map(Key::Document).collect();
    Ok(Some(if is_few { vec![keys] } else { Vec::new() }))
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
}

/// The kinds of passages that may answer, the most promising first.
fn kinds(query: &Query, frequencies: &[i64]) -> Vec<Kind> {
    let every: Vec<Vec<Key>> = query.terms.iter().map(terms).collect();
    let strong_in_one: Vec<Key> = query.terms.iter().flat_map(strong).collect();
    let kind = |clauses, is_partial| Kind {
        clauses,
        is_partial,
    };
    let first = [every.clone(), vec![strong_in_one]].concat();
    let mut kinds = vec![kind(first, false), kind(every, false)];
    if query.terms.len() > 1 && query.phrases.is_empty() {
        let mut single: Vec<(&i64, &Alternatives)> = frequencies.iter().zip(&query.terms).collect();
        single.sort_by_key(|(frequency, _)| **frequency);
        for (_, forms) in single {
            kinds.push(kind(vec![strong(forms)], true));
            kinds.push(kind(vec![terms(forms)], true));
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

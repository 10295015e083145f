//! Search by words and by meaning: two rankings made one. Where there are no vectors, since a document
//! has none yet or the embedder does not answer, words alone find it.

use std::{collections::HashSet, time::Duration};

use moka::sync::Cache;
use ultudy_domain::{
    search::{
        fuse::{Ranking, fuse},
        vector::{self, CodedQuery},
    },
    usage::MadeFor,
};
use ultudy_llm::embeddings::{Embedder, Purpose};
use ultudy_store::{
    TenantTx,
    chunks::Within,
    documents, embeddings,
    search::{self, ByWords, Ranked},
};

use super::{HITS_MAX, nearest::Nearest};
use crate::{App, Result, spending::Account};

/// How long a search waits for its query's vector: words alone are better than late.
const PATIENCE: Duration = Duration::from_millis(600);
/// Passages whose vectors are compared exactly: those whose codes are nearest.
const CANDIDATES: usize = 300;
/// Queries whose vectors are kept, so that a page after the first is of the same ranking.
const QUERIES: u64 = 512;

/// Searches that words alone answered: `reason`, as of the embedder's calls.
const WORDS_ONLY: &str = "ultudy_search_words_only_total";
/// The query's vector has other dimensions than those of the passages.
const UNREADABLE: &str = "unreadable";
/// Others' codes are being read, and there is no room for more at a time.
const BUSY: &str = "busy";

/// The vectors of queries that were asked of late.
pub(crate) struct KnownQueries(Cache<String, Vec<f32>>);

impl Default for KnownQueries {
    fn default() -> Self {
        Self(Cache::new(QUERIES))
    }
}

/// A query, and what it means.
pub(crate) struct Question<'a> {
    text: &'a str,
    /// None if words alone are to find.
    vector: Option<Vec<f32>>,
}

impl Question<'_> {
    /// As it was asked.
    pub(crate) fn text(&self) -> &str {
        self.text
    }
}

/// Reads an owner's query; before any transaction is begun, since a provider may have to be asked.
pub(crate) async fn question<'a>(app: &App, owner_id: &str, text: &'a str) -> Question<'a> {
    let vector = match &app.embedder {
        // Who puts words between quotes wants these words.
        Some(embedder) if !text.contains(['"', '“', '”', '„', '«', '»']) => {
            embedded(app, embedder.as_ref(), owner_id, text).await
        }
        _ => None,
    };
    Question { text, vector }
}

async fn embedded(
    app: &App,
    embedder: &dyn Embedder,
    owner_id: &str,
    text: &str,
) -> Option<Vec<f32>> {
    let known = &app.known_queries().0;
    if let Some(vector) = known.get(text) {
        return Some(vector);
    }
    let account = Account::open(app, owner_id, MadeFor::default());
    let texts = vec![text.to_owned()];
    let embedding = embedder.embed(texts, Purpose::Query, PATIENCE, account.bill());
    match embedding.await {
        Ok(vectors) => {
            let vector = vectors.into_iter().next()?;
            // One that says nothing finds nothing.
            vector::bytes(&vector)?;
            known.insert(text.to_owned(), vector.clone());
            Some(vector)
        }
        Err(error) => {
            words_alone(error.reason);
            None
        }
    }
}

fn words_alone(reason: &'static str) {
    metrics::counter!(WORDS_ONLY, "reason" => reason).increment(1);
    tracing::debug!(reason, "a search by words alone");
}

/// The passages that answer a question best, at most `wanted` without the first `skipped`.
pub(crate) async fn find(
    app: &App,
    tx: &mut TenantTx,
    question: &Question<'_>,
    within: Within,
    (skipped, wanted): (usize, usize),
) -> Result<Ranked> {
    let depth = match question.vector {
        // The same for every page, or their rankings would not be of one piece.
        Some(_) => HITS_MAX + 1,
        None => skipped + wanted,
    };
    let ByWords {
        query,
        mut ranking,
        pending,
    } = search::by_words(tx, question.text, within, depth).await?;
    if let (Some(embedder), Some(vector)) = (&app.embedder, &question.vector) {
        let embedder = embedder.as_ref();
        let alike = match by_meaning(app, tx, embedder, vector, within).await? {
            Ok(alike) => alike,
            Err(reason) => {
                if reason == UNREADABLE {
                    // The next time it is asked again.
                    app.known_queries().0.invalidate(question.text);
                }
                words_alone(reason);
                Vec::new()
            }
        };
        if !alike.is_empty() {
            let by_words: Vec<i64> = ranking.iter().map(|(number, _)| *number).collect();
            let alike: Vec<i64> = alike.into_iter().map(|(number, _)| number).collect();
            ranking = fuse(&[
                Ranking {
                    numbers: &by_words,
                    weight: 1.0,
                },
                Ranking {
                    numbers: &alike,
                    weight: embedder.traits().weight,
                },
            ]);
        }
    }
    let shown = ranking.iter().skip(skipped).take(wanted);
    let shown: Vec<(i64, f64)> = shown.copied().collect();
    Ok(Ranked {
        query,
        chunks: search::read(tx, &shown).await?,
        pending,
    })
}

/// The passages whose vectors are most alike the query's, the best first, and how alike they are: the
/// best of a passage's vectors counts. Else why there are none, in a word.
async fn by_meaning(
    app: &App,
    tx: &mut TenantTx,
    embedder: &dyn Embedder,
    query: &[f32],
    within: Within,
) -> Result<std::result::Result<Vec<(i64, f32)>, &'static str>> {
    let documents = match within {
        Within {
            document_id: Some(id),
            ..
        } => Some(HashSet::from([id])),
        Within {
            course_id: Some(id),
            ..
        } => Some(
            documents::ids_of_course(tx, id)
                .await?
                .into_iter()
                .collect(),
        ),
        _ => None,
    };
    let traits = embedder.traits();
    let nearest = Nearest {
        model: &traits.model,
        query: CodedQuery::new(query),
        documents,
        wanted: CANDIDATES,
    };
    let Some(numbers) = app.known_codes().nearest(tx, nearest).await? else {
        return Ok(Err(BUSY));
    };
    if numbers.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let vectors = embeddings::vectors(tx, &traits.model, &numbers, within).await?;
    let is_whole = |(_, vectors): &(i64, Vec<u8>)| vectors.len().is_multiple_of(query.len());
    if !vectors.iter().all(is_whole) {
        return Ok(Err(UNREADABLE));
    }
    let mut alike: Vec<(i64, f32)> = vectors
        .into_iter()
        .map(|(number, vectors)| {
            let each = vectors.chunks(query.len());
            let best = each.map(|bytes| vector::similarity(query, bytes));
            (number, best.fold(0.0, f32::max))
        })
        .filter(|(_, similarity)| *similarity >= traits.least_similarity)
        .collect();
    alike.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    Ok(Ok(alike))
}
